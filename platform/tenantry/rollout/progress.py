"""Read a rollout's journal: events in their order say where it stands, and nothing else does."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Event = Mapping[str, Any]
"""`event` is its kind, `at` when it was, in ISO 8601; the rest depends on the kind."""

State = Literal["waiting", "updating", "updated", "failed", "interrupted"]
_STATES: Mapping[str, State] = {
    "updating": "updating",
    "updated": "updated",
    "failed": "failed",
    "interrupted": "interrupted",
}
_UNEXPLAINED = "its process ended without recording why"
UNDONE: tuple[State, ...] = ("updating", "failed", "interrupted")


@dataclass(slots=True)
class Progress:
    """`wanted` is the digest that each stack is to have, `was` the one that it had, `rings` their rings.

    Attributes:
        ran: ids of the releases that the tenants of each stack ran before, by slug; of one that an earlier
            rollout did not finish, before that.
        back: of a rollback, ids of those that they go back to, by stack and slug.
        taken_back: of a rollback, the rollout that it takes back.
        off: ids of the releases that nobody moves to.
        tried: stacks that the last run has come to.
        started: stacks whose update has begun, in any run.
        cut_off: stacks whose engine may have been killed, and that nobody has mended since.
        inherited: `ran` of stacks that earlier rollouts did not finish, and this one has not yet.
        processes: the engine of each stack that is being updated: its machine, pid and start.
        updating: since when, by ring.
        soaking: since when, by ring.
        passed: rings whose stacks are updated and whose gate has held.
        runner: who began or resumed it last.
        stop: why no other stack is to begin; empty where they may.
        condemned: whether that is what a gate found.
        outcome: of the last run; empty while one runs, or was killed.
    """

    wanted: dict[str, str] = field(default_factory=dict)
    was: dict[str, str] = field(default_factory=dict)
    rings: dict[str, str] = field(default_factory=dict)
    ran: dict[str, dict[str, str]] = field(default_factory=dict)
    back: dict[str, dict[str, str]] = field(default_factory=dict)
    taken_back: str = ""
    off: frozenset[str] = frozenset()
    states: dict[str, State] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    tried: set[str] = field(default_factory=set)
    started: set[str] = field(default_factory=set)
    cut_off: set[str] = field(default_factory=set)
    inherited: dict[str, dict[str, str]] = field(default_factory=dict)
    processes: dict[str, Event] = field(default_factory=dict)
    updating: dict[str, datetime] = field(default_factory=dict)
    soaking: dict[str, datetime] = field(default_factory=dict)
    passed: set[str] = field(default_factory=set)
    runner: str = ""
    stop: str = ""
    condemned: bool = False
    outcome: str = ""

    def of(self, *states: State) -> list[str]:
        return sorted(stack for stack, each in self.states.items() if each in states)

    @property
    def touched(self) -> list[str]:
        """Stacks that it has begun to update, whatever came of it."""
        return sorted(self.started)

    @property
    def undone(self) -> dict[str, dict[str, str]]:
        """Of each stack that this rollout or one before it has begun and not finished, what its tenants ran
        before.
        """
        own = {stack: self.ran[stack] for stack in self.of(*UNDONE) if stack in self.started}
        return self.inherited | own

    @property
    def legacy(self) -> dict[str, Any]:
        """What the next rollout has to know of `undone`."""
        return {
            stack: {
                "ran": ran,
                "process": self.processes.get(stack, {}),
                "cut_off": stack in self.cut_off,
            }
            for stack, ran in self.undone.items()
        }

    def take(self, event: Event) -> None:
        match event["event"]:
            case "begun":
                for stack, each in event["stacks"].items():
                    self.wanted[stack], self.was[stack] = each["wanted"], each["was"]
                    self.rings[stack], self.states[stack] = each["ring"], "waiting"
                    self.ran[stack], self.back[stack] = each["ran"], each["back"]
                self.runner = event["by"]
                self.taken_back, self.off = event["taken_back"], frozenset(event["off"])
                self._inherit(event.get("undone", {}))
            case "resumed":
                self.runner, self.stop, self.outcome = event["by"], "", ""
                self.condemned = False
                self.tried.clear()
            case "updating" | "updated" | "failed" | "interrupted" as kind:
                self._move(event["stack"], _STATES[kind], event)
            case "mended":
                self.cut_off.discard(event["stack"])
                if self.states.get(event["stack"]) == "updating":
                    self._move(event["stack"], "interrupted", {"why": _UNEXPLAINED})
            case "soaking":
                self.soaking[event["ring"]] = datetime.fromisoformat(event["at"])
            case "passed":
                self.passed.add(event["ring"])
            case "halt":
                self.stop, self.condemned = event["why"], event.get("condemned", False)
            case "ended":
                self.outcome = event["outcome"]

    def _move(self, stack: str, state: State, event: Event) -> None:
        self.states[stack], self.reasons[stack] = state, event.get("why", "")
        self.tried.add(stack)
        self.processes[stack] = event if state == "updating" else {}
        if state == "updating":
            self.started.add(stack)
            self.updating.setdefault(self.rings[stack], datetime.fromisoformat(event["at"]))
        if state == "updated":
            self.inherited.pop(stack, None)
        if state == "updating" or event.get("cut_off"):
            self.cut_off.add(stack)
        else:
            self.cut_off.discard(stack)

    def _inherit(self, undone: Mapping[str, Any]) -> None:
        for stack, each in undone.items():
            self.inherited[stack], self.processes[stack] = each["ran"], each["process"]
            if each["cut_off"]:
                self.cut_off.add(stack)


def progress(events: Iterable[Event]) -> Progress:
    found = Progress()
    for each in events:
        found.take(each)
    return found


def events(text: bytes) -> list[Event]:
    return [json.loads(line) for line in text.decode().splitlines()]


def too_many_failed(failed: int, stacks: int, percent: int) -> bool:
    return failed * 100 > percent * stacks
