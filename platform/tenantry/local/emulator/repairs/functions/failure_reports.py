"""Report functions' failures as soon as they are logged, in a file that exists only while somebody watches.

Otherwise each function's log would have to be read again and again.
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
