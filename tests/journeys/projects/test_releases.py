"""Two tenants of one local platform run two releases: other code, and another contract."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.platform import Platform
from tests.support.projects import Project


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    made = Project.copied(tmp_path_factory.mktemp("released") / "project")
    for slug in ("acme", "initech"):
        made.tenant(slug, "items")
    made.tenantry("up", "--detach", "--port", "0", "--tenants", "own")
    try:
        yield made
    finally:
        made.tenantry("down", "--all")


def file(project: Project, slug: str) -> Path:
    return project.root / "own" / "demo" / f"{slug}.yaml"


def pin(project: Project, slug: str, release: str) -> None:
    text = file(project, slug).read_text()
    file(project, slug).write_text(re.sub(r"^release:.*\n", "", text, flags=re.M) + f'release: "{release}"\n')


def ready(project: Project, slug: str) -> int:
    """The status of a route that the second contract alone has."""
    url = Platform.found(project.root / ".tenantry").tenants[slug].url
    return httpx.get(f"{url}/ready", trust_env=False).status_code


def code(project: Project, slug: str) -> str:
    function = project.client("lambda").get_function(FunctionName=f"tenantry_demo_{slug}_items")
    return str(function["Configuration"]["CodeSha256"])


def test_each_tenant_is_served_its_own_release_and_may_go_back(running: Project) -> None:
    [first] = running.json("releases")
    assert first["tenants"] == ["acme", "initech"]
    before = code(running, "acme")

    pin(running, "acme", first["id"])
    contract = running.root / "functions" / "openapi.yaml"
    text = contract.read_text()
    [health] = re.findall(r"^  /health:\n(?:    .*\n|\n)+", text, flags=re.M)
    other = health.replace("/health", "/ready").replace("readHealth", "readReady").rstrip("\n") + "\n"
    contract.write_text(text.replace(health, other + health))
    module = running.root / "functions" / "api" / "problems.py"
    module.write_text(module.read_text() + "\nRELEASE = 2\n")
    running.tenantry("update")

    newest, oldest = running.json("releases")
    assert (newest["tenants"], oldest) == (["initech"], {**first, "tenants": ["acme"]})
    assert (ready(running, "acme"), ready(running, "initech")) == (404, 200)
    assert code(running, "acme") == before != code(running, "initech")

    pin(running, "initech", first["id"])
    running.tenantry("update")
    assert ready(running, "initech") == 404
    assert code(running, "initech") == before
    assert "nothing to change" in running.tenantry("update")

    pin(running, "initech", "0" * 12)
    done = running.run(sys.executable, "-m", "tenantry.cli", "update")
    said = f"initech is pinned to release {'0' * 12}, which is not kept here; it runs the newest"
    assert (done.returncode, said in done.stderr) == (0, True)
    assert (ready(running, "acme"), ready(running, "initech")) == (404, 200)
