"""A group of an operator's own that runs by the clock, from its declaration to what its runs have done."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import eventually
from tests.support.projects import Project

SCHEDULES = """\
    records=(ENTRY, BEAT),
    schedules=(
        Schedule("sweep", "rate(7 days)", SWEEP),
        Schedule("beat", "rate(1 minute)", Function(uses=(use(BEAT.kind, "put"),))),
    ),
"""
ABOVE = """\
BEAT = Record("beat", fields=(Field("run"), Field("due")))
SWEEP = Function(
    uses=(
        use(ENTRY.kind, "batch_get", "get", "update"),
        use(ENTRY.entries, "delete", "put", "query"),
        use(COUNT, "update"),
    ),
    timeout_seconds=60,
)

GROUP ="""
SWEEP = '''\
"""Mark what is new as done."""

from collections.abc import Mapping
from typing import Any

from api import schedules
from api.deadline import Invocation
from api.records import Records
from api.schedules import Run
from groups.notes.declaration import ENTRY, GROUP


def handle(event: Mapping[str, Any], context: Invocation) -> None:
    schedules.run("sweep", event, context, sweep)


def sweep(_run: Run) -> None:
    notes = Records(GROUP.name, ENTRY)
    for note in notes.listed("new", None, 100).records:
        notes.change(note["id"], {"state": "done"})
'''
BEAT = '''\
"""Keep when the clock asked for it; a run that is repeated keeps another."""

from collections.abc import Mapping
from typing import Any

from api import schedules
from api.deadline import Invocation
from api.records import Records
from api.schedules import Run
from groups.notes.declaration import BEAT, GROUP


def handle(event: Mapping[str, Any], context: Invocation) -> None:
    schedules.run("beat", event, context, beat)


def beat(run: Run) -> None:
    Records(GROUP.name, BEAT).create({"run": run.id, "due": run.due})
'''
FIRST_RUN = 120  # seconds: a rate's first run comes a minute after the rule, at the emulator's next look


def extended(folder: Path) -> None:
    """As an author edits what the scaffold wrote."""
    declaration = folder / "declaration.py"
    text = declaration.read_text()
    text = text.replace("Metric, Record, use\n", "Metric, Record, Schedule, use\n")
    text = text.replace("GROUP =", ABOVE).replace("    records=(ENTRY,),\n", SCHEDULES)
    declaration.write_text(text)
    for name, handler in (("sweep", SWEEP), ("beat", BEAT)):
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text(f'"""The schedule {name}."""\n')
        (folder / name / "handler.py").write_text(handler)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = Project.copied(tmp_path_factory.mktemp("operator") / "project")
    made.tenantry("groups", "new", "notes")
    extended(made.groups / "notes")
    done = made.run(".venv/bin/ruff", "format", "functions/groups/notes")
    assert done.returncode == 0, done.stderr
    for slug in ("acme", "acme-eu"):
        made.tenant(slug, "notes")
    return made


@pytest.fixture(scope="module")
def running(project: Project) -> Iterator[Project]:
    project.tenantry("up", "--detach", "--port", "0", "--tenants", "own")
    try:
        yield project
    finally:
        project.tenantry("down", "--all")


def note(project: Project, slug: str) -> str:
    """The id of a new one."""
    answer = answered(project, "call", slug, "POST", "/notes", "--data", '{"text": "ten chairs"}')
    return str(answer["id"])


def state(project: Project, slug: str, id_: str) -> str:
    return str(answered(project, "call", slug, "GET", f"/notes/{id_}")["state"])


def answered(project: Project, *call: str) -> dict[str, Any]:
    """The body, which a blank line parts from what comes before."""
    body: dict[str, Any] = json.loads(project.tenantry(*call).split("\n\n", 1)[1])
    return body


def rule(project: Project, slug: str) -> dict[str, Any]:
    events = project.client("events")
    found: dict[str, Any] = events.describe_rule(Name=f"tenantry_demo_{slug}_sweep")
    return found


def test_the_proof_covers_each_schedules_function(project: Project) -> None:
    [proof] = project.json("isolation", "--tenants", "own")["cells"]
    roles = {row["role"]: row for row in proof["roles"]}
    assert {f"tenantry_demo_{slug}_{name}" for slug in ("acme", "acme-eu") for name in ("sweep", "beat")} <= (
        roles.keys()
    )
    assert proof["leaks"] == []
    assert proof["rules"]["a schedule runs its own tenant's function"] == []


def test_a_run_by_hand_does_the_tenants_work_and_no_other_tenants(running: Project) -> None:
    own, others = note(running, "acme"), note(running, "acme-eu")
    run = running.json("trigger", "acme", "sweep")["run"]
    assert eventually(lambda: state(running, "acme", own) == "done", 60)
    assert state(running, "acme-eu", others) == "new"
    assert eventually(lambda: " done " in running.tenantry("logs", "acme", "--request", run), 30)


def test_a_schedule_that_is_not_there_is_refused_by_name(running: Project) -> None:
    assert "there is no schedule 'nightly'; there are: sweep, beat" in running.refused(
        "trigger", "acme", "nightly"
    )


def test_a_suspended_tenants_clock_stands_still_until_it_is_active_again(running: Project) -> None:
    file = running.root / "own" / "demo" / "acme-eu.yaml"
    active = file.read_text()
    assert rule(running, "acme-eu")["State"] == "ENABLED"
    file.write_text(active + "status: suspended\n")
    running.tenantry("update", "--tenants", "own")
    assert rule(running, "acme-eu")["State"] == "DISABLED"
    assert rule(running, "acme")["State"] == "ENABLED"
    file.write_text(active)
    running.tenantry("update", "--tenants", "own")
    assert rule(running, "acme-eu")["State"] == "ENABLED"


def test_it_runs_by_the_clock_and_logs_console_and_export_show_it(running: Project, tmp_path: Path) -> None:
    def logged() -> str:
        return running.tenantry("logs", "acme", "--group", "beat", "--since", "1h")

    assert eventually(lambda: " done " in logged(), FIRST_RUN)
    assert "beat" in running.page("/tenants/acme")
    file = tmp_path / "acme.jsonl"
    running.tenantry("export", "acme", "--to", str(file))
    kinds = [json.loads(line).get("kind") for line in file.read_text().splitlines()]
    assert "notes/beat" in kinds


def test_a_new_rate_is_taken_over_and_a_schedule_that_is_taken_out_goes(running: Project) -> None:
    declaration = running.groups / "notes" / "declaration.py"
    text = declaration.read_text()
    declaration.write_text(text.replace("rate(7 days)", "cron(0 3 ? * SUN *)"))
    running.tenantry("update", "--tenants", "own")
    assert rule(running, "acme")["ScheduleExpression"] == "cron(0 3 ? * SUN *)"
    out = '        Schedule("beat", "rate(1 minute)", Function(uses=(use(BEAT.kind, "put"),))),\n'
    assert out in text
    declaration.write_text(text.replace(out, ""))
    running.tenantry("update", "--tenants", "own")
    events = running.client("events")
    assert {each["Name"] for each in events.list_rules()["Rules"]} == {
        f"tenantry_demo_{slug}_sweep" for slug in ("acme", "acme-eu")
    }
