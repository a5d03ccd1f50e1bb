"""Any shipped group can be taken out as a folder: tenants' files are all that has to follow."""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.support.projects import Project

SHIPPED = ("contact", "items", "tools")  # those that a tenant of the demo has
ALL_SHIPPED = (*SHIPPED, "portal")
MESSAGE = {"email": "ada@example.com", "message": "Hello"}
ID = "00000000000000000000000000"


@dataclass(frozen=True)
class Remainder:
    """A running platform, and the group that it lacks."""

    project: Project
    gone: str

    @property
    def groups(self) -> list[str]:
        return [name for name in SHIPPED if name != self.gone]

    def call(self, method: str, path: str, body: object = None) -> httpx.Response:
        """By acme, which has every group that there is."""
        [acme] = [each for each in self.project.json("status")["tenants"] if each["tenant"] == "acme"]
        token = self.project.tenantry("token", "acme").strip()
        headers = {"x-api-key": acme["api_keys"]["web"], "Authorization": f"Bearer {token}"}
        return httpx.request(
            method, acme["url"] + path, json=body, headers=headers, trust_env=False, timeout=30
        )


def adapt(file: Path, gone: str, instead: str) -> None:
    """As an operator edits a tenant's file: out of its routes, and without its options."""

    def listed(routes: re.Match[str]) -> str:
        left = [name for name in routes[1].split(", ") if name != gone]
        return f"routes: [{', '.join(left or [instead])}]"

    text = re.sub(r"routes: \[(.*)\]", listed, file.read_text())
    file.write_text(re.sub(rf"^{gone}:\n( .*\n)+", "", text, flags=re.M))


@pytest.fixture(scope="module", params=SHIPPED)
def remainder(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Remainder]:
    gone = str(request.param)
    project = Project.copied(tmp_path_factory.mktemp(f"without-{gone}") / "project")
    shutil.rmtree(project.groups / gone)
    for file in (project.root / "tenants" / "demo").glob("*.yaml"):
        adapt(file, gone, instead=next(name for name in SHIPPED if name != gone))
    project.tenantry("up", "--detach", "--port", "0")
    try:
        yield Remainder(project, gone)
    finally:
        project.tenantry("down", "--all")


def test_the_files_are_valid_and_the_other_groups_are_listed(remainder: Remainder) -> None:
    remainder.project.tenantry("validate")
    listed = [each["name"] for each in remainder.project.json("groups", "list")]
    assert listed == sorted(name for name in ALL_SHIPPED if name != remainder.gone)


def test_a_tenant_that_still_lists_it_is_refused_by_line(remainder: Remainder) -> None:
    remainder.project.tenant("acme", remainder.gone)
    refusal = remainder.project.refused("validate", "--tenants", "own")
    assert f"own/demo/acme.yaml:3: routes[0] is '{remainder.gone}'" in refusal


def test_no_tenant_reaches_another(remainder: Remainder) -> None:
    [proof] = remainder.project.json("isolation")["cells"]
    assert proof["leaks"] == []
    functions = {row["role"].rpartition("_")[2] for row in proof["roles"]}
    assert functions & {"contact", "notifier", "items", "tools"} == {
        *remainder.groups,
        *(["notifier"] if remainder.gone != "contact" else []),
    }


def test_costs_are_derived_and_a_new_tenants_file_is_valid(remainder: Remainder) -> None:
    assert all(each["estimates"] for each in remainder.project.json("cost")["tenants"])
    remainder.project.tenantry("new", "initech", "--cell", "second", "--tier", "bronze")
    try:
        remainder.project.tenantry("validate")
    finally:
        shutil.rmtree(remainder.project.root / "tenants" / "second")


def test_the_other_groups_answer_and_its_routes_are_not_found(remainder: Remainder) -> None:
    answers = {
        "contact": remainder.call("POST", "/contact", MESSAGE),
        "items": remainder.call("POST", "/items/orders", {"name": "one"}),
        "tools": remainder.call("GET", "/tools/summary"),
    }
    statuses = {"contact": 202, "items": 201, "tools": 200} | {remainder.gone: 404}
    assert {name: answer.status_code for name, answer in answers.items()} == statuses


def test_the_inbox_is_there_with_the_messages_alone(remainder: Remainder) -> None:
    listed = remainder.call("GET", "/tools/contacts").status_code
    changed = remainder.call("PATCH", f"/tools/contacts/{ID}", {"state": "open"}).status_code
    there = {"contact", "tools"} <= set(remainder.groups)
    assert (listed, changed) == ((200, 404) if there else (404, 404))
    if remainder.gone == "contact":
        assert remainder.call("GET", "/tools/summary").json()["contacts"] == {"new": 0, "open": 0, "done": 0}


def test_what_the_other_groups_keep_is_exported_and_imported(remainder: Remainder, tmp_path: Path) -> None:
    remainder.call("POST", "/items/orders", {"name": "kept"})
    remainder.call("POST", "/contact", MESSAGE)
    remainder.project.tenantry("export", "acme", "--to", str(tmp_path / "acme.jsonl"))
    lines = (tmp_path / "acme.jsonl").read_text().splitlines()
    kinds = {json.loads(line).get("kind", "") for line in lines[1:]}
    exported = {kind.partition("/")[0] for kind in kinds if "/" in kind}
    assert exported == {"contact", "items"} - {remainder.gone}
    remainder.project.tenantry("import", "globex", "--from", str(tmp_path / "acme.jsonl"))
