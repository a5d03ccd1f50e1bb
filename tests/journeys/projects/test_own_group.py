"""A group of an operator's own, from the scaffold to served, billed and exported, within its folder alone.

`quotes` gets a kind of record, a queue with a consumer and a secret beside what the scaffold has.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.command import eventually
from tests.support.projects import Project

DECLARED = """\
    records=(ENTRY, SUPPLIER),
    queues=(Queue("pricing", "quotes to price", "pricer", PRICER),),
    secrets=(Secret("supplier", (Value("supplier_token", "the next call takes it"),), "Of the supplier"),),
    metrics=(CREATED, PRICED),
)
"""
ABOVE = """\
SUPPLIER = Record("supplier", fields=(Field("name"), Field("active", "flag")), counted_by="name")
PRICED = Metric("QuotesPriced", ("tenant",), title="priced")
PRICER = Function(
    uses=(
        use(ENTRY.kind, "get", "update"),
        use(ENTRY.entries, "delete", "put"),
        use(COUNT, "update"),
        use(SUPPLIER.kind, "put"),
    ),
    secrets=("supplier",),
    timeout_seconds=20,
)

GROUP ="""
PRICER = '''\
"""Price a quote: mark it as done, and remember the supplier."""

from collections.abc import Mapping
from typing import Any

from api import batches, metrics, secrets, settings
from api.batches import Batch
from api.deadline import Invocation
from api.queue import Entry
from api.records import Records
from groups.quotes.declaration import ENTRY, GROUP, PRICED, SUPPLIER


def handle(event: Mapping[str, Any], context: Invocation) -> Batch:
    return batches.take("pricer", event, context, price)


def price(entry: Entry) -> None:
    name = secrets.values(settings.current().secret("supplier")).get("supplier_token", "nobody")
    quotes = Records(GROUP.name, ENTRY)
    if quotes.read(entry.id)["state"] == "new":
        quotes.change(entry.id, {"state": "done"})
        Records(GROUP.name, SUPPLIER).create({"name": name, "active": True})
        metrics.count(PRICED)
'''


def extended(folder: Path) -> None:
    """As an author edits what the scaffold wrote."""
    declaration = folder / "declaration.py"
    text = declaration.read_text()
    text = text.replace("Metric, Record, use\n", "Metric, Queue, Record, Secret, Value, use\n")
    text = text.replace("GROUP =", ABOVE)
    text = text.replace(
        "        secrets=(RUNTIME,),", '        feeds=("pricing",),\n        secrets=(RUNTIME,),'
    )
    text = text.replace("    records=(ENTRY,),\n    metrics=(CREATED,),\n)\n", DECLARED)
    declaration.write_text(text)
    (folder / "pricer").mkdir()
    (folder / "pricer" / "__init__.py").write_text('"""The consumer of the queue pricing."""\n')
    (folder / "pricer" / "handler.py").write_text(PRICER)
    handler = folder / "handler.py"
    text = handler.read_text().replace(
        "    if not replayed:\n",
        '    if not replayed:\n        queue.put("pricing", Entry(entry["id"], request.request_id))\n',
    )
    text = text.replace("metrics, pages, settings\n", "metrics, pages, queue, settings\n")
    text = text.replace("from api.records import", "from api.queue import Entry\nfrom api.records import")
    handler.write_text(text)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = Project.copied(tmp_path_factory.mktemp("operator") / "project")
    before = made.digests()
    made.tenantry("groups", "new", "quotes")
    done = made.run(".venv/bin/python", "-m", "pytest", "-q", "functions/groups/quotes")
    assert done.returncode == 0, done.stdout  # the scaffold's own tests
    extended(made.groups / "quotes")
    done = made.run(".venv/bin/ruff", "format", "functions/groups/quotes")
    assert done.returncode == 0, done.stderr
    after = made.digests()
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    outside = {name for name in changed if not name.startswith("functions/groups/quotes/")}
    assert outside == {"tenants/schema/tenant.schema.json"}
    made.tenant("acme", "items", "quotes")
    made.tenant("acme-eu", "quotes")
    return made


def test_the_projects_own_checks_pass_on_it(project: Project) -> None:
    done = project.run("make", "-o", ".venv/.set-up", "check")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


def test_each_of_its_functions_has_a_role_of_its_own_and_the_proof_covers_both(project: Project) -> None:
    [proof] = project.json("isolation", "--tenants", "own")["cells"]
    roles = {row["role"]: row for row in proof["roles"]}
    assert {"tenantry_demo_acme_quotes", "tenantry_demo_acme_pricer"} <= roles.keys()
    assert proof["leaks"] == []
    assert "secrets" in roles["tenantry_demo_acme_pricer"]["own"]
    assert "queues" in roles["tenantry_demo_acme_quotes"]["own"]
    assert roles["tenantry_demo_acme_pricer"]["others"]["keys"]["tried"]


MISTAKES = {
    "another's secret": ('secrets=("supplier",)', 'secrets=("delivery",)', "reads a secret delivery"),
    "records that the other group does not keep": (
        "use(COUNT,",
        'use("items/bill",',
        "uses items/bill, which items does not keep",
    ),
    "another's queue": ('feeds=("pricing",)', 'feeds=("contact",)', "feeds a queue contact"),
    "an address in the open": (
        "    timeout_seconds=20,",
        '    calls=("http://supplier.example",),\n    timeout_seconds=20,',
        "may not call 'http://supplier.example'",
    ),
    "a kind that is the platform's": (
        'Record("supplier",',
        'Record("idempotency",',
        "cannot be a kind of record",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_proof_refuses_a_mistake_in_the_declaration_by_line(project: Project, mistake: str) -> None:
    right, wrong, said = MISTAKES[mistake]
    file = project.groups / "quotes" / "declaration.py"
    text = file.read_text()
    assert right in text
    file.write_text(text.replace(right, wrong, 1))
    try:
        refusal = project.refused("isolation", "--tenants", "own")
    finally:
        file.write_text(text)
    at = text.replace(right, wrong, 1).splitlines()
    line = next(number for number, each in enumerate(at, start=1) if wrong.split("\n")[0].strip() in each)
    assert f"quotes/declaration.py:{line}: " in refusal
    assert said in refusal


@pytest.fixture(scope="module")
def running(project: Project) -> Iterator[Project]:
    project.tenantry("up", "--detach", "--port", "0", "--tenants", "own")
    try:
        yield project
    finally:
        project.tenantry("down", "--all")


class Client:
    """A tenant's client on the running platform."""

    def __init__(self, project: Project, slug: str) -> None:
        tenants = {each["tenant"]: each for each in project.json("status")["tenants"]}
        self.url, self.key = tenants[slug]["url"], tenants[slug]["api_keys"]["web"]
        self.token = project.tenantry("token", slug).strip()

    def call(self, method: str, path: str, body: Any = None) -> httpx.Response:
        headers = {"x-api-key": self.key, "Authorization": f"Bearer {self.token}"}
        return httpx.request(method, self.url + path, json=body, headers=headers, trust_env=False, timeout=30)


def components(project: Project, slug: str) -> dict[str, float]:
    [tenant] = project.json("cost", slug, "--tenants", "own")["tenants"]
    return dict(tenant["estimates"][0]["components"])


def quotes(exported: Path) -> list[str]:
    return [line for line in exported.read_text().splitlines() if '"kind":"quotes/' in line]


@pytest.fixture(scope="module")
def quoted(running: Project) -> str:
    """The id of a quote that the consumer has priced."""
    client = Client(running, "acme")
    created = client.call("POST", "/quotes", {"text": "ten chairs"})
    assert created.status_code == 201, created.text
    id_ = str(created.json()["id"])
    assert eventually(lambda: client.call("GET", f"/quotes/{id_}").json().get("state") == "done", 60)
    return id_


def test_it_is_served_and_another_tenant_sees_nothing_of_it(running: Project, quoted: str) -> None:
    listed = Client(running, "acme").call("GET", "/quotes").json()["quotes"]
    assert [each["id"] for each in listed] == [quoted]
    other = Client(running, "acme-eu")
    assert other.call("GET", "/quotes").json() == {"quotes": []}
    assert other.call("GET", f"/quotes/{quoted}").status_code == 404


@pytest.mark.usefixtures("quoted")
def test_usage_counts_it_and_logs_and_console_show_it(running: Project) -> None:
    assert "POST /quotes" in json.dumps(running.json("usage", "acme"))
    lines = running.tenantry("logs", "acme", "--since", "1h")
    assert "POST /quotes" in lines
    assert " pricer " in lines
    shown = running.page("/tenants/acme")
    assert "pricer" in shown
    assert "quotes" in shown


def test_cost_prices_its_queue_and_secret(running: Project) -> None:
    running.tenant("plain", "items")
    try:
        own, plain = (components(running, slug) for slug in ("acme", "plain"))
    finally:
        (running.root / "own" / "demo" / "plain.yaml").unlink()
    assert own["queues"] > plain["queues"]
    assert own["secrets"] > plain["secrets"]


def test_it_is_exported_and_imported_byte_for_byte(running: Project, quoted: str, tmp_path: Path) -> None:
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    running.tenantry("export", "acme", "--to", str(first))
    kinds = [json.loads(line).get("kind") for line in first.read_text().splitlines()[1:]]
    assert {"quotes/entry", "quotes/supplier"} <= set(kinds)
    running.tenantry("import", "acme-eu", "--from", str(first))
    running.tenantry("export", "acme-eu", "--to", str(second))
    assert quotes(first) == quotes(second)
    assert Client(running, "acme-eu").call("GET", f"/quotes/{quoted}").json()["text"] == "ten chairs"
