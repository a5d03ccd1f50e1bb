"""Show a rollout's progress: a table that redraws itself, lines without a terminal, JSON for programs."""

import json
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Column, Table

from tenantry.cli.output import stdout
from tenantry.rollout.progress import Event, Progress

if TYPE_CHECKING:
    from tenantry.operations.fleet.rollouts import Rollout

BAR = 16  # characters
NAMED = 3  # stacks of a ring that are being updated; more of them are counted
RENEWED = 4  # times a second


class Display(Protocol):
    def __call__(self, event: Event) -> None:
        """Hear of it."""
        ...

    def during(self, rollout: "Rollout") -> AbstractContextManager[None]:
        """Around its run."""
        ...


def display(as_json: bool) -> Display:
    """What suits whoever reads stdout."""
    if as_json:
        return JsonLines()
    console = stdout()
    lively = console.is_terminal and not console.is_dumb_terminal and not os.environ.get("NO_COLOR")
    return LiveTable(console) if lively else Lines()


class JsonLines:
    def __call__(self, event: Event) -> None:
        sys.stdout.write(json.dumps(event) + "\n")
        sys.stdout.flush()

    @contextmanager
    def during(self, rollout: "Rollout") -> Iterator[None]:  # noqa: ARG002
        yield


class Lines:
    def __call__(self, event: Event) -> None:
        text = line(event)
        if text:
            stdout().print(text, soft_wrap=True)

    @contextmanager
    def during(self, rollout: "Rollout") -> Iterator[None]:  # noqa: ARG002
        yield


class LiveTable:
    """Reasons for failures stay as lines above the table."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._lock = threading.Lock()
        self._shown: Progress | None = None

    def __call__(self, event: Event) -> None:
        with self._lock:
            if self._shown is not None:
                self._shown.take(event)
        if self._shown is None or event["event"] in ("failed", "interrupted", "mended", "halt"):
            self._console.print(line(event), soft_wrap=True)

    @contextmanager
    def during(self, rollout: "Rollout") -> Iterator[None]:
        self._shown = shown = rollout.journal.read()
        began = datetime.now(UTC)
        soaks = {ring.name: ring.soak_minutes for ring in rollout.rings.rings}

        def table() -> Table:
            with self._lock:
                return rings(shown, soaks, began, datetime.now(UTC))

        try:
            with Live(console=self._console, get_renderable=table, refresh_per_second=RENEWED):
                yield
        finally:
            self._shown = None


def line(event: Event) -> str:
    """The event as a line; empty if there is nothing to print about it."""
    match event["event"]:
        case "begun":
            return _begun(event)
        case "left" | "mended":
            return f"· {event['stack']}: {event['what']}"
        case "updating" if event["pid"] is not None:
            return f"… {event['stack']}"
        case "updated":
            return f"✓ {event['stack']}"
        case "failed" | "interrupted" as kind:
            return f"✗ {event['stack']} {kind}: {event['why']}"
        case "soaking":
            return f"… ring {event['ring']} soaks for {event['minutes']} min"
        case "passed":
            return f"✓ ring {event['ring']}"
    return ""


def _begun(event: Event) -> str:
    number = len(event["stacks"])
    if event["taken_back"]:
        return f"{number} stacks go back to what they ran before rollout {event['taken_back']}"
    off = f"; no tenant moves to {', '.join(event['off'])}, which was rolled back" if event["off"] else ""
    return f"{number} stacks differ{off}"


def rings(there: Progress, soaks: dict[str, int], began: datetime, now: datetime) -> Table:
    """A row for each ring that has stacks, in their order.

    Args:
        soaks: minutes of each ring, in their order.
        began: when this run did.
    """
    right = [Column(each, justify="right") for each in ("updated", "failed", "updating", "waiting")]
    now_column = Column(f"{_clock(now - began)}", overflow="ellipsis", no_wrap=True, ratio=1)
    table = Table("ring", Column("", width=BAR), *right, now_column, box=None, expand=True, pad_edge=False)
    for ring in dict.fromkeys((*soaks, *there.rings.values())):  # what no ring takes comes last
        stacks = sorted(name for name, of in there.rings.items() if of == ring)
        if not stacks:
            continue
        states = [there.states[each] for each in stacks]
        updated, failed = states.count("updated"), states.count("failed") + states.count("interrupted")
        counts = (updated, failed, states.count("updating"), states.count("waiting"))
        table.add_row(
            ring,
            ProgressBar(len(stacks), updated, width=BAR),
            *(str(each) if each else "" for each in counts),
            _at(there, ring, stacks, soaks.get(ring, 0), now),
            style="red" if failed else None,
        )
    return table


def _at(there: Progress, ring: str, stacks: Sequence[str], soak: int, now: datetime) -> str:
    """What the ring is doing."""
    if ring in there.passed:
        return "✓"
    running = [each for each in stacks if there.states[each] == "updating"]
    if running:
        more = f" and {len(running) - NAMED} more" if len(running) > NAMED else ""
        return ", ".join(running[:NAMED]) + more
    if there.stop:
        return "halted" if any(there.states[each] != "waiting" for each in stacks) else ""
    if ring in there.soaking:
        left = there.soaking[ring] + timedelta(minutes=soak) - now
        return f"soaks, {_clock(left)} left" if left > timedelta() else "its gate is checked"
    return ""


def _clock(length: timedelta) -> str:
    seconds = max(0, int(length.total_seconds()))
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
