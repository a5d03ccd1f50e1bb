"""`plan` for people: the lines of a plan, as the files say them; and the digest by which it is approved."""

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from tenantry import paths
from tenantry.planning import releases, totals
from tenantry.planning.differences import Line
from tenantry.planning.effects import Effect, TenantPlan
from tenantry.planning.totals import Total
from tests.support.command import Command, Run
from tests.support.fleets import written

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


def test_a_digest_covers_the_stacks_of_a_cells_tenants(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the plan does that it approves."""
    root, steps, command = tmp_path / "project", tmp_path / "steps", Command(tmp_path / "own")
    written(root, {"demo": ["acme"]})
    stack = root / "Pulumi.demo.yaml"
    stack.write_text(f'{stack.read_text()}  tenantry:tenantStacks: "true"\n')
    monkeypatch.setattr(paths, "ROOT", root)
    engine(tmp_path / "bin", monkeypatch, steps)
    steps.write_text('{"steps": []}')
    before = run(command, "plan", "--stack", "demo", "--digest")
    created = {"type": "aws:sqs/queue:Queue", "inputs": {}}
    queue = {"urn": "urn:pulumi:demo.acme::p::t::acme", "op": "create", "newState": created}
    steps.write_text(json.dumps({"steps": [queue]}))
    after = run(command, "plan", "--stack", "demo", "--digest")
    assert (before[0], len(before[1].strip()), before[2]) == (0, 64, "")
    assert after[1] != before[1]


def engine(folder: Path, monkeypatch: pytest.MonkeyPatch, steps: Path) -> None:
    """It has stack `demo`, with nothing to do, and `demo.acme`, with these steps to take."""
    folder.mkdir()
    script = folder / "pulumi"
    script.write_text(f"""#!/bin/sh
case "$*" in
  "stack ls"*) echo '[{{"name": "demo"}}, {{"name": "demo.acme"}}]' ;;
  *"--stack demo.acme "*) cat {steps} ;;
  *) echo '{{"steps": []}}' ;;
esac
""")
    script.chmod(0o700)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
