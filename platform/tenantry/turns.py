"""Have each resource that is made or changed wait until AWS's rates have room for its calls.

Stacks that are updated at once share a file, which the fleet names. Removals do not wait here: the engine
would then not destroy a stack without running its program.
"""

import asyncio
import fcntl
import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pulumi

from tenantry.rollout.turns import FILE, Turns
from tenantry.rules.call_rates import counted
from tenantry.rules.kinds import KINDS

_PAUSE = 0.2  # seconds between two looks

Answer = TypeVar("Answer")


def share(file: Path) -> None:
    """To be called before the first resource."""
    turns = _Shared(file)
    marks: dict[str, float] = {}

    async def begin(args: pulumi.ResourceHookArgs, calls: Mapping[str, int]) -> None:
        while (mark := turns.changed(lambda there: there.begin(calls, time.time()))) is None:
            await asyncio.sleep(_PAUSE)
        marks[args.urn] = mark

    def end(args: pulumi.ResourceHookArgs, calls: Mapping[str, int]) -> None:
        turns.changed(lambda there: there.end(calls, marks.pop(args.urn), time.time()))

    made = pulumi.ResourceHook("turn-to-make", lambda args: begin(args, _making(args.type)))
    changed = pulumi.ResourceHook("turn-to-change", lambda args: begin(args, _changing(args.type)))
    after_made = pulumi.ResourceHook("turn-made", lambda args: end(args, _making(args.type)))
    after_changed = pulumi.ResourceHook("turn-changed", lambda args: end(args, _changing(args.type)))
    binding = pulumi.ResourceHookBinding(
        before_create=[made], after_create=[after_made], before_update=[changed], after_update=[after_changed]
    )

    def bound(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        if not counted(_making(args.type_) + _changing(args.type_)):
            return None
        options = pulumi.ResourceOptions.merge(args.opts, pulumi.ResourceOptions(hooks=binding))
        return pulumi.ResourceTransformationResult(args.props, options)

    pulumi.runtime.register_stack_transformation(bound)


def _making(token: str) -> Counter[str]:
    return Counter(KINDS[token].calls.make) if token in KINDS else Counter()


def _changing(token: str) -> Counter[str]:
    return Counter(KINDS[token].calls.change) if token in KINDS else Counter()


class _Shared:
    """One file for all processes; whoever is killed leaves it whole."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def changed(self, change: Callable[[Turns], Answer]) -> Answer:
        with self._alone():
            turns = Turns(json.loads(self._file.read_bytes()) if self._file.exists() else {})
            answer = change(turns)
            part = self._file.with_suffix(".part")
            part.write_text(json.dumps(turns.taken))
            part.replace(self._file)
        return answer

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self._file.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def shared_by_the_fleet() -> None:
    """If it is a fleet that runs this program."""
    if file := os.environ.get(FILE):
        share(Path(file))
