"""The layer holds all that the functions import and nothing that is not pinned.

The emulator serves functions with this machine's own packages, so what the layer lacks shows here alone.
"""

import ast
import json
import marshal
import shutil
import subprocess
import zipfile
from importlib.util import cache_from_source, source_hash
from pathlib import Path

import pytest

from tenantry import artifact
from tenantry.artifact import Artifact, ArtifactError
from tenantry.paths import BUILD, FUNCTIONS, LAYER_REQUIREMENTS
from tests.support import events, tokens
from tests.support.artifacts import contents, isolated

HERE = artifact.this_machine()
LAYER_BYTES = 16 * 1024 * 1024  # 10.2 MiB when written


@pytest.fixture(scope="module")
def layer() -> Artifact:
    """From the project's own build folder; the first build on a machine fetches wheels."""
    return artifact.layer(LAYER_REQUIREMENTS, BUILD, HERE)


# Imports every module of the code, then uses what libraries import late: clients and their signatures, logs,
# metrics, key loading, ids. DynamoDB is an address where nobody listens.
PROBE = """
import importlib.util, json, os, pkgutil, sys, types

code, layer = sys.argv[1:]
assert not [path for path in sys.path if "site-packages" in path], sys.path
sys.path[:0] = [code, layer]
told = json.load(sys.stdin)
os.environ.update(told["environment"])

import authorizer.handler
verdict = authorizer.handler.handle(told["question"], None)
assert verdict["principalId"] == "user-1", verdict
assert "boto3" not in sys.modules, "the authorizer uses no AWS client, and starts faster without"

for module in pkgutil.walk_packages([code]):
    importlib.import_module(module.name)
import contact.handler, items.handler, notifier.handler, tools.handler
from api import identifiers, metrics, queue, secrets, table
from notifier import mail
table.current()
secrets.client()
queue.client()
mail.client()
metrics.count("ItemsWritten", "acme")
identifiers.checked_id(identifiers.new_id(0))
invocation = types.SimpleNamespace(get_remaining_time_in_millis=lambda: 10_000)
answer = items.handler.handle(told["call"], invocation)
assert answer["statusCode"] == 503, answer

for name, module in list(sys.modules.items()):
    file = getattr(module, "__file__", None)
    if file and file.startswith((code, layer)):
        compiled = importlib.util.cache_from_source(file)
        assert not file.endswith(".py") or os.path.exists(compiled), f"{file} has no byte code"
    elif file:
        assert file.startswith((sys.base_prefix, os.path.dirname(os.__file__))), f"{file} is not ours"
print("complete")
"""


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory, layer: Artifact) -> tuple[Path, Path]:
    """Code and packages, as Lambda unpacks them."""
    code = artifact.code(FUNCTIONS, tmp_path_factory.mktemp("code"), HERE)
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
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "POWERTOOLS_METRICS_NAMESPACE": "Tenantry",
        "POWERTOOLS_SERVICE_NAME": "probe",
        "ROUTES": "items",
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

    def test_the_services_that_stay_in_botocore_are_those_that_functions_use(self) -> None:
        used = {
            call.args[0].value
            for file in FUNCTIONS.rglob("*.py")
            for call in ast.walk(ast.parse(file.read_text()))
            if isinstance(call, ast.Call)
            and isinstance(call.func, ast.Attribute)
            and call.func.attr in {"client", "resource"}
            and isinstance(call.func.value, ast.Name)
            and call.func.value.id == "boto3"
            and isinstance(call.args[0], ast.Constant)
        }
        assert used == set(artifact.SERVICES)


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
        assert {parts[0] for parts in data if len(parts) > 1} == set(artifact.SERVICES)
        assert {"endpoints.json", "partitions.json"} <= {parts[0].removesuffix(".gz") for parts in data}

    def test_its_byte_code_is_valid_in_lambda(self, layer: Artifact) -> None:
        held = contents(layer)
        for name in ("python/boto3/session.py", "python/jwt/api_jwt.py", "python/ulid/__init__.py"):
            compiled = held[cache_from_source(name)]
            assert int.from_bytes(compiled[4:8], "little") == 0b01
            assert compiled[8:16] == source_hash(held[name])
            assert marshal.loads(compiled[16:]).co_filename == f"/opt/{name}"  # noqa: S302 - as above

    def test_it_stays_within_what_a_cold_start_bears(self, layer: Artifact) -> None:
        assert layer.path.stat().st_size <= LAYER_BYTES
