"""A deployed cell is split into stacks of its tenants and joined again, and its account stays as it is."""

from collections.abc import Callable
from typing import Any

import pytest

from tenantry.operations import parting, splitting
from tenantry.operations.engine import Engine
from tenantry.operations.parting import Record
from tenantry.operations.splitting import Cell, join, split
from tenantry.rules.naming import Names
from tests.engine.stack import NAME, Stack

SLUGS = ("acme", "acme-eu", "globex")
SILO = "data: {isolation: silo, encryption: kms}\n"
KEY = "a-value-that-was-given-to-it"


class CutOff(Exception):
    """The operator's machine went away."""


@pytest.fixture
def deployed(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Stack:
    for name, value in stack.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("tenantry.paths.ROOT", stack.project.root)
    for slug in SLUGS:
        stack.project.tenant(slug, "items")
    file = stack.project.root / "own" / "demo" / "globex.yaml"
    file.write_text(file.read_text() + SILO)
    Engine(NAME, stack.project.root).set_secret("apiKey.acme.web", KEY)
    stack.up()
    return stack


def account(stack: Stack) -> dict[str, bytes]:
    folder = stack.folder / "account"
    return {
        str(each.relative_to(folder)): each.read_bytes()
        for each in sorted(folder.rglob("*"))
        if each.is_file()
    }


def unchanged(stack: Stack, *names: str) -> None:
    for name in names:
        stack.pulumi("preview", "--stack", name, "--expect-no-changes")


def held(stack: Stack, *names: str) -> list[tuple[str, str]]:
    """In any state, as often as it is there."""
    return sorted(each for name in names for each in parting.held(Engine(name, stack.project.root).record()))


def test_a_cell_is_split_changed_by_tenant_and_joined_again(
    deployed: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack, cell = deployed, Cell(Names(NAME), deployed.project.root)
    own = [f"{NAME}.{slug}" for slug in SLUGS]
    before, whole = account(stack), held(stack, NAME)

    with monkeypatch.context() as patch:
        patch.setattr(splitting, "_copy_out", _cut_off_at("globex", splitting._copy_out))
        with pytest.raises(CutOff):
            split(cell, print)
    unchanged(stack, NAME)  # still whole, and in use
    with monkeypatch.context() as patch:
        patch.setattr(Engine, "set_plain", _cut_off)
        with pytest.raises(CutOff):
            split(cell, print)
    assert "does not set tenantry:tenantStacks" in stack.preview(fails=True)
    assert split(cell, print) == []
    assert account(stack) == before
    assert held(stack, NAME, *own) == whole
    unchanged(stack, NAME, *own)
    assert account(stack) == before
    assert KEY not in "".join(each.read_text() for each in stack.project.root.glob("Pulumi.*.yaml"))

    file = stack.project.root / "own" / "demo" / "acme.yaml"
    file.write_text(file.read_text().replace("[web]", "[web, app]"))
    calls = len(stack.calls())
    stack.pulumi("up", "--yes", "--skip-preview", "--stack", f"{NAME}.acme")
    assert {call["urn"].rpartition("::")[2] for call in stack.calls()[calls:]} == {"acme.app"}
    unchanged(stack, own[0])
    changed, whole = account(stack), held(stack, NAME, *own)

    with monkeypatch.context() as patch:
        patch.setattr(Engine, "forget", _cut_off)
        with pytest.raises(CutOff):
            join(cell, print)
    assert "fleet split own" in stack.pulumi("preview", "--stack", own[0], fails=True)
    assert join(cell, print) == list(SLUGS)
    assert account(stack) == changed
    assert held(stack, NAME) == whole
    unchanged(stack, NAME)
    stack.up()  # records again who depends on whom
    assert account(stack) == changed
    assert sorted(each.name for each in stack.project.root.glob("Pulumi.own*.yaml")) == ["Pulumi.own.yaml"]


def _cut_off(*_: object) -> None:
    raise CutOff


def _cut_off_at(slug: str, copy: Callable[..., None]) -> Callable[..., None]:
    def until(cell: Cell, record: Record, each: str, *others: Any, **named: Any) -> None:
        if each == slug:
            raise CutOff
        copy(cell, record, each, *others, **named)

    return until
