"""Read what a stack's last update left as its outputs, while an update of it may be under way."""

import time
from typing import Any

import pulumi

_UNKNOWN_STACK = "unknown stack"  # the engine's words, where a backend has none of that name
# Its words where it read in the middle of a write: beside a state in a folder lies a file of attributes,
# which is not replaced as a whole.
_TORN = "failed to load checkpoint"
_ATTEMPTS, _PAUSE = 20, 0.1  # seconds


def stack_outputs(stack: str, there: bool = True) -> Any:
    """Of that stack's last update; plain values, in a preview too.

    Args:
        there: it exists; otherwise it may not, and then has none.
    """
    name = "/".join((pulumi.get_organization(), pulumi.get_project(), stack))
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", {"name": name}).value["outputs"]
        except Exception as refusal:  # the SDK raises no narrower one
            if not there and _UNKNOWN_STACK in str(refusal):
                return {}
            if _TORN not in str(refusal) or attempt == _ATTEMPTS:
                raise
            time.sleep(_PAUSE)
    raise AssertionError
