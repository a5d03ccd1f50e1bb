"""Run a Pulumi program in a fraction of its time, with the same registrations; `TENANTRY_PLAIN=1` runs it plainly.

The SDK spends most of a large program on itself. Four levers, none of which touches a private name of it:

- Registrations begin before the SDK waits for them. A synchronous program ends with its registrations queued and
  none begun; the SDK, which finds none to wait for, then waits for *any* of thousands of outputs, again and
  again, and looks at all of them each time: time grows with the square of the resources. A program that yields
  to the loop once leaves it the registrations to wait for, one after the other.
- No garbage is looked for. What a program makes lives until it ends, and what stands before it lives longer
  still, so each full collection walks all of it and frees nothing.
- No debug messages. The SDK sends the engine about five for a resource, each a call that blocks the loop, and
  the engine drops them unless it was started with `--debug`. The program is not told; hence `TENANTRY_PLAIN`.
- Tasks run at once instead of being queued first, from Python 3.12 on; 3.11 has no such thing.
"""

import asyncio
import gc
import os
import sys
from contextlib import ExitStack
from typing import Any

from pulumi import log

PLAIN = "TENANTRY_PLAIN"


def pull() -> ExitStack:
    """Pull them in the running loop; they stay so until what is returned is closed, if ever."""
    pulled = ExitStack()
    if not _plain():
        _collect_nothing(pulled)
        _say_nothing(pulled)
        _run_at_once(pulled)
    return pulled


async def begun() -> None:
    """To be awaited once everything is declared: the registrations begin."""
    if not _plain():
        await asyncio.sleep(0)


def _plain() -> bool:
    return os.environ.get(PLAIN, "") not in ("", "0")


def _collect_nothing(pulled: ExitStack) -> None:
    if not gc.isenabled():
        return
    gc.freeze()
    gc.disable()
    pulled.callback(gc.unfreeze)
    pulled.callback(gc.enable)


def _say_nothing(pulled: ExitStack) -> None:
    pulled.callback(setattr, log, "debug", log.debug)
    log.debug = _unsaid


def _unsaid(*_: Any, **__: Any) -> None:
    pass


def _run_at_once(pulled: ExitStack) -> None:
    if sys.version_info >= (3, 12):
        loop = asyncio.get_running_loop()
        pulled.callback(loop.set_task_factory, loop.get_task_factory())
        loop.set_task_factory(asyncio.eager_task_factory)
