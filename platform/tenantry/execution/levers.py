"""Run a Pulumi program in a fraction of its time, to the same registrations.

The SDK spends most of a large program on itself. These are the levers; `TENANTRY_PLAIN=1` leaves them alone:

- Registrations begin before the SDK waits for them. A synchronous program ends with its registrations queued
  and none begun; the SDK, which finds none to wait for, then waits for *any* of thousands of outputs, again
  and again, and looks at all of them each time: time grows with the square of the resources. A program that
  yields to the loop once leaves it the registrations to wait for, one after the other.
- No garbage is looked for. What a program makes lives until it ends, and what stands before it lives longer
  still, so each full collection walks all of it and frees nothing.
- No debug messages. The SDK sends the engine about five for a resource, each a call that blocks the loop, and
  the engine drops them unless it was started with `--debug`. The program is not told; hence `TENANTRY_PLAIN`.
- No path is worked out twice. With each resource goes the stack that declared it, for which the SDK reads the
  sources' lines and makes each file's URI anew. `_get_stack_trace` is the one private name touched here: an
  SDK that has it no more, or looks elsewhere, works as before, and a test tells.
- Tasks run at once instead of being queued first, from Python 3.12 on; 3.11 has no such thing.
"""

import asyncio
import atexit
import gc
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from functools import lru_cache
from itertools import islice
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from pulumi import log
from pulumi.runtime import resource
from pulumi.runtime.proto import source_pb2

PLAIN = "TENANTRY_PLAIN"
TRACE = "_get_stack_trace"


def pull() -> ExitStack:
    """Pull them, for the running loop for good; the others until what is returned is closed, if ever."""
    pulled = ExitStack()
    if not _plain():
        _collect_nothing(pulled)
        _say_nothing(pulled)
        _trace_once(pulled)
        _run_at_once()
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
    atexit.register(gc.freeze)  # a program that ends pulled is not collected on its way out
    pulled.callback(atexit.unregister, gc.freeze)
    pulled.callback(gc.unfreeze)
    pulled.callback(gc.enable)


def _say_nothing(pulled: ExitStack) -> None:
    pulled.callback(setattr, log, "debug", log.debug)
    log.debug = _unsaid


def _unsaid(*_: Any, **__: Any) -> None:
    pass


def _trace_once(pulled: ExitStack) -> None:
    plain = getattr(resource, TRACE, None)
    if plain is not None:
        pulled.callback(setattr, resource, TRACE, plain)
        setattr(resource, TRACE, stack_trace)


def stack_trace() -> source_pb2.StackTrace:
    """The frames above the constructor of the resource's own class, the third of three: the SDK's rule."""
    frames = [(frame.f_code, frame.f_lineno) for frame in _frames()]
    constructors = (n for n, (code, _) in enumerate(frames) if code.co_name == "__init__")
    own = next(islice(constructors, 2, None), len(frames))
    return source_pb2.StackTrace(frames=[_frame(*each) for each in frames[own + 1 :]])


def _frames() -> Iterator[FrameType]:
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        yield frame
        frame = frame.f_back


@lru_cache(maxsize=4096)
def _frame(code: CodeType, line: int) -> source_pb2.StackFrame:
    try:
        uri = Path(code.co_filename).as_uri()
    except ValueError:  # such as <frozen runpy>
        return source_pb2.StackFrame()
    return source_pb2.StackFrame(pc=source_pb2.SourcePosition(uri=uri, line=line))


def _run_at_once() -> None:
    if sys.version_info >= (3, 12):
        asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
