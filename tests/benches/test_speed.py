"""The bench of speed says what was found, and its page is the same for the same findings."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console
from typer import Typer
from typer.testing import CliRunner

from benches.speed import __main__ as bench
from benches.speed import report
from benches.speed.goals import GOALS, Measured
from benches.speed.timing import ChildFailed, child, in_turns

HOLDS = Measured(1, "cold start", 0.5, 0.8, "a bare handler", figures={"items, ms": 1234.5678})
FAILS = Measured(2, "warm request", 17.04, 15, "a bare handler", unit="µs")
EXPLAINED = Measured(2, "warm request", 17.04, 15, "a bare handler", unit="µs", note="The profile says why.")
REMARKED = Measured(4, "program", 0.3, 0.4, "itself", remark="A peer is left out.")
MACHINE = {"Processor": "some, 2 cores", "Python": "CPython 3.13.0"}


def called(monkeypatch: pytest.MonkeyPatch, found: list[Measured], *arguments: str) -> Any:
    section = SimpleNamespace(measure=lambda on_step: on_step("a step") or found)
    monkeypatch.setattr(bench, "import_module", lambda _: section)
    app = Typer()
    app.command()(bench.main)
    return CliRunner().invoke(app, arguments)


def test_the_page_tells_every_goal_and_each_figure_rounded() -> None:
    page = report.page([HOLDS, EXPLAINED, REMARKED], MACHINE, "2026-01-01")
    assert all(text in page for text in GOALS.values())
    assert "| 1 | cold start | 0.5 | 0.8 | ✓ |" in page
    assert "| 2 | warm request | 17 µs | 15 µs | ✗ |" in page
    assert "| items, ms | 1,235 |" in page
    assert "The profile says why." in page
    assert "A peer is left out." in page
    assert "Processor: some, 2 cores" in page


def test_the_same_findings_give_the_same_page() -> None:
    pages = {report.page([HOLDS, FAILS], MACHINE, "2026-01-01") for _ in range(2)}
    assert len(pages) == 1


def test_a_bar_reaches_its_bound_when_the_goal_is_just_met() -> None:
    just, beyond = (Measured(1, "x", ratio, 1, "y") for ratio in (1, 1.2))
    page = report.page([just, beyond], {}, "2026-01-01")
    assert f"x {'#' * 30}|\n" in page
    assert f"x {'#' * 30}|{'#' * 5}\n" in page


def test_the_terminal_has_a_tick_or_a_cross_for_each() -> None:
    out = Console(width=120)
    with out.capture() as captured:
        out.print(report.table([HOLDS, FAILS, EXPLAINED]))
    assert [captured.get().count(mark) for mark in ("✓", "✗", "see note")] == [1, 2, 1]


@pytest.mark.parametrize(("found", "exit_code"), [(HOLDS, 0), (EXPLAINED, 0), (FAILS, 1)])
def test_only_a_miss_without_a_word_fails(
    monkeypatch: pytest.MonkeyPatch, found: Measured, exit_code: int
) -> None:
    result = called(monkeypatch, [found], "--only", "cold", "--json")
    assert result.exit_code == exit_code
    assert json.loads(result.stdout)[0]["holds"] == found.holds


def test_the_page_is_written_when_all_was_measured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(bench, "PAGE", tmp_path / "performance.md")
    called(monkeypatch, [HOLDS], "--only", "warm")
    assert not bench.PAGE.exists()
    called(monkeypatch, [HOLDS])
    assert bench.PAGE.read_text().count("| 1 | cold start |") == len(bench.Section)


def test_things_are_run_in_turns_and_every_other_round_backwards() -> None:
    order: list[str] = []
    variants = {name: lambda name=name: float(len(order.append(name) or order)) for name in "ab"}  # type: ignore[func-returns-value,misc]
    samples = in_turns(variants, 3, lambda _: None)
    assert order == ["a", "b", "b", "a", "a", "b"]
    assert samples["a"].median == 4


def test_a_child_that_fails_is_told_with_what_it_said() -> None:
    with pytest.raises(ChildFailed, match="no such luck"):
        child(["sh", "-c", "echo no such luck; exit 3"])
