"""The layer holds all that the functions import and nothing that is not pinned.

The emulator serves functions with this machine's own packages, so what the layer lacks shows here alone.
"""

import ast
import json
import marshal
import shutil
import subprocess
import zipfile
from fnmatch import fnmatch
from importlib.util import MAGIC_NUMBER
from pathlib import Path

import pytest
from botocore import xform_name

from tenantry.groups import current
from tenantry.groups.sources import modules
from tenantry.packing import artifact, functions, trimming
from tenantry.packing.artifact import Artifact, ArtifactError
from tenantry.paths import BUILD, FUNCTIONS, LAYER_REQUIREMENTS
from tests.support import events, tokens
from tests.support.artifacts import contents, isolated

HERE = artifact.this_machine()
LAYER_BYTES = 8 * 1024 * 1024  # 5.6 MiB when written, nearly all of it cryptography's


@pytest.fixture(scope="module")
def layer() -> Artifact:
    """From the project's own build folder; the first build on a machine fetches wheels."""
    return artifact.layer(LAYER_REQUIREMENTS, BUILD, HERE)


UNUSED_BYTES = 100 * 1024
READ_BY_OPENSSL = "botocore/cacert.pem"  # past the interpreter; that it is needed shows where it is missing

# Imports every module of the code, then uses what libraries import late: clients and their signatures, logs,
# metrics, key loading, ids, and authorities for TLS. DynamoDB is an address that accepts and hangs up. Says
# at the end which files were opened.
PROBE = """
import importlib.util, json, os, pathlib, socket, sys, threading, types

code, layer = sys.argv[1:]
opened = set()
def note(event, arguments):
    if event == "open" and isinstance(arguments[0], str): opened.add(arguments[0])
    if event == "import" and arguments[1]: opened.add(arguments[1])
sys.addaudithook(note)
_socket = socket.create_server(("127.0.0.1", 0))
def hang_up():
    while True: _socket.accept()[0].close()
threading.Thread(target=hang_up, daemon=True).start()

assert not [path for path in sys.path if "site-packages" in path], sys.path
sys.path[:0] = [code, layer]
told = json.load(sys.stdin)
os.environ.update(told["environment"], AWS_ENDPOINT_URL=f"https://127.0.0.1:{_socket.getsockname()[1]}")

import start
verdict = start.authorizer(told["question"], None)
assert verdict["principalId"] == "user-1", verdict
assert "botocore.session" not in sys.modules, "the authorizer uses no AWS client, and starts faster without"

for path in pathlib.Path(code).rglob("*.pyc"):
    name = path.relative_to(code).with_suffix("").as_posix()
    importlib.import_module(name.removesuffix("/__init__").replace("/", "."))
from api import identifiers, queue, secrets, table
from groups.contact.notifier import mail
table.current()
secrets.client()
queue.client()
mail.client()
identifiers.checked_id(identifiers.new_id(0))
invocation = types.SimpleNamespace(get_remaining_time_in_millis=lambda: 10_000)
answer = start.items(told["call"], invocation)
assert answer["statusCode"] == 503, answer

for name, module in list(sys.modules.items()):
    file = getattr(module, "__file__", None)
    if file and file.startswith((code, layer)):
        assert not file.endswith(".py"), f"{file} is compiled at each start"
    elif file:
        assert file.startswith((sys.base_prefix, os.path.dirname(os.__file__))), f"{file} is not ours"
print(json.dumps(sorted(opened)))
print("complete")
"""


@pytest.fixture(scope="module")
def plain() -> Artifact:
    return artifact.layer(LAYER_REQUIREMENTS, BUILD, HERE, plain=True)


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory, layer: Artifact) -> tuple[Path, Path]:
    """Code and packages, as Lambda unpacks them."""
    code = artifact.code(functions.sources(current()), tmp_path_factory.mktemp("code"), HERE)
    folders = tmp_path_factory.mktemp("task"), tmp_path_factory.mktemp("opt")
    for packed, folder in zip((code, layer), folders, strict=True):
        with zipfile.ZipFile(packed.path) as archive:
            archive.extractall(folder)
    return folders[0], folders[1] / "python"


def probe(unpacked: tuple[Path, Path]) -> subprocess.CompletedProcess[str]:
    signer = tokens.signer("EdDSA")
    checks = {
        "mode": "keys",
        "issuer": tokens.ISSUER,
        "audience": tokens.AUDIENCE,
        "keys": [signer.jwk, tokens.signer("ES256", "ec").jwk, tokens.signer("RS256", "rsa").jwk],
    }
    environment = {
        "AUTH": json.dumps(checks),
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "POWERTOOLS_METRICS_NAMESPACE": "Tenantry",
        "POWERTOOLS_SERVICE_NAME": "probe",
        "SECRET_ARN": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:tenantry/demo/acme-AbCdEf",
        "TABLE": "tenantry_demo",
        "TENANT": "acme",
    }
    item = {"collection": "orders", "id": "01JD3Z6K0V8Q4T7M2N5P9R1S3W"}
    told = {
        "environment": environment,
        "question": events.authorizer(signer.sign(tokens.claims())),
        "call": events.proxy("GET", "/items/{collection}/{id}", path=item),
    }
    return isolated(PROBE, *map(str, unpacked), told=told)


class TestIsolation:
    def test_every_function_runs_on_code_and_layer_alone(self, unpacked: tuple[Path, Path]) -> None:
        done = probe(unpacked)
        assert done.stdout.endswith("complete\n"), done.stdout + done.stderr

    def test_nothing_large_in_the_layer_goes_unused(self, unpacked: tuple[Path, Path]) -> None:
        opened = set(json.loads(probe(unpacked).stdout.splitlines()[-2]))
        files = [path for path in unpacked[1].rglob("*") if path.is_file()]
        large = {str(path) for path in files if path.stat().st_size > UNUSED_BYTES}
        opened.add(str(unpacked[1] / READ_BY_OPENSSL))
        assert large - opened == set()
        assert large & opened, "what is opened is seen"

    def test_the_authorities_that_calls_trust_are_read(
        self, unpacked: tuple[Path, Path], tmp_path: Path
    ) -> None:
        missing = "FileNotFoundError"
        assert missing not in probe(unpacked).stdout
        place = unpacked[1] / READ_BY_OPENSSL
        shutil.move(place, tmp_path / "aside")
        try:
            assert missing in probe(unpacked).stdout, probe(unpacked).stdout
        finally:
            shutil.move(tmp_path / "aside", place)

    def test_what_is_cut_was_there(self, plain: Artifact) -> None:
        names = [Path(name).relative_to("python") for name in contents(plain)]
        folders = {parent.as_posix() for name in names for parent in name.parents}
        unknown = [cut for cut in trimming.UNUSED if not any(fnmatch(each, cut) for each in folders)]
        assert unknown == [], "a library has moved it: see what takes its place"

    @pytest.mark.parametrize(
        ("pattern", "named"),
        [
            ("ulid", "No module named 'ulid'"),
            ("_cffi_backend*", "No module named '_cffi_backend'"),
            ("botocore/data/secretsmanager", "Unknown service: 'secretsmanager'"),
            ("python_ulid-*.dist-info", "No package metadata was found for python-ulid"),
        ],
    )
    def test_whatever_is_missing_from_the_layer_is_found_out(
        self, unpacked: tuple[Path, Path], tmp_path: Path, pattern: str, named: str
    ) -> None:
        [place] = unpacked[1].glob(pattern)
        shutil.move(place, tmp_path / "aside")
        try:
            done = probe(unpacked)
        finally:
            shutil.move(tmp_path / "aside", place)
        assert named in done.stderr
        assert "complete" not in done.stdout

    def test_the_operations_that_stay_in_botocore_are_those_that_functions_call(self) -> None:
        """Clients' methods, by the names that botocore derives from operations."""
        called = {
            node.attr
            for file in modules(FUNCTIONS)
            for node in ast.walk(ast.parse(file.read_text()))
            if isinstance(node, ast.Attribute)
            and (
                (isinstance(node.value, ast.Call) and ast.unparse(node.value.func).endswith("client"))
                or (isinstance(node.value, ast.Attribute) and node.value.attr == "client")
            )
        }
        kept = {xform_name(name) for names in trimming.OPERATIONS.values() for name in names}
        assert called - {"exceptions", "meta"} == kept

    def test_errors_that_functions_catch_stay_in_botocore(self, layer: Artifact) -> None:
        caught = {
            node.attr
            for file in modules(FUNCTIONS)
            for node in ast.walk(ast.parse(file.read_text()))
            if isinstance(node, ast.Attribute) and ast.unparse(node.value).endswith("client.exceptions")
        }
        models = [
            json.loads(content)["shapes"]
            for name, content in contents(layer).items()
            if "service-2.json" in name
        ]
        assert caught
        assert caught <= {shape for shapes in models for shape in shapes}


def wheel(folder: Path) -> Path:
    """The smallest that pip installs."""
    path = folder / "probe-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("probe.py", "")
        archive.writestr("probe-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: probe\nVersion: 1.0\n")
        archive.writestr("probe-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr("probe-1.0.dist-info/RECORD", "")
    return path


class TestLayer:
    def test_a_second_build_takes_the_packed_one(
        self, layer: Artifact, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(subprocess, "run", pytest.fail)
        assert artifact.layer(LAYER_REQUIREMENTS, BUILD, HERE) == layer

    @pytest.mark.parametrize(
        ("pinned", "reason"),
        [
            ("", "Hashes are required in --require-hashes mode"),
            (f" --hash=sha256:{'0' * 64}", "DO NOT MATCH"),
        ],
        ids=["without a hash", "with another hash"],
    )
    def test_a_package_that_is_not_the_pinned_one_is_refused(
        self, tmp_path: Path, pinned: str, reason: str
    ) -> None:
        requirements = tmp_path / "requirements.txt"
        requirements.write_text(f"probe @ {wheel(tmp_path).as_uri()}{pinned}\n")
        with pytest.raises(ArtifactError, match=rf"cannot be built from {requirements}: ERROR: .*{reason}"):
            artifact.layer(requirements, tmp_path / "build", HERE)
        assert not (tmp_path / "build").exists()

    def test_it_lies_where_lambda_looks_and_keeps_one_file_of_metadata(self, layer: Artifact) -> None:
        names = contents(layer).keys()
        assert {name.split("/")[0] for name in names} == {"python"}
        metadata = {Path(name).name for name in names if ".dist-info/" in name}
        assert metadata == {"METADATA"}

    def test_botocore_keeps_the_services_used_and_what_is_common(self, layer: Artifact) -> None:
        data = [name.split("/")[3:] for name in contents(layer) if name.startswith("python/botocore/data/")]
        assert {parts[0] for parts in data if len(parts) > 1} == set(trimming.OPERATIONS)
        assert {"endpoints.json", "partitions.json"} <= {parts[0].removesuffix(".gz") for parts in data}

    def test_its_byte_code_stands_for_the_sources(self, layer: Artifact) -> None:
        held = contents(layer)
        assert not [name for name in held if name.endswith(".py")]
        for name in ("python/botocore/session.py", "python/ulid/__init__.py"):
            compiled = held[f"{name}c"]
            assert compiled[:4] == MAGIC_NUMBER
            assert marshal.loads(compiled[16:]).co_filename == f"/opt/{name}"  # noqa: S302 - made by us

    def test_it_stays_within_what_a_cold_start_bears(self, layer: Artifact) -> None:
        assert layer.path.stat().st_size <= LAYER_BYTES
