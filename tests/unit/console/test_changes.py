"""The record of changes and the fleet's state are shown where they exist, with what is wrong with them."""

import hashlib
import re
from dataclasses import replace
from pathlib import Path

import pytest

from tenantry.config.sites import Site
from tenantry.console import fleet, record
from tenantry.console.fleet import FleetState, LastRollout
from tenantry.operations.fleet.journals import Journal
from tenantry.operations.fleet.listing import FleetStack
from tenantry.operations.fleet.listing import fleet as listed
from tenantry.operations.fleet.records import Backend
from tenantry.operations.fleet.starts import journals
from tenantry.operations.stores import Folder
from tenantry.operations.trail.heads import Heads
from tenantry.operations.trail.trail import Trail
from tenantry.rollout.progress import Progress
from tenantry.wanted import Project
from tests.support.console import Made, get
from tests.support.fleets import written
from tests.unit.console.test_pages import made, text
from tests.unit.console.test_tenant_page import section


def trail(folder: Path) -> Trail:
    by = {"name": "ada <ada@example.com>", "run": None, "arn": None}
    store = Folder(folder / "lines")
    return Trail(
        store, Heads(folder / "seen", "x"), lambda: by, lambda: {"head": "c0ffee123456", "dirty": True}
    )


def recorded(folder: Path) -> Made:
    kept = trail(folder)
    for number in range(11):
        with kept.act("export", "acme", items=number):
            pass
    with kept.act("erase", "globex"):
        pass
    kept.begin("update", None)
    return made(recorded=record.read(kept))


def test_a_tenants_changes_are_told_newest_first_and_the_record_is_verified(tmp_path: Path) -> None:
    told = section(get(recorded(tmp_path), "/tenants/acme").text, "changes")
    assert "The record is as it was written, up to line 25" in told
    first, second = re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z (.*?) (?=\d{4}-|And 2)", told)[:2]
    assert first.endswith("c0ffee1234 and edits update begun; its end is not recorded")
    assert second.endswith("export items 10 done")
    assert "And 2 before" in told
    assert "erase" not in told


def test_a_name_in_the_record_is_text_and_no_markup(tmp_path: Path) -> None:
    page = get(recorded(tmp_path), "/tenants/acme").text
    assert "ada &lt;ada@example.com&gt;" in page


def test_a_record_that_was_altered_is_told_as_that(tmp_path: Path) -> None:
    recorded(tmp_path)
    line = tmp_path / "lines" / f"{3:012}.json"
    line.chmod(0o600)
    line.write_bytes(line.read_bytes().replace(b"acme", b"evil"))
    told = section(get(made(recorded=record.read(trail(tmp_path))), "/tenants/acme").text, "changes")
    assert "The record is not as it was written. line 3 is not as it was written" in told
    assert "up to line" not in told


def test_without_a_record_the_page_says_why() -> None:
    told = text(get(made(refused={"record": "it is not known where the state is"}), "/tenants/acme").text)
    assert "Who changed what: not known. it is not known where the state is" in told


class Recorded(Backend):
    def outputs(self, stack: str) -> dict[str, str]:
        return {"wanted": hashlib.sha256(stack.encode()).hexdigest()}


def stack(name: str, *, differs: bool = False) -> FleetStack:
    """As its last update left it, or not."""
    wanted = "other" if differs else hashlib.sha256(name.encode()).hexdigest()
    tenant = name.partition(".")[2]
    return FleetStack(
        name, "demo", tenant, (), "eu-central-1", Site(), Recorded(Path(), "tenantry"), wanted, "rest"
    )


OWN = {"demo": stack("demo"), "demo.acme": stack("demo.acme", differs=True)}


def progress() -> Progress:
    found = Progress(stop="too many failed", outcome="halted")
    found.states = {"demo": "updated", "demo.acme": "failed", "other": "failed"}
    found.reasons = {"demo.acme": "AccessDenied <b>", "other": "not ours"}
    return found


def test_the_last_rollout_is_told_with_what_failed_here_and_why_it_is_held() -> None:
    state = FleetState(OWN, fleet.concerning("20261122", progress(), OWN))
    page = get(made(stacks=state), "/").text
    told = section(page, "fleet")
    assert "Stack demo : as wanted." in told
    assert "Rollout 20261122 halted: 1 updated, 1 failed." in told
    assert "Held: too many failed" in told
    assert "demo.acme AccessDenied" in told
    assert "not ours" not in told
    assert "AccessDenied &lt;b&gt;" in page


def test_a_tenant_is_told_with_the_stack_that_declares_it() -> None:
    source = made(stacks=FleetState(OWN, None))
    assert "stack demo.acme: differs" in text(get(source, "/tenants/acme").text)
    assert "stack demo: as wanted" in text(get(source, "/tenants/globex").text)
    assert "No rollout has concerned it yet." in section(get(source, "/").text, "fleet")


def test_a_rollout_that_concerned_no_stack_of_the_cell_is_not_its_own() -> None:
    there = replace(progress(), states={"other": "failed"})
    assert fleet.concerning("1", there, OWN) is None


def test_the_fleets_state_is_that_of_the_cells_own_stacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_BACKEND_URL", f"file://{tmp_path}/backend")
    project = Project(written(tmp_path / "project", {"one": ["acme"], "two": ["acme-eu"]}))
    state = fleet.read("one", project)
    assert state is not None
    assert (state.declaring("acme", "one").name, state.declaring("acme", "one").standing) == (
        "one",
        "never deployed",
    )
    assert ([*state.stacks], state.rollout) == (["one"], None)
    assert fleet.read("three", project) is None
    journal = Journal(journals(listed(project)), "20261122")
    each = {"ring": "rest", "was": "", "wanted": "x", "ran": {}, "back": {}}
    stacks = {name: {"cell": name, **each} for name in ("one", "two")}
    journal.write("begun", by="me", taken_back="", off=[], stacks=stacks)
    journal.write("failed", stack="one", why="no")
    rollout = fleet.read("one", project).rollout  # type: ignore[union-attr]
    assert rollout == LastRollout("20261122", "", "", {"failed": 1}, [("one", "no")])


def test_a_platform_without_a_fleet_says_nothing_of_one() -> None:
    page = get(made(), "/").text
    assert 'aria-labelledby="fleet"' not in page
