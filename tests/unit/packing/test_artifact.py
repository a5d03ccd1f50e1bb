"""The code that Lambda gets is the same wherever it is packed, and runs from its byte code."""

import marshal
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.util import MAGIC_NUMBER
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

import start
from tenantry.groups import current
from tenantry.groups.loading import load
from tenantry.packing import artifact, functions, route_table
from tenantry.packing.artifact import Artifact, ArtifactError, LambdaTarget
from tenantry.paths import FUNCTIONS, GROUPS, LAYER_REQUIREMENTS, ROOT
from tenantry.rules.naming import AUTHORIZER
from tests.support.artifacts import contents, isolated, sources

HERE = artifact.this_machine()
HANDLERS = (f"start.{AUTHORIZER}", *(member.handler for member in current().members))
SOURCES = functions.sources(current())
CODE_BYTES = 256 * 1024  # the goal; 211 KiB with five groups


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Artifact:
    return artifact.code(SOURCES, tmp_path_factory.mktemp("code"), HERE)


class TestReproducibility:
    def test_two_folders_with_the_same_sources_give_the_same_bytes(
        self, tmp_path: Path, code: Artifact
    ) -> None:
        """Groups copied to another depth, with other times and rights; all packed in another order."""
        copy = tmp_path / "some" / "folder of another depth"
        for index, file in enumerate(sorted(GROUPS.rglob("*.*"), reverse=True)):
            target = copy / file.relative_to(GROUPS)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())
            target.chmod(0o600)
            os.utime(target, (index, index))
        again = functions.sources(load((copy,)))
        again = artifact.code(dict(reversed(again.items())), tmp_path / "build", HERE)
        assert again.digest == code.digest
        assert again.path.read_bytes() == code.path.read_bytes()

    def test_other_modules_of_the_interpreter_that_packs_do_not_show(
        self, tmp_path: Path, code: Artifact
    ) -> None:
        """Byte code marks the strings that something else in its interpreter holds too."""
        program = """if 1:
            import json, sys
            sys.path.insert(0, sys.argv[1])
            from pathlib import Path
            from tenantry.packing import artifact
            modules = {name: text.encode() for name, text in json.load(sys.stdin).items()}
            print(artifact.code(modules, Path(sys.argv[2]), artifact.this_machine()).digest)
        """
        told = {name: content.decode() for name, content in SOURCES.items()}
        done = isolated(program, str(ROOT / "platform"), str(tmp_path / "build"), told=told)
        assert done.stdout == f"{code.digest}\n", done.stderr

    @pytest.mark.parametrize("other", ["x = 2\n", "\nx = 1\n"], ids=["another value", "a moved line"])
    def test_what_runs_otherwise_is_another_artifact(self, tmp_path: Path, other: str) -> None:
        """Tracebacks name lines, so a moved one counts."""
        digests = {
            artifact.code(sources(a=text), tmp_path / "build", HERE).digest for text in ("x = 1\n", other)
        }
        assert len(digests) == 2

    def test_a_renamed_file_and_a_line_moved_to_another_are_another_artifact(self, tmp_path: Path) -> None:
        differing = [
            sources(a="x = 1\n", b="y = 2\n"),
            sources(a="x = 1\n", c="y = 2\n"),
            sources(a="x = 1\ny = 2\n", b=""),
        ]
        assert len({artifact.code(each, tmp_path / "build", HERE).digest for each in differing}) == 3

    def test_it_is_named_by_its_digest(self, code: Artifact) -> None:
        assert code.path.name == f"code-{code.digest}.zip"
        assert code.key == f"{code.digest}.zip"

    def test_what_is_packed_already_is_left_alone(self, tmp_path: Path) -> None:
        source = sources(a="x = 1\n")
        first = artifact.code(source, tmp_path / "build", HERE)
        os.utime(first.path, (1, 1))
        assert artifact.code(source, tmp_path / "build", HERE) == first
        assert first.path.stat().st_mtime == 1


class TestBuilds:
    def test_two_at_once_agree_and_leave_one_file(self, tmp_path: Path) -> None:
        source = sources(a="x = 1\n")
        with ThreadPoolExecutor(4) as pool:
            built = set(pool.map(lambda _: artifact.code(source, tmp_path / "build", HERE), range(4)))
        [only] = built
        assert list((tmp_path / "build").glob("*.zip")) == [only.path]
        assert "a.pyc" in contents(only)

    def test_what_was_packed_is_not_compiled_again_until_it_changes(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        source = sources(a="x = 1\n")
        before = artifact.code(source, tmp_path / "build", HERE)
        monkeypatch.setattr(artifact, "_compile", lambda *_, **__: pytest.fail("compiled again"))
        assert artifact.code(source, tmp_path / "build", HERE) == before
        monkeypatch.undo()
        assert artifact.code(sources(a="x = 2\n"), tmp_path / "build", HERE) != before

    def test_a_zip_that_is_gone_is_packed_anew(self, tmp_path: Path) -> None:
        source = sources(a="x = 1\n")
        before = artifact.code(source, tmp_path / "build", HERE)
        before.path.unlink()
        assert artifact.code(source, tmp_path / "build", HERE).path.exists()

    @pytest.mark.parametrize("interruption", [KeyboardInterrupt, OSError])
    def test_an_interrupted_one_leaves_nothing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, interruption: type[BaseException]
    ) -> None:
        source = sources(a="x = 1\n", b="y = 2\n")
        write = zipfile.ZipFile.writestr

        def interrupted(
            self: zipfile.ZipFile, entry: zipfile.ZipInfo, content: bytes, **options: Any
        ) -> None:
            if entry.filename == "b.pyc":
                raise interruption
            write(self, entry, content, **options)

        monkeypatch.setattr(zipfile.ZipFile, "writestr", interrupted)
        with pytest.raises(interruption):
            artifact.code(source, tmp_path / "build", HERE)
        assert list((tmp_path / "build").iterdir()) == []

    def test_the_zip_can_be_read_by_others(self, code: Artifact) -> None:
        """A bucket's upload or a container may run as another user."""
        umask = os.umask(0)
        os.umask(umask)
        assert code.path.stat().st_mode & 0o777 == 0o666 & ~umask

    @pytest.mark.parametrize("runtime", ["python3.99", "python2.7", "nodejs22.x"])
    def test_another_interpreters_byte_code_is_not_promised(self, tmp_path: Path, runtime: str) -> None:
        message = (
            f"byte code for {runtime} cannot be compiled by {HERE.runtime}; run this with {runtime}, "
            f"or set tenantry:runtime to {HERE.runtime}"
        )
        with pytest.raises(ArtifactError, match=message):
            artifact.code(sources(a="x = 1\n"), tmp_path, LambdaTarget(runtime, "arm64"))
        with pytest.raises(ArtifactError, match=message):
            artifact.layer(LAYER_REQUIREMENTS, tmp_path, LambdaTarget(runtime, "arm64"))

    def test_an_unknown_architecture_is_refused(self) -> None:
        with pytest.raises(
            ArtifactError, match="no architecture amd64; set tenantry:architecture to arm64 or x86_64"
        ):
            LambdaTarget(HERE.runtime, "amd64")

    def test_code_that_does_not_compile_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(ArtifactError, match=r"(?s)the code does not compile: .*broken.py.*SyntaxError"):
            artifact.code(sources(broken="def"), tmp_path / "build", HERE)


def code_objects(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from code_objects(constant)


def modules(code: Artifact) -> dict[str, CodeType]:
    """What the artifact can run, by the path that tracebacks will name."""
    held = contents(code)
    assert {content[:4] for content in held.values()} == {MAGIC_NUMBER}
    return {name: marshal.loads(content[16:]) for name, content in held.items()}  # noqa: S302 - made by us


class TestCode:
    def test_it_holds_byte_code_of_every_source_but_tests_and_of_the_route_table_and_nothing_else(
        self, code: Artifact
    ) -> None:
        own = {file.relative_to(FUNCTIONS) for file in FUNCTIONS.rglob("*.py")}
        served = {file.as_posix() for file in own if "tests" not in file.parts}
        assert modules(code).keys() == {f"{name}c" for name in (*served, route_table.FILE)}

    def test_tracebacks_name_the_places_in_lambda(self, code: Artifact) -> None:
        for name, module in modules(code).items():
            for each in code_objects(module):
                assert each.co_filename == f"/var/task/{name.removesuffix('c')}"

    def test_python_never_looks_for_the_sources_of_its_byte_code(self, code: Artifact) -> None:
        unchecked_hash = (0b01).to_bytes(4, "little")  # PEP 552
        assert {content[4:8] for content in contents(code).values()} == {unchecked_hash}

    def test_no_path_of_this_machine_is_in_it(self, code: Artifact) -> None:
        held = b"".join(contents(code).values())
        for path in (str(ROOT), str(code.path.parent), os.environ.get("TMPDIR", "/tmp"), sys.prefix):  # noqa: S108 - not used
            assert path.encode() not in held

    def test_entries_are_readable_and_as_old_as_a_zip_allows(self, code: Artifact) -> None:
        with zipfile.ZipFile(code.path) as archive:
            for entry in archive.infolist():
                assert entry.date_time == (1980, 1, 1, 0, 0, 0)
                assert entry.external_attr >> 16 == 0o644

    def test_it_stays_small(self, code: Artifact) -> None:
        assert code.path.stat().st_size <= CODE_BYTES

    def test_a_failure_names_its_line(self, tmp_path: Path) -> None:
        failing = '"""Documented."""\n\nraise ValueError("this")\n'
        done = started(sources(**{"start": "import a.b\n", "a/__init__": "", "a/b": failing}), tmp_path)
        assert 'File "/var/task/a/b.py", line 3' in done.stderr
        assert "ValueError: this" in done.stderr

    def test_docstrings_and_assertions_stay_behind(self, tmp_path: Path) -> None:
        text = '"""Documented."""\nassert not "this"\nprint(__doc__)\n'
        assert started(sources(start=text), tmp_path).stdout == "None\n"


class TestPlainForm:
    """The way back: sources, which any interpreter of the functions' own version compiles."""

    def test_it_is_the_sources_as_they_are(self, tmp_path: Path) -> None:
        plain = artifact.code(SOURCES, tmp_path, LambdaTarget("python3.99", "arm64"), plain=True)
        assert contents(plain) == SOURCES

    @pytest.mark.parametrize("plain", [False, True], ids=["byte code", "plain"])
    def test_both_start_the_same_functions(self, tmp_path: Path, *, plain: bool) -> None:
        unpacked = unpack(artifact.code(SOURCES, tmp_path / "build", HERE, plain=plain), tmp_path / "task")
        program = """if 1:
            import json, sys
            sys.path.insert(0, sys.argv[1])
            import start
            from api import clock
            print(clock.rfc3339(0), clock.__file__.removeprefix(sys.argv[1]))
            for handler in [*json.load(sys.stdin), "start.other"]:
                try: getattr(start, handler.removeprefix("start."))
                except ModuleNotFoundError as error: print(handler, error.name)
            try: start.__all__
            except AttributeError as error: print(error)
        """
        done = isolated(program, str(unpacked), told=HANDLERS)
        place = "/api/clock.py" if plain else "/api/clock.pyc"
        assert done.stdout.splitlines()[0] == f"1970-01-01T00:00:00.000Z {place}", done.stderr
        *lacking, other, not_a_name = done.stdout.splitlines()[1:]
        # Every function is found; what each lacks here is the layer.
        assert [line.split()[0] for line in lacking] == list(HANDLERS)
        assert not [line for line in lacking if line.split()[1].startswith(("groups", "authorizer"))]
        assert other == "start.other groups.other"
        assert not_a_name == "there is no function __all__"


@pytest.mark.parametrize("handler", HANDLERS)
def test_lambda_is_told_the_handlers_that_there_are(handler: str) -> None:
    assert callable(getattr(start, handler.removeprefix("start.")))


def started(source: dict[str, bytes], scratch: Path) -> subprocess.CompletedProcess[str]:
    """Imports `start` out of the packed sources."""
    unpacked = unpack(artifact.code(source, scratch / "build", HERE), scratch / "task")
    return isolated("import sys; sys.path.insert(0, sys.argv[1]); import start", str(unpacked))


def unpack(packed: Artifact, folder: Path) -> Path:
    with zipfile.ZipFile(packed.path) as archive:
        archive.extractall(folder)
    return folder
