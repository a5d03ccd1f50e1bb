"""The code that Lambda gets is the same wherever it is packed, and runs from its byte code."""

import marshal
import os
import sys
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.util import MAGIC_NUMBER, cache_from_source, source_hash
from pathlib import Path
from types import CodeType

import pytest

from tenantry import artifact
from tenantry.artifact import Artifact, ArtifactError, Target
from tenantry.paths import FUNCTIONS, LAYER_REQUIREMENTS, ROOT
from tests.support.artifacts import contents, isolated, sources

HERE = artifact.this_machine()
CODE_BYTES = 256 * 1024  # 196 KiB when written, two thirds of it byte code


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Artifact:
    return artifact.code(FUNCTIONS, tmp_path_factory.mktemp("code"), HERE)


class TestReproducibility:
    def test_two_folders_with_the_same_sources_give_the_same_bytes(
        self, tmp_path: Path, code: Artifact
    ) -> None:
        """Copied in another order, at another depth, with other times and rights."""
        copy = tmp_path / "some" / "folder of another depth"
        for index, file in enumerate(sorted(FUNCTIONS.rglob("*.py"), reverse=True)):
            target = copy / file.relative_to(FUNCTIONS)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())
            target.chmod(0o600)
            os.utime(target, (index, index))
        again = artifact.code(copy, tmp_path / "build", HERE)
        assert again.digest == code.digest
        assert again.path.read_bytes() == code.path.read_bytes()

    def test_a_changed_byte_is_another_artifact(self, tmp_path: Path) -> None:
        digests = [
            artifact.code(sources(tmp_path / name, a=text), tmp_path / "build", HERE).digest
            for name, text in (("one", "x = 1\n"), ("two", "x = 2\n"), ("three", "x = 1 \n"))
        ]
        assert len(set(digests)) == 3

    def test_a_renamed_file_and_a_moved_line_are_another_artifact(self, tmp_path: Path) -> None:
        folders = [
            sources(tmp_path / "one", a="x = 1\n", b="y = 2\n"),
            sources(tmp_path / "two", a="x = 1\n", c="y = 2\n"),
            sources(tmp_path / "three", a="x = 1\ny = 2\n", b=""),
        ]
        assert len({artifact.code(each, tmp_path / "build", HERE).digest for each in folders}) == 3

    def test_it_is_named_by_its_digest(self, code: Artifact) -> None:
        assert code.path.name == f"code-{code.digest}.zip"
        assert code.key == f"{code.digest}.zip"

    def test_what_is_packed_already_is_left_alone(self, tmp_path: Path) -> None:
        source = sources(tmp_path / "source", a="x = 1\n")
        first = artifact.code(source, tmp_path / "build", HERE)
        os.utime(first.path, (1, 1))
        assert artifact.code(source, tmp_path / "build", HERE) == first
        assert first.path.stat().st_mtime == 1


class TestBuilds:
    def test_two_at_once_agree_and_leave_one_file(self, tmp_path: Path) -> None:
        source = sources(tmp_path / "source", a="x = 1\n")
        with ThreadPoolExecutor(4) as pool:
            built = set(pool.map(lambda _: artifact.code(source, tmp_path / "build", HERE), range(4)))
        [only] = built
        assert list((tmp_path / "build").iterdir()) == [only.path]
        assert "a.py" in contents(only)

    @pytest.mark.parametrize("interruption", [KeyboardInterrupt, OSError])
    def test_an_interrupted_one_leaves_nothing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, interruption: type[BaseException]
    ) -> None:
        source = sources(tmp_path / "source", a="x = 1\n", b="y = 2\n")
        write = zipfile.ZipFile.writestr

        def interrupted(self: zipfile.ZipFile, entry: zipfile.ZipInfo, content: bytes) -> None:
            if entry.filename == "b.py":
                raise interruption
            write(self, entry, content)

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
        for build in (artifact.code, artifact.layer):
            with pytest.raises(ArtifactError, match=message):
                build(LAYER_REQUIREMENTS, tmp_path, Target(runtime, "arm64"))

    def test_an_unknown_architecture_is_refused(self) -> None:
        with pytest.raises(
            ArtifactError, match="no architecture amd64; set tenantry:architecture to arm64 or x86_64"
        ):
            Target(HERE.runtime, "amd64")

    def test_code_that_does_not_compile_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(ArtifactError, match=r"(?s)the code does not compile: .*broken.py.*SyntaxError"):
            artifact.code(sources(tmp_path / "source", broken="def"), tmp_path / "build", HERE)


def code_objects(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from code_objects(constant)


class TestCode:
    def test_it_holds_every_source_with_its_byte_code_and_nothing_else(self, code: Artifact) -> None:
        own = {file.relative_to(FUNCTIONS).as_posix() for file in FUNCTIONS.rglob("*.py")}
        assert contents(code).keys() == own | {cache_from_source(name) for name in own}
        assert not [name for name in contents(code) if "test" in name]

    def test_byte_code_is_of_these_sources_and_never_checked_against_them(self, code: Artifact) -> None:
        """PEP 552: the flags say that it is named by a hash (1) which is not to be checked (2 is not set)."""
        held = contents(code)
        for name in [each for each in held if each.endswith(".py")]:
            compiled = held[cache_from_source(name)]
            assert compiled[:4] == MAGIC_NUMBER
            assert int.from_bytes(compiled[4:8], "little") == 0b01
            assert compiled[8:16] == source_hash(held[name])
            for each in code_objects(marshal.loads(compiled[16:])):  # noqa: S302 - made by us, a moment ago
                assert each.co_filename == f"/var/task/{name}"

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

    def test_a_fresh_interpreter_runs_the_byte_code(self, tmp_path: Path, code: Artifact) -> None:
        """With the source spoilt: only its byte code can still be imported."""
        with zipfile.ZipFile(code.path) as archive:
            archive.extractall(tmp_path)
        Path(tmp_path, "api", "clock.py").write_text("raise SystemExit('the source was compiled')\n")
        program = (
            f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import api.clock as c; print(c.rfc3339(0))"
        )
        done = isolated(program)
        assert (done.returncode, done.stdout) == (0, "1970-01-01T00:00:00.000Z\n"), done.stderr
