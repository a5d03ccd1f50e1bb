"""Do in a fresh interpreter what Lambda does at a cold start: import the handler, hand it one request.

Run as a program with nothing but the standard library in reach, and the folders that its arguments name.
"""

import importlib
import json
import sys
from types import SimpleNamespace

CONTEXT = SimpleNamespace(
    function_name="bench",
    memory_limit_in_mb=256,
    invoked_function_arn="arn:aws:lambda:eu-west-1:123456789012:function:bench",
    aws_request_id="00000000-0000-4000-8000-000000000000",
    get_remaining_time_in_millis=lambda: 10_000,
)


def main(module: str, name: str, event: str, *folders: str) -> None:
    sys.path[:0] = folders
    answer = getattr(importlib.import_module(module), name)(json.loads(event), CONTEXT)
    if not 200 <= answer.get("statusCode", 200) < 300:  # the authorizer answers with a policy
        raise SystemExit(f"{module}.{name} answered {answer}")


main(*sys.argv[1:])
