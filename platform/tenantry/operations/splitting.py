"""Give a deployed cell's tenants stacks of their own, or take them back into the cell's.

Records are copied first; then one write of the cell's record says where the tenants are, and it alone counts.
Whoever is cut off runs the same again: until that write, whatever held the tenants holds them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tenantry.errors import Failed, WrongInput
from tenantry.operations import parting, stacks
from tenantry.operations.engine import Engine
from tenantry.operations.parting import Record
from tenantry.rules.naming import Names

SETTING = "tenantStacks"

OnStep = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Cell:
    """A deployed cell, by its stack's names; `project` is the folder of Pulumi.yaml.

    `environment` is asked for the engine's each time: credentials in it may expire before all is moved.
    """

    names: Names
    project: Path
    environment: Callable[[], Mapping[str, str]] = dict

    @property
    def engine(self) -> Engine:
        return Engine(self.names.stack, self.project, self.environment())

    def tenant(self, slug: str) -> Engine:
        return Engine(self.names.tenant_stack(slug), self.project, self.environment())

    def record(self) -> Record:
        """
        Raises:
            WrongInput: it is not one to move anything from, or to.
        """
        record, stack = self.engine.record(readable=True), self.names.stack
        if record["deployment"].get("pending_operations"):
            raise WrongInput(f"an update of {stack} was cut off; run `tenantry repair --stack {stack}` first")
        if "shared" not in parting.outputs(record):
            raise WrongInput(f"{stack} was not deployed by this release; deploy it first")
        return record

    def put(self, before: Record, after: Record) -> None:
        """
        Raises:
            Failed: somebody deployed meanwhile.
        """
        if self.engine.record(readable=True) != before:
            raise Failed(f"{self.names.stack} was deployed meanwhile; run this again, and deploy after it")
        self.engine.put(after)


def split(cell: Cell, done: OnStep) -> list[str]:
    """Answers the slugs whose stacks are new.

    Args:
        done: hears of each step.

    Raises:
        WrongInput, Failed: nothing has moved yet; the message says why.
    """
    record, settings = cell.record(), stacks.written(cell.names.stack)
    config = settings.get("config") or {}
    _require_nothing_under_way(config, cell.names.stack)
    slugs, there = parting.tenants(record), cell.engine.stacks()
    for slug in slugs:
        _copy_out(cell, record, slug, settings, is_there=cell.names.tenant_stack(slug) in there)
        done(f"{slug}: copied to {cell.names.tenant_stack(slug)}")
    if slugs or "listed" not in parting.outputs(record):
        cell.put(record, parting.without_tenants(record))
    cell.engine.set_plain(SETTING, "true")
    for key in config:
        if key.startswith("tenantry:apiKey."):
            cell.engine.unset(key)
    done(f"{cell.names.stack} declares the cell alone")
    return slugs


def join(cell: Cell, done: OnStep) -> list[str]:
    """Answers the slugs whose stacks are gone.

    Args:
        done: hears of each step.

    Raises:
        WrongInput, Failed: nothing has moved yet; the message says why.
    """
    record = cell.record()
    own = {slug: _record_of(cell, slug) for slug in _slugs(cell)}
    if "listed" in parting.outputs(record):
        for stack in map(cell.names.tenant_stack, own):
            _require_nothing_under_way(stacks.written(stack).get("config") or {}, stack)
        for slug in own:
            for key in _carried(stacks.written(cell.names.tenant_stack(slug)).get("config") or {}, slug):
                if key.startswith("tenantry:"):
                    cell.tenant(slug).copy(key, cell.names.stack)
        joined = parting.with_tenants(record, own)
        cell.put(record, joined)
        record = joined
        done(f"{cell.names.stack} declares the cell with {', '.join(own) or 'no tenants'}")
    cell.engine.unset(f"tenantry:{SETTING}")
    known = parting.held(record)
    for slug, each in own.items():
        _require_within(parting.held(each), known, cell.names.tenant_stack(slug), cell.names.stack)
        cell.tenant(slug).forget()
        done(f"{cell.names.tenant_stack(slug)}: removed; all that it held is in {cell.names.stack}")
    return list(own)


def _require_nothing_under_way(config: Mapping[str, Any], stack: str) -> None:
    """
    Raises:
        WrongInput: its file says what is to be adopted, or which releases are held, by this stack.
    """
    for setting in ("tenantry:adopt", "tenantry:releases"):
        if setting in config:
            raise WrongInput(f"Pulumi.{stack}.yaml sets {setting}; deploy, take it out, and run this again")


def _copy_out(cell: Cell, record: Record, slug: str, settings: Mapping[str, Any], is_there: bool) -> None:
    own, stack = cell.tenant(slug), cell.names.tenant_stack(slug)
    if not is_there:
        own.begin(settings.get("secretsprovider"))
    before = own.record(readable=True)
    copied = parting.of_tenant(record, slug, stack, before)
    _require_within(parting.held(before), parting.held(copied), stack, cell.names.stack)
    for key in _carried(settings.get("config") or {}, slug):
        cell.engine.copy(key, stack)
    own.put(copied)


def _carried(config: Mapping[str, Any], slug: str) -> list[str]:
    """What a tenant's stack needs of its cell's file: how to reach AWS, and the values of its API keys."""
    return [
        key for key in config if not key.startswith("tenantry:") or key.startswith(f"tenantry:apiKey.{slug}.")
    ]


def _slugs(cell: Cell) -> list[str]:
    begin = cell.names.tenant_stack("")
    return sorted(each.removeprefix(begin) for each in cell.engine.stacks() if each.startswith(begin))


def _record_of(cell: Cell, slug: str) -> Record:
    record, stack = cell.tenant(slug).record(readable=True), cell.names.tenant_stack(slug)
    if record["deployment"].get("pending_operations"):
        raise WrongInput(f"an update of {stack} was cut off; run `tenantry repair --stack {stack}` first")
    return record


def _require_within(found: set[tuple[str, str]], known: set[tuple[str, str]], stack: str, other: str) -> None:
    """Whatever a record that is given up holds is in the one that counts."""
    lost = sorted(urn for urn, _ in found - known)
    if lost:
        raise Failed(
            f"{stack} holds resources that {other} does not: {', '.join(lost[:5])}; the stack "
            "was left as it is"
        )
