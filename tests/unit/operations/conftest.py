"""A project of its own, and credentials that lead nowhere."""

from pathlib import Path

import pytest

from tenantry import paths


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the stacks' files, with a stack `demo` in eu-west-3 that deploys the cell `demo`."""
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    text = "config:\n  aws:region: eu-west-3\n  tenantry:cell: demo\n"
    (tmp_path / "Pulumi.demo.yaml").write_text(text)
    (tmp_path / "Pulumi.yaml").write_text("name: tenantry\n")
    monkeypatch.setenv("PULUMI_BACKEND_URL", f"file://{tmp_path}/state")
    monkeypatch.setenv("TENANTRY_STATE", str(tmp_path / "own"))
    return tmp_path


@pytest.fixture
def no_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither keys, nor a profile, nor a Region, nor an instance to ask for them: nothing is ever sent."""
    names = ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN", "PROFILE", "REGION", "DEFAULT_REGION")
    names += ("DEFAULT_PROFILE", "WEB_IDENTITY_TOKEN_FILE", "ROLE_ARN")
    names += ("CONTAINER_CREDENTIALS_RELATIVE_URI", "CONTAINER_CREDENTIALS_FULL_URI")
    for name in names:
        monkeypatch.delenv(f"AWS_{name}", raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
