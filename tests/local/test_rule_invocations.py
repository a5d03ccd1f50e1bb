"""What a rule runs and fails is run again, as often as the function's settings say."""

import json
from pathlib import Path

from tenantry.local.clients import ACCOUNT, REGION, Session
from tests.local.cloud import make_function, make_role
from tests.support.command import eventually

FAILING = """
    import pathlib
    def handle(event, context):
        with pathlib.Path(event["detail"]["tries"]).open("a") as tries:
            tries.write(event["id"] + "\\n")
        raise RuntimeError("fails")
"""
RETRIES = 1


def failed(root: Session, folder: Path) -> Path:
    """Where each try of a function that a rule runs has left the event's id."""
    make_function(root, "failing", FAILING, make_role(root, "failing"))
    root.client("lambda").put_function_event_invoke_config(
        FunctionName="failing", MaximumRetryAttempts=RETRIES, MaximumEventAgeInSeconds=60
    )
    events = root.client("events")
    events.put_rule(Name="failing", EventPattern=json.dumps({"source": ["test"]}))
    function = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:failing"
    events.put_targets(Rule="failing", Targets=[{"Id": "function", "Arn": function}])
    tries = folder / "tries"
    detail = json.dumps({"tries": str(tries)})
    events.put_events(Entries=[{"Source": "test", "DetailType": "test", "Detail": detail}])
    return tries


def count(tries: Path) -> int:
    return len(tries.read_text().splitlines()) if tries.exists() else 0


def test_it_is_run_again_with_the_same_event(root: Session, tmp_path: Path) -> None:
    tries = failed(root, tmp_path)
    assert eventually(lambda: count(tries) == RETRIES + 1, 30)
    assert len(set(tries.read_text().splitlines())) == 1


def test_the_untouched_emulator_runs_it_once(untouched: Session, tmp_path: Path) -> None:
    """When this fails, the repair is no longer needed."""
    tries = failed(untouched, tmp_path)
    assert eventually(tries.exists, 30)
    assert not eventually(lambda: count(tries) > 1, 5)
