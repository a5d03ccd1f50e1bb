"""What a person sees of a rollout on a terminal, and what stays of it where there is none."""

import io
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console
from rich.text import Text

from tenantry.cli import rollout_progress
from tenantry.cli.output import stdout
from tenantry.cli.rollout_progress import JsonLines, Lines, LiveTable, display, line, rings
from tenantry.config.rings import Ring, RingsFile
from tenantry.rollout.progress import Progress, progress

BEGAN = datetime(2026, 11, 28, 12, tzinfo=UTC)
SOAKS = {"canary": 30, "tenth": 0}
RINGS = {"aa": "canary", "bb": "tenth", "cc": "tenth", "dd": "rest", "ee": "rest"}


def at(*events: Mapping[str, Any]) -> Progress:
    stack = {"wanted": "", "was": "", "ran": {}, "back": {}}
    stacks = {name: {"ring": ring, **stack} for name, ring in RINGS.items()}
    begun = {"event": "begun", "by": "", "taken_back": "", "off": [], "stacks": stacks}
    return progress([{"at": BEGAN.isoformat(), **each} for each in (begun, *events)])


def rows(there: Progress, minutes: float = 0) -> dict[str, list[str]]:
    """The words of each ring's row, without its bar."""
    out = io.StringIO()
    now = BEGAN + timedelta(minutes=minutes)
    Console(file=out, width=100).print(rings(there, SOAKS, BEGAN, now))
    words = (each.replace("━", "").split() for each in out.getvalue().splitlines())
    return {first: rest for first, *rest in words}


def test_each_ring_has_a_row_in_its_order_with_what_it_is_at() -> None:
    there = at(
        {"event": "updated", "stack": "aa"},
        {"event": "passed", "ring": "canary"},
        {"event": "failed", "stack": "bb", "why": "on order"},
        {"event": "updating", "stack": "cc", "pid": 1},
    )
    assert list(rows(there)) == ["ring", "canary", "tenth", "rest"]
    assert rows(there, 61.5)["ring"][-1] == "1:01:30"
    assert rows(there)["canary"] == ["1", "✓"]
    assert rows(there)["tenth"] == ["1", "1", "cc"]
    assert rows(there)["rest"] == ["2"]


def test_the_rest_of_a_soak_is_shown_and_then_that_the_gate_is_asked() -> None:
    there = at({"event": "updated", "stack": "aa"}, {"event": "soaking", "ring": "canary", "minutes": 30})
    assert rows(there, 17.5)["canary"] == ["1", "soaks,", "12:30", "left"]
    assert rows(there, 30)["canary"] == ["1", "its", "gate", "is", "checked"]


def test_a_ring_in_which_it_halted_says_so_and_one_that_was_not_begun_says_nothing() -> None:
    there = at({"event": "updated", "stack": "aa"}, {"event": "halt", "why": "the gate fails"})
    assert (rows(there)["canary"], rows(there)["rest"]) == (["1", "halted"], ["2"])


@pytest.mark.parametrize(
    ("terminal", "variables", "kind"),
    [
        (True, {"TERM": "xterm"}, LiveTable),
        (True, {"TERM": "xterm", "NO_COLOR": "1"}, Lines),
        (True, {"TERM": "dumb"}, Lines),
        (False, {"TERM": "xterm"}, Lines),
    ],
)
def test_the_table_is_for_terminals_that_can_show_it(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, variables: dict[str, str], kind: type
) -> None:
    monkeypatch.setattr(
        rollout_progress, "stdout", lambda: Console(force_terminal=terminal, _environ=variables)
    )
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert type(display(as_json=False)) is kind
    assert type(display(as_json=True)) is JsonLines


def test_the_table_follows_the_events_and_a_failures_reason_stays_above_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {"TERM": "xterm", "FORCE_COLOR": "1", "COLUMNS": "100"}.items():
        monkeypatch.setenv(name, value)
    shown = LiveTable(stdout())
    files = RingsFile(
        rings=tuple(Ring(name=name, share=1, soak_minutes=each) for name, each in SOAKS.items())
    )
    rollout: Any = SimpleNamespace(journal=SimpleNamespace(read=at), rings=files)
    with shown.during(rollout):
        shown({"event": "failed", "stack": "bb", "why": "on order [in /tmp], see [/tmp]"})
        shown({"event": "updated", "stack": "aa"})
    lines = [each.rstrip() for each in Text.from_ansi(capsys.readouterr().out).plain.strip().split("\n")]
    assert lines.count("✗ bb failed: on order [in /tmp], see [/tmp]") == 1
    words = [each.replace("━", "").split() for each in lines[-3:]]
    assert words == [["canary", "1"], ["tenth", "1", "1"], ["rest", "2"]]


def test_without_a_terminal_each_event_that_matters_is_a_line() -> None:
    events: list[dict[str, Any]] = [
        {"event": "begun", "taken_back": "", "off": ["4f0c2d81a9be"], "stacks": {"aa": {}}},
        {"event": "begun", "taken_back": "2026", "off": [], "stacks": {"aa": {}}},
        {"event": "left", "stack": "aa", "what": "acme was removed, and stays removed"},
        {"event": "updating", "stack": "aa", "pid": None},
        {"event": "updating", "stack": "aa", "pid": 1},
        {"event": "failed", "stack": "aa", "why": "on order"},
    ]
    assert [line(each) for each in events] == [
        "1 stacks differ; no tenant moves to 4f0c2d81a9be, which was rolled back",
        "1 stacks go back to what they ran before rollout 2026",
        "· aa: acme was removed, and stays removed",
        "",
        "… aa",
        "✗ aa failed: on order",
    ]
