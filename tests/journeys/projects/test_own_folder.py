"""A group in a folder of the operator's own, with requirements of its own, for one named tenant alone."""

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.command import eventually
from tests.support.projects import Project

LISTED = """
config:
  tenantry:groups:
    type: array
    items: {type: string}
    default: [../ours]
"""
# Pure Python, and neither the platform nor its functions need it.
PINNED = """\
inflection==0.5.1 \\
    --hash=sha256:f38b2b640938a4f35ade69ac3d053042959b62a0f1076a5bbaa1b9526605a8a2
"""
SECONDS = 300  # of a command on a busy machine


def edit(file: Path, before: str, after: str) -> None:
    text = file.read_text()
    assert text.count(before) == 1, (file, before)
    file.write_text(text.replace(before, after))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """`quotes` is acme's alone, and answers with the text in title case."""
    folder = tmp_path_factory.mktemp("operator")
    made = Project.copied(folder / "project")
    (folder / "ours").mkdir()
    refusal = made.refused("groups", "new", "quotes", "--in", "../ours")
    assert "list it in tenantry:groups of Pulumi.yaml first" in refusal
    with (made.root / "Pulumi.yaml").open("a") as settings:
        settings.write(LISTED)
    made.tenant("acme", "items")
    made.tenant("acme-eu", "items")
    made.tenantry("groups", "new", "quotes", "--in", "../ours", "--tenants", "own")
    return made


@pytest.fixture(scope="module")
def quotes(project: Project) -> Path:
    """The group's folder."""
    return project.root.parent / "ours" / "quotes"


@pytest.fixture(scope="module")
def inflected(project: Project, quotes: Path) -> Project:
    (quotes / "requirements.txt").write_text(PINNED)
    edit(quotes / "handler.py", "from api import cursors", "import inflection\n\nfrom api import cursors")
    edit(quotes / "handler.py", '"text": text}, claim', '"text": inflection.titleize(text)}, claim')
    edit(
        quotes / "declaration.py",
        "    metrics=(CREATED,),\n",
        '    metrics=(CREATED,),\n    tenants=("acme",),\n',
    )
    project.tenant("acme", "items", "quotes")
    return project


def test_the_scaffolds_own_tests_pass_there(project: Project, quotes: Path) -> None:
    done = project.run(sys.executable, "-m", "pytest", "-q", "-c", "pyproject.toml", str(quotes))
    assert done.returncode == 0, done.stdout
    assert "3 passed" in done.stdout


def test_its_tenant_has_it_and_any_other_is_refused_by_line(inflected: Project, quotes: Path) -> None:
    [listed] = [each for each in inflected.json("groups", "list") if each["name"] == "quotes"]
    assert (listed["folder"], listed["tenants"]) == (str(quotes), ["acme"])
    inflected.tenantry("validate", "--tenants", "own")
    inflected.tenant("acme-eu", "items", "quotes")
    try:
        refusal = inflected.refused("validate", "--tenants", "own")
    finally:
        inflected.tenant("acme-eu", "items")
    assert refusal.startswith("own/demo/acme-eu.yaml:3: routes lists quotes, which only acme may have")


def test_a_new_tenants_file_lists_the_groups_that_it_may_have(inflected: Project) -> None:
    inflected.tenantry("new", "initech", "--cell", "demo", "--tier", "bronze", "--tenants", "own")
    file = inflected.root / "own" / "demo" / "initech.yaml"
    try:
        assert "routes: [contact, items, tools]\n" in file.read_text()
        inflected.tenantry("validate", "--tenants", "own")
    finally:
        file.unlink()


def test_a_loose_requirement_is_refused_by_line(inflected: Project, quotes: Path) -> None:
    (quotes / "requirements.txt").write_text(f"{PINNED}inflect\n")
    try:
        refusal = inflected.refused("validate", "--tenants", "own")
    finally:
        (quotes / "requirements.txt").write_text(PINNED)
    assert f"{quotes}/requirements.txt:3: inflect is not pinned" in refusal


def test_the_proof_finds_no_leak_and_its_role_is_acmes_alone(inflected: Project) -> None:
    [proof] = inflected.json("isolation", "--tenants", "own")["cells"]
    assert proof["leaks"] == []
    roles = {row["role"] for row in proof["roles"]}
    assert "tenantry_demo_acme_quotes" in roles
    assert "tenantry_demo_acme-eu_quotes" not in roles


class Watched:
    """The platform under `up --watch`, and what it printed."""

    def __init__(self, project: Project, process: subprocess.Popen[str]) -> None:
        self.project = project
        self.lines: list[str] = []
        for stream in (process.stdout, process.stderr):
            threading.Thread(target=self.lines.extend, args=(stream,), daemon=True).start()

    def printed(self, pattern: str, since: int = 0) -> bool:
        return eventually(lambda: any(re.search(pattern, line) for line in self.lines[since:]), SECONDS)

    def call(self, slug: str, method: str, path: str, text: str = "") -> httpx.Response:
        tenants = {each["tenant"]: each for each in self.project.json("status")["tenants"]}
        headers = {
            "x-api-key": tenants[slug]["api_keys"]["web"],
            "Authorization": f"Bearer {self.project.tenantry('token', slug).strip()}",
        }
        body = {"text": text} if text else None
        url = tenants[slug]["url"] + path
        return httpx.request(method, url, json=body, headers=headers, trust_env=False, timeout=30)


@pytest.fixture(scope="module")
def watched(inflected: Project) -> Iterator[Watched]:
    with inflected.started("up", "--watch", "--port", "0", "--tenants", "own") as process:
        found = Watched(inflected, process)
        try:
            assert found.printed("edits are served"), found.lines
            yield found
        finally:
            inflected.tenantry("down", "--all")
            process.wait(timeout=60)


def test_its_functions_import_from_its_own_layer(watched: Watched) -> None:
    created = watched.call("acme", "POST", "/quotes", "ten_chairs")
    assert (created.status_code, created.json()["text"]) == (201, "Ten Chairs")
    assert watched.call("acme", "GET", "/items/orders").status_code == 200


def test_a_tenant_without_it_has_no_such_route(watched: Watched) -> None:
    assert watched.call("acme-eu", "GET", "/items/orders").status_code == 200
    assert watched.call("acme-eu", "GET", "/quotes").status_code in (403, 404)


def test_an_edit_in_that_folder_is_served_and_a_faulty_one_is_shown(watched: Watched, quotes: Path) -> None:
    since = len(watched.lines)
    edit(quotes / "handler.py", "inflection.titleize", "inflection.underscore")
    assert watched.printed(r"^✓ .*quotes/handler.py: .*Function", since), watched.lines[since:]
    created = watched.call("acme", "POST", "/quotes", "Ten-Chairs")
    assert created.json()["text"] == "ten_chairs"
    since = len(watched.lines)
    edit(quotes / "handler.py", "import inflection\n", "import inflection, nowhere\n")
    assert watched.printed(r"^✗ .*quotes/handler.py:\d+: .*nowhere", since), watched.lines[since:]
    edit(quotes / "handler.py", "import inflection, nowhere\n", "import inflection\n")
    since = len(watched.lines)
    (quotes / "requirements.txt").write_text(PINNED + "inflect\n")
    assert watched.printed(r"^✗ .*quotes/requirements.txt:3: inflect is not pinned", since)
    (quotes / "requirements.txt").write_text(PINNED)
