"""Report what functions fail by as soon as it is logged, in a file that whoever watches has made.

CloudWatch would have to be asked about each function's log again and again.
"""

import json
from pathlib import Path
from typing import Any

FILE = "failures.jsonl"  # in the emulator's directory, which is its home


def repair() -> None:
    from ministack.services import cloudwatch_logs as logs

    file, pass_on = Path.home() / FILE, logs._fanout_to_subscription_filters

    def report_and_pass_on(group: str, stream: str, events: list[dict[str, Any]]) -> None:
        failure = _failure([each["message"] for each in events])
        if failure and file.exists():
            with file.open("a") as reports:
                reports.write(json.dumps({"group": group, "message": failure}) + "\n")
        pass_on(group, stream, events)

    logs._fanout_to_subscription_filters = report_and_pass_on


def _failure(messages: list[str]) -> str | None:
    """Of one invocation: its record of a failure, or what Lambda logs of an error that left the handler."""
    records = (each for each in messages if each.startswith("{") and '"causes"' in each)
    return next(records, None) or next((each for each in messages if each.startswith("[ERROR]")), None)
