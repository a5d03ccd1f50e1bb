"""An invocation ends as it began, whatever becomes of its function meanwhile."""

import json
import threading
import time
from pathlib import Path
from typing import Any

from tenantry.local.clients import Session
from tests.local.cloud import make_function, make_role
from tests.support.command import eventually

SLOW = """
    import os, pathlib, time
    def handle(event, context):
        pathlib.Path(event["began"]).touch()
        while not pathlib.Path(event["go_on"]).exists():
            time.sleep(0.01)
        return os.environ["VERSION"]
"""


def during(root: Session, folder: Path, change: dict[str, Any]) -> str:
    """What an invocation answers during which the function's configuration changes."""
    client = root.client("lambda")
    make_function(
        root, "slow", SLOW, make_role(root, "slow"), Environment={"Variables": {"VERSION": "one"}}, Timeout=20
    )
    event = {"began": str(folder / "began"), "go_on": str(folder / "go_on")}
    answers: list[str] = []

    def invoke() -> None:
        answered = client.invoke(FunctionName="slow", Payload=json.dumps(event))
        answers.append(answered["Payload"].read().decode())

    running = threading.Thread(target=invoke)
    running.start()
    assert eventually((folder / "began").exists)
    client.update_function_configuration(FunctionName="slow", **change)
    time.sleep(0.1)
    (folder / "go_on").touch()
    running.join()
    return answers[0]


def test_it_ends_under_the_configuration_that_it_began_with(root: Session, tmp_path: Path) -> None:
    assert during(root, tmp_path, {"Environment": {"Variables": {"VERSION": "two"}}}) == '"one"'
    event = {"began": str(tmp_path / "began"), "go_on": str(tmp_path / "go_on")}
    answered = root.client("lambda").invoke(FunctionName="slow", Payload=json.dumps(event))
    assert answered["Payload"].read() == b'"two"'


def test_the_untouched_emulator_kills_it(untouched: Session, tmp_path: Path) -> None:
    """When this fails, the repair is no longer needed."""
    assert "error" in during(untouched, tmp_path, {"Environment": {"Variables": {"VERSION": "two"}}})
