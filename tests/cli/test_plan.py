"""`plan` for people: the lines of a plan, as the files say them."""

from collections import Counter
from pathlib import Path

import pytest

from tenantry.planning import releases, totals
from tenantry.planning.differences import Line
from tenantry.planning.effects import Effect, TenantPlan
from tenantry.planning.totals import Total
from tests.support.command import Command, Run

LINES = (
    "pattern: ^[a-z]{3}[0-9]+$ → ^[a-z]{4}[0-9]+$",
    "contact.notify: none → https://hooks.example.com/in?filter[a]=1",
    "contact.notify: none → https://hooks.example.com/in[/acme]",
)


def test_patterns_and_addresses_are_shown_as_they_are(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = tuple(map(Line, LINES))
    found = Total([TenantPlan("acme", Effect.CHANGED, lines, {}, {}, 0.0)], lines[-1:], Counter())
    monkeypatch.setattr(releases, "compared", lambda *_: ())
    monkeypatch.setattr(totals, "total", lambda: found)
    code, out, err = run(Command(tmp_path), "plan")
    assert (code, err) == (0, "")
    assert [text for text in LINES if text not in out] == []
    assert f"\n  {LINES[-1]}\n" in out  # as a line below the table
