"""Lambda's way in: `start.items` is the items group's handler, imported at the least cost to a cold start.

Imports make a hundred thousand objects that stay: looking for garbage among them took a seventh of a cold
start, so the collector waits until they are there, and leaves them out from then on.
"""

import gc
import importlib
from typing import Any, Final

HANDLERS: Final = {
    "authorizer": "authorizer.handler",
    "contact": "groups.contact.handler",
    "items": "groups.items.handler",
    "notifier": "groups.contact.notifier.handler",
    "tools": "groups.tools.handler",
}


def __getattr__(group: str) -> Any:
    """Lambda asks for the handler before the first request, in the phase that has the most CPU."""
    if group not in HANDLERS:
        raise AttributeError(f"there is no function {group}")
    gc.disable()
    handler = importlib.import_module(HANDLERS[group]).handle
    gc.freeze()
    gc.enable()
    return handler
