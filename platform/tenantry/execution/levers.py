"""Run a Pulumi program in less time, to the same registrations; `TENANTRY_PLAIN=1` leaves both levers alone.

- Registrations begin before the SDK waits for them. A synchronous program ends with its registrations queued
  and none begun; the SDK, which finds none to wait for, then waits for *any* of thousands of outputs, again
  and again, and looks at all of them each time: time grows with the square of the resources. A program that
  yields to the loop once leaves it the registrations to wait for, one after the other.
- No garbage is looked for. What a program makes lives until it ends, and what stands before it lives longer
  still, so each full collection walks all of it and frees nothing.
"""

import asyncio
import atexit
import gc
import os
from contextlib import ExitStack

PLAIN = "TENANTRY_PLAIN"


async def begun() -> None:
    """To be awaited once everything is declared: the registrations begin."""
    if not _plain():
        await asyncio.sleep(0)


def uncollected() -> ExitStack:
    """Look for no garbage until what is returned is closed, if ever."""
    paused = ExitStack()
    if gc.isenabled() and not _plain():
        gc.freeze()
        gc.disable()
        atexit.register(gc.freeze)  # a program that ends like this is not collected on its way out
        paused.callback(atexit.unregister, gc.freeze)
        paused.callback(gc.unfreeze)
        paused.callback(gc.enable)
    return paused


def _plain() -> bool:
    return os.environ.get(PLAIN, "") not in ("", "0")
