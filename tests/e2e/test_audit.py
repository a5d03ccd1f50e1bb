"""`audit` on the platform that runs: each command that changes a tenant is in the record, and by whom."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import TENANTS, Command, Run

pytestmark = pytest.mark.usefixtures("platform")


def audited(run: Run, command: Command, tenant: str, *options: str) -> Any:
    code, out, err = run(command, "audit", tenant, "--verify", "--json", *options)
    assert (code, err) == (0, "")
    return json.loads(out)


def test_what_changes_a_tenant_is_recorded_as_begun_and_ended(
    command: Command, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    for name, value in {
        "RUN_ID": "7",
        "RUN_ATTEMPT": "1",
        "SERVER_URL": "https://github.com",
        "REPOSITORY": "o/r",
        "TRIGGERING_ACTOR": "ada",
    }.items():
        monkeypatch.setenv(f"GITHUB_{name}", value)
    file = str(tmp_path / "globex.jsonl")
    before = {each["number"] for each in audited(run, command, "globex")["lines"]}
    done = [
        ("secrets set", ["secrets", "set", "globex", "webhook_secret", "--generate"]),
        ("export", ["export", "globex", "--to", file]),
        ("import", ["import", "globex", "--from", file]),
        ("redrive", ["redrive", "globex"]),
        ("webhooks enable", ["webhooks", "enable", "globex"]),
        ("webhooks resend", ["webhooks", "resend", "globex", "--since", "1s"]),
        ("update", ["update", "--tenants", str(TENANTS)]),
    ]
    for _, arguments in done:
        assert run(command, *arguments)[0] == 0, arguments
    found = audited(run, command, "globex", "--since", "1h")["lines"]
    new = [each for each in found if each["number"] not in before]
    assert [(each["action"], each["step"]) for each in new] == [
        (action, step) for action, _ in done for step in ("begun", "done")
    ]
    assert {each["tenant"] for each in new} == {"globex", None}  # an update is everybody's
    assert {each["by"]["name"] for each in new} == {"ada"}
    assert all("/o/r/actions/runs/7" in each["by"]["run"] for each in new)
    assert new[-1]["details"] == {"changed": {}, "shared": 0}
    assert [each["action"] for each in found if each["action"] == "up"] == ["up", "up"]


def test_another_tenants_record_holds_nothing_of_it(command: Command, run: Run) -> None:
    assert run(command, "redrive", "globex")[0] == 0
    assert {each["tenant"] for each in audited(run, command, "acme")["lines"]} <= {"acme", None}


def test_what_fails_is_recorded_as_failed(command: Command, run: Run) -> None:
    assert run(command, "redrive", "acme-eu")[0] == 1
    begun, failed = audited(run, command, "acme-eu")["lines"][-2:]
    assert (begun["step"], begun["action"]) == ("begun", "redrive")
    assert (failed["step"], failed["act"], failed["details"]) == (
        "failed",
        begun["act"],
        {"error": "NoQueue"},
    )


def test_people_read_one_row_for_each_act_and_are_shown_what_to_keep(command: Command, run: Run) -> None:
    code, out, _ = run(command, "audit", "acme", "--verify")
    assert code == 0
    assert "the record is as it was written, up to" in out
    newest = audited(run, command, "acme")["newest"]
    assert newest in out
    code, _, err = run(command, "audit", "acme", "--verify", "--head", f"9{newest}")
    assert (code, "lines are cut off" in err) == (3, True)
    code, _, err = run(command, "audit", "acme", "--head", newest)
    assert (code, "give --verify too" in err) == (2, True)
