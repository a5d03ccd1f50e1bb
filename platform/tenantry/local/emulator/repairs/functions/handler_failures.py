"""What a handler raises is one log event, as by Lambda's runtime for Python; the emulator logs each line."""

from typing import Any

_BETWEEN = "  "  # Lambda's runtime has a carriage return here, at which the emulator would begin an event


def repair() -> None:
    from ministack.core import lambda_runtime

    invoke = lambda_runtime.Worker.invoke

    def invoke_and_tell(worker: Any, *given: Any, **named: Any) -> Any:
        result = invoke(worker, *given, **named)
        if "trace" in result:
            result["trace"] = as_one(result["trace"])
        return result

    lambda_runtime.Worker.invoke = invoke_and_tell


def as_one(trace: str) -> str:
    """The exception first, with all lines of its message, then the frames that led to it."""
    lines = trace.splitlines()
    raised = max((index + 1 for index, line in enumerate(lines) if line.startswith("  ")), default=0)
    stack = (line.strip() for line in (*lines[raised:], *lines[:raised]))
    return f"[ERROR] {_BETWEEN.join(stack)}"
