"""`guardrails` asks every rule of the policy pack about each cell; what breaks one is named, and exit 1."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tenantry.guardrails.rules import RULES
from tenantry.isolation import cells
from tenantry.isolation.cells import RegisteredCell
from tenantry.rules.kinds.tokens import LOG_GROUP
from tests.support.command import TENANTS, Command, Run


@pytest.fixture
def command(tmp_path: Path) -> Command:
    return Command(tmp_path / "state")


def test_no_rule_is_broken_by_what_the_files_register(run: Run, command: Command) -> None:
    code, out, err = run(command, "guardrails", "--json", "--tenants", str(TENANTS))
    assert (code, json.loads(out)) == (0, {"rules": len(RULES), "cells": {"demo": []}}), err


def test_a_rule_that_is_broken_is_named_with_the_resource(
    run: Run, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered = cells.registered

    def spoilt(*arguments: object) -> RegisteredCell:
        cell = registered(*arguments)  # type: ignore[arg-type]
        group = next(each for each in cell.resources if each.type == LOG_GROUP)
        kept = replace(group, inputs={**group.inputs, "retentionInDays": None})
        return cell.with_resources(kept if each is group else each for each in cell.resources)

    monkeypatch.setattr(cells, "registered", spoilt)
    code, out, err = run(command, "guardrails", "--tenants", str(TENANTS))
    assert (code, out) == (1, f"✗ 1 broken of {len(RULES)} rules in cell demo\n")
    assert "keeps logs for ever; set retentionInDays" in err
