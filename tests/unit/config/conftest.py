"""A folder of tenants to spoil, and the problems that loading it reports."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tenantry.config import ConfigErrors, load_platform
from tests.support.command import TENANTS

TENANT = """\
name: Acme
tier: gold
routes: [items]
auth:
  managed:
    keys: [main]
api_keys: [web]
"""

TIERS = """\
tiers:
  bronze: {rate_per_second: 5, burst: 10}
  gold: {rate_per_second: 200, burst: 400}
"""

Problems = Callable[[], list[str]]


@pytest.fixture
def tenant_text() -> str:
    """A tenant of seven lines; what a test appends starts on line 8."""
    return TENANT


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    """A copy of the tenants that ship."""
    return Path(shutil.copytree(TENANTS, tmp_path / "demo-copy"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`tenants`, relative to the working directory, with tiers, the cell demo, and acme in it."""
    monkeypatch.chdir(tmp_path)
    folder = Path("tenants")
    (folder / "demo").mkdir(parents=True)
    (folder / "tiers.yaml").write_text(TIERS, encoding="utf-8")
    (folder / "demo" / "acme.yaml").write_text(TENANT, encoding="utf-8")
    return folder


@pytest.fixture
def problems(folder: Path) -> Problems:
    def load() -> list[str]:
        try:
            load_platform(folder)
        except ConfigErrors as errors:
            return [str(problem) for problem in errors.problems]
        return []

    return load
