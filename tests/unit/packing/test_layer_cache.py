"""A layer is built once for each content of its requirements and each target; no wheel is fetched here."""

import gzip
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tenantry.packing import artifact, trimming
from tenantry.packing.artifact import LambdaTarget
from tenantry.packing.trimming import UnknownOperation
from tests.support.artifacts import contents

HERE = artifact.this_machine()


def no_requirements(folder: Path) -> Path:
    """Requirements: the packages that a test installs are its own."""
    (folder / "requirements.txt").write_text("")
    return folder / "requirements.txt"


def botocore(data: Path) -> None:
    """Descriptions of services as botocore has them, with nothing in them that is not looked at."""
    for service, operations in {**trimming.OPERATIONS, "ec2": ("RunInstances",)}.items():
        folder = data / service / "2020-01-01"
        folder.mkdir(parents=True)
        called = {name: {"input": {"shape": f"{name}Input"}} for name in (*operations, "Other")}
        shapes = {f"{name}Input": {"type": "structure", "members": {}} for name in called}
        metadata = {"endpointPrefix": service, "serviceId": service}
        model = {"metadata": metadata, "operations": called, "shapes": shapes}
        (folder / "service-2.json.gz").write_bytes(gzip.compress(json.dumps(model).encode()))
    services: dict[str, Any] = {service: {} for service in (*trimming.OPERATIONS, "ec2")}
    (data / "endpoints.json").write_text(json.dumps({"partitions": [{"services": services}]}))


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> list[LambdaTarget]:
    """The targets of the builds that were not taken from the cache."""
    targets: list[LambdaTarget] = []

    def install(requirements: Path, packages: Path, target: LambdaTarget) -> None:
        targets.append(target)
        botocore(packages / "botocore" / "data")
        (packages / "six.py").write_text(f"content = 'made of {requirements.read_text()}'\n")

    monkeypatch.setattr(artifact, "_install", install)
    return targets


def test_other_requirements_or_another_target_are_another_build(
    tmp_path: Path, installed: list[LambdaTarget]
) -> None:
    requirements = tmp_path / "requirements.txt"
    other = LambdaTarget(HERE.runtime, "arm64" if HERE.architecture == "x86_64" else "x86_64")
    for text, target in (("a", HERE), ("a", HERE), ("b", HERE), ("a", other), ("a", HERE), ("b", HERE)):
        requirements.write_text(text)
        built = artifact.layer(requirements, tmp_path / "build", target)
        assert f"made of {text}".encode() in contents(built)["python/six.pyc"]
    assert installed == [HERE, HERE, other]


def test_a_lost_zip_is_built_again(tmp_path: Path, installed: list[LambdaTarget]) -> None:
    requirements = no_requirements(tmp_path)
    first = artifact.layer(requirements, tmp_path / "build", HERE)
    first.path.unlink()
    assert artifact.layer(requirements, tmp_path / "build", HERE) == first
    assert first.path.exists()
    assert len(installed) == 2


def test_the_plain_layer_is_what_was_installed(tmp_path: Path, installed: list[LambdaTarget]) -> None:
    requirements = no_requirements(tmp_path)
    plain = artifact.layer(requirements, tmp_path / "build", LambdaTarget("python3.99", "arm64"), plain=True)
    assert {"python/six.py", "python/botocore/data/ec2/2020-01-01/service-2.json.gz"} <= contents(
        plain
    ).keys()
    assert artifact.layer(requirements, tmp_path / "build", HERE) != plain
    assert len(installed) == 2


@pytest.mark.parametrize(
    ("lost", "message"),
    [("sqs", "botocore does not describe sqs"), ("dynamodb", "botocore describes no GetItem of dynamodb")],
)
def test_what_botocore_no_longer_describes_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: str, message: str
) -> None:
    def install(requirements: Path, packages: Path, target: LambdaTarget) -> None:  # noqa: ARG001
        data = packages / "botocore" / "data"
        botocore(data)
        if lost == "sqs":
            shutil.rmtree(data / lost)
        else:
            [model] = (data / lost).glob("*/service-2.json.gz")
            text = gzip.decompress(model.read_bytes()).replace(b'"GetItem"', b'"FetchItem"')
            model.write_bytes(gzip.compress(text))

    monkeypatch.setattr(artifact, "_install", install)
    requirements = no_requirements(tmp_path)
    with pytest.raises(UnknownOperation, match=message):
        artifact.layer(requirements, tmp_path / "build", HERE)


def test_unused_services_are_taken_out(tmp_path: Path, installed: list[LambdaTarget]) -> None:
    requirements = no_requirements(tmp_path)
    built = artifact.layer(requirements, tmp_path / "build", HERE)
    assert not [name for name in contents(built) if "ec2" in name]
    assert installed


def test_a_renamed_file_is_another_layer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Byte code holds its own name, data does not."""

    def install(requirements: Path, packages: Path, _: LambdaTarget) -> None:
        botocore(packages / "botocore" / "data")
        Path(packages, requirements.read_text()).write_text("{}")

    monkeypatch.setattr(artifact, "_install", install)
    requirements, digests = tmp_path / "requirements.txt", set()
    for name in ("one.json", "two.json"):
        requirements.write_text(name)
        digests.add(artifact.layer(requirements, tmp_path / "build", HERE).digest)
    assert len(digests) == 2
