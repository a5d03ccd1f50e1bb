"""Put a fleet through what it has to bear, and say of each claim whether it held."""

import json
import random
import resource
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tenantry.operations.fleet.journals import SILENT
from tests.engine.crowd import Crowd

MOST_IDLE = 5.0  # seconds of CPU that a rollout of nothing may take
LATER = 0.7  # the share of kills whose moment counts from an update on, not from the start of the process
SHOWN = 3  # of what should not be there

Said = Callable[[str], None]
Running = dict[str, tuple[str, str]]


@dataclass
class Moment:
    """So many seconds after its beginning or, if a number of updates is given, after more have begun."""

    crowd: Crowd
    updates: int | None
    seconds: float
    since: float | None = None

    def __call__(self) -> bool:
        if self.since is None and (self.updates is None or self.crowd.updates() > self.updates):
            self.since = time.monotonic()
        return self.since is not None and time.monotonic() > self.since + self.seconds

    def __str__(self) -> str:
        since = "its start" if self.updates is None else f"update {self.updates + 1} of all"
        return f"{self.seconds:.1f} s after {since}"


@dataclass(frozen=True, slots=True)
class Kills:
    """So many, each at most so many seconds after a rollout, or an update of it, has begun."""

    number: int
    within: float
    chance: random.Random


@dataclass(frozen=True, slots=True)
class Claim:
    """`found` is what was seen, for whoever reads that it did not hold."""

    what: str
    held: bool
    found: str
    seconds: float


def claims(crowd: Crowd, kills: Kills, said: Said) -> Iterator[Claim]:
    """Each finds what those before it left: none comes after one that does not hold."""
    before: Running = {}
    steps: list[Callable[[], tuple[str, bool, object]]] = [
        lambda: _killed(crowd, kills, said),
        lambda: _settled(crowd),
        lambda: _failure(crowd),
        lambda: _resumed(crowd),
        lambda: _bad_release(crowd, before),
        lambda: _rolled_back(crowd, before),
        lambda: _back(crowd),
        lambda: _rates(crowd),
    ]
    for step in steps:
        begun = time.monotonic()
        what, held, found = step()
        yield Claim(what, held, str(found), time.monotonic() - begun)
        if not held:
            return


def _killed(crowd: Crowd, kills: Kills, said: Said) -> tuple[str, bool, object]:
    """While all is made for the first time: more can be left half-way than by a change."""
    left = len(crowd.stacks)
    for number in range(kills.number):
        # Over the whole of it: on average, each lets its part of what is left be done.
        more = kills.chance.randrange(1 + 2 * left // (kills.number - number + 1))
        updates = crowd.updates() + more if kills.chance.random() < LATER else None
        moment = Moment(crowd, updates, kills.chance.uniform(0, kills.within))
        crowd.killed("resume" if crowd.rollouts() else "up", moment)
        left = len(_unlike(crowd))
        said(f"  kill {number + 1}, {moment}; {left} stacks to go")
    done = crowd.rollouts() and crowd.journal().outcome == "done"
    outcome = "done" if done else crowd.rollout("resume" if crowd.rollouts() else "up")
    unlike, doubled = _unlike(crowd), crowd.doubled()
    found = (outcome, unlike[:SHOWN], doubled[:SHOWN], {each[0] for each in crowd.running().values()})
    return (
        f"after kill -9 of all at {kills.number} moments it is resumed and done, and nothing is there twice",
        found == ("done", [], [], {"1"}),
        found,
    )


def _settled(crowd: Crowd) -> tuple[str, bool, object]:
    def unsettled(stack: str) -> str:
        try:
            crowd.pulumi("preview", "--stack", stack, "--expect-no-changes")
        except AssertionError as changes:
            return f"{stack}: {changes}"
        return ""

    with ThreadPoolExecutor(2) as pool:
        found = [each for each in pool.map(unsettled, crowd.stacks) if each]
    return "every stack's next update is empty", found == [], found[:SHOWN]


def _failure(crowd: Crowd) -> tuple[str, bool, object]:
    stack = crowd.stacks[-1]
    crowd.release(2)
    crowd.fail("update", f"Function::{stack.rpartition('.')[2]}")
    outcome = crowd.rollout("up")
    there = crowd.journal()
    others = sorted({*crowd.stacks} - {stack})
    held = (outcome, there.of("failed"), there.of("updated")) == ("failed", [stack], others)
    found = (outcome, there.of("failed"), len(there.of("updated")))
    return f"one stack of {len(crowd.stacks)} fails, and all others are updated", held, found


def _resumed(crowd: Crowd) -> tuple[str, bool, object]:
    crowd.fail()
    outcome, unlike = crowd.rollout("resume"), _unlike(crowd)
    return "once it can, the rollout is done", (outcome, unlike) == ("done", []), (outcome, unlike[:SHOWN])


def _bad_release(crowd: Crowd, before: Running) -> tuple[str, bool, object]:
    """`before` is given what runs until then."""
    before.update(crowd.running())
    first = next(iter(crowd.cells))
    calls = len(crowd.calls())
    crowd.release(3)
    outcome = crowd.rollout("up", "--bad")
    touched = {_stack(call["urn"]).partition(".")[0] for call in crowd.calls()[calls:]}
    moved = {name.partition("_")[0] for name, runs in crowd.running().items() if runs != before[name]}
    return (
        "a bad release in the first ring halts, and no stack of the others is touched",
        (outcome, touched, moved) == ("halted", {first}, {first}),
        (outcome, touched, moved),
    )


def _rolled_back(crowd: Crowd, before: Running) -> tuple[str, bool, object]:
    calls = len(crowd.calls())
    outcome = crowd.rollout("rollback")
    touched = {_stack(call["urn"]).partition(".")[0] for call in crowd.calls()[calls:]}
    other = {name for name, runs in crowd.running().items() if runs != before[name]}
    return (
        "a rollback has every tenant run the code and the contract of before, and touches no other stack",
        (outcome, touched, other) == ("done", {next(iter(crowd.cells))}, set()),
        (outcome, touched, other),
    )


def _back(crowd: Crowd) -> tuple[str, bool, object]:
    """By the files of before."""
    crowd.release(2)
    outcome, running = crowd.rollout("up"), list(crowd.running().values())
    contracts = {each[1] for each in running}
    held = outcome == "done" and {each[0] for each in running} == {"2"} and _unlike(crowd) == []
    return (
        "with the files of before, everything is as wanted again",
        held and len(contracts) == len(crowd.cells),
        (outcome, contracts),
    )


def _rates(crowd: Crowd) -> tuple[str, bool, object]:
    refused = crowd.throttled()
    return "AWS's rates refused no call", refused == [], f"{len(refused)} of {len(crowd.calls())} calls"


def idle(crowd: Crowd) -> Claim:
    """After `claims`, when nothing differs."""
    begun, before = time.monotonic(), _cpu()
    outcome = crowd.rollout("up")
    cpu = _cpu() - before
    what = f"a rollout of nothing over {len(crowd.stacks)} stacks takes at most {MOST_IDLE:.0f} s of CPU"
    held = outcome == "nothing differs" and cpu <= MOST_IDLE
    return Claim(what, held, f"{outcome}; {cpu:.1f} s", time.monotonic() - begun)


def taken_over(crowd: Crowd) -> Claim:
    """Locks of a machine that is gone, by another one: not before its silence says so."""
    begun = time.monotonic()
    crowd.release(4)
    crowd.killed("up", lambda: crowd.journal().of("updating") != [])
    early = crowd.rollout("resume", "--host", "elsewhere")
    time.sleep(SILENT)
    outcome = crowd.rollout("resume", "--host", "elsewhere")
    held = "is held by rollout" in early and (outcome, _unlike(crowd)) == ("done", [])
    what = f"another machine goes on {SILENT} s after the last word of one that is gone, and not before"
    return Claim(what, held, json.dumps([early, outcome]), time.monotonic() - begun)


def _unlike(crowd: Crowd) -> list[str]:
    return [name for name, standing in crowd.standings().items() if standing != "as wanted"]


def _stack(urn: str) -> str:
    return urn.split("::")[0].removeprefix("urn:pulumi:")


def _cpu() -> float:
    """Of children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
