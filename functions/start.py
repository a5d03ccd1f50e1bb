"""Lambda's way in: `start.items` is the handler of the group items, `start.contact_notifier` that of its
function notifier, imported in the way that costs a cold start least.

Imports make a hundred thousand objects that stay: looking for garbage among them took a seventh of a cold
start, so the collector waits until they are there, and leaves them out from then on.
"""

import gc
import importlib
from typing import Any


def __getattr__(name: str) -> Any:
    """Lambda asks for the handler before the first request, in the phase that has the most CPU."""
    gc.disable()
    try:
        handler = importlib.import_module(module(name)).handle
    finally:
        gc.freeze()
        gc.enable()
    return handler


def module(name: str) -> str:
    """Of the handler that Lambda knows as `start.<name>`.

    Raises:
        AttributeError: no function can be called so.
    """
    if name == "authorizer":
        return "authorizer.handler"
    group, _, function = name.partition("_")
    if not all(part.isascii() and part.isalnum() for part in (group, function or group)):
        raise AttributeError(f"there is no function {name}")
    return ".".join(part for part in ("groups", group, function, "handler") if part)
