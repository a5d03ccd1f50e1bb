"""A layer is built once for each content of its requirements and each target; no wheel is fetched here."""

from pathlib import Path

import pytest

from tenantry import artifact
from tenantry.artifact import Target
from tests.support.artifacts import contents, sources

HERE = artifact.this_machine()


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> list[Target]:
    """The targets of the builds that were not taken from the cache."""
    targets: list[Target] = []

    def install(requirements: Path, packages: Path, target: Target) -> None:
        targets.append(target)
        for service in (*artifact.SERVICES, "ec2"):
            Path(packages, "botocore", "data", service).mkdir(parents=True)
            Path(packages, "botocore", "data", service, "service.json").write_text("{}")
        sources(packages, six=f"content = {requirements.read_text()!r}\n")

    monkeypatch.setattr(artifact, "_install", install)
    return targets


def test_other_requirements_or_another_target_are_another_build(
    tmp_path: Path, installed: list[Target]
) -> None:
    requirements = tmp_path / "requirements.txt"
    other = Target(HERE.runtime, "arm64" if HERE.architecture == "x86_64" else "x86_64")
    for text, target in (("a", HERE), ("a", HERE), ("b", HERE), ("a", other), ("a", HERE), ("b", HERE)):
        requirements.write_text(text)
        built = artifact.layer(requirements, tmp_path / "build", target)
        assert contents(built)["python/six.py"] == f"content = {text!r}\n".encode()
    assert installed == [HERE, HERE, other]


def test_a_lost_zip_is_built_again(tmp_path: Path, installed: list[Target]) -> None:
    requirements = sources(tmp_path, requirements="") / "requirements.py"
    first = artifact.layer(requirements, tmp_path / "build", HERE)
    first.path.unlink()
    assert artifact.layer(requirements, tmp_path / "build", HERE) == first
    assert first.path.exists()
    assert len(installed) == 2


def test_unused_services_are_taken_out(tmp_path: Path, installed: list[Target]) -> None:
    requirements = sources(tmp_path, requirements="") / "requirements.py"
    built = artifact.layer(requirements, tmp_path / "build", HERE)
    assert not [name for name in contents(built) if "ec2" in name]
    assert installed


def test_a_renamed_file_is_another_layer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Byte code holds its own name, data does not."""

    def install(requirements: Path, packages: Path, _: Target) -> None:
        data = Path(packages, "botocore", "data")
        data.mkdir(parents=True)
        Path(data, requirements.read_text()).write_text("{}")

    monkeypatch.setattr(artifact, "_install", install)
    requirements, digests = tmp_path / "requirements.txt", set()
    for name in ("endpoints.json", "partitions.json"):
        requirements.write_text(name)
        digests.add(artifact.layer(requirements, tmp_path / "build", HERE).digest)
    assert len(digests) == 2
