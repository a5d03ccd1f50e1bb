"""Bring the emulator to what the program registers, one resource after the other.

The Pulumi SDK's in-process monitor takes the engine's place: it resolves outputs and keeps the order of
dependencies as the engine does. What the program no longer registers goes at the end, dependants first.
"""

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pulumi
from botocore.exceptions import ClientError
from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks, rpc
from pulumi.runtime.mocks import MockMonitor

from tenantry.errors import Failed
from tenantry.local.engine.changes import Change, Plan, Step, effective, plan
from tenantry.local.engine.inventory import Entry, Inventory, unsure
from tenantry.local.engine.options import refuse_options
from tenantry.local.engine.resources import MAKERS
from tenantry.local.engine.resources.maker import TAKEN, Clients, Existing, Inputs, Made, MadeKind
from tenantry.local.engine.resources.tracking import Tracked, refuse_unread
from tenantry.operations.aws import GONE
from tenantry.rules.kinds import KINDS
from tenantry.rules.kinds.tokens import STACK, TENANT

OnChange = Callable[[Change], None]


class DeploymentError(Failed):
    """A resource could not be made, changed or removed; the message names it."""


class Engine(MockMonitor):
    """Settles each registration, in several threads, and keeps the inventory true.

    `changes` is what was done, in the order in which it was.
    """

    def __init__(self, clients: Clients, inventory: Inventory, on_change: OnChange) -> None:
        super().__init__(_Provider(self))
        self.changes: list[Change] = []
        self._clients = clients
        self._inventory = inventory
        self._on_change = on_change
        self._owners: dict[str, str] = {}  # by URN, in the order of registration
        self._asked = threading.local()  # the request, whose options the mocks do not get

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the SDK's name
        if request.type != STACK:
            urn = self.make_urn(request.parent, request.type, request.name)
            if urn in self._owners:
                raise DeploymentError(f"{urn} is registered twice; give each resource a name of its own")
            owner = request.name if request.type == TENANT else self._owners.get(request.parent, "")
            self._owners[urn] = owner
            self._asked.urn, self._asked.options = urn, request
        return super().RegisterResource(request)  # type: ignore[no-untyped-call]

    def settle(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        """Id and state of the resource that this thread registers, made or changed if need be."""
        urn, options = self._asked.urn, self._asked.options
        inputs = {name: rpc.unwrap_rpc_secret(value) for name, value in args.inputs.items()}
        wanted = Entry(urn, args.typ, args.name, self._owners[urn], {}, retained=bool(options.retainOnDelete))
        with _named(wanted):
            kind = _kind(wanted)
            refuse_options(options, KINDS[wanted.type])
            there, adopted = self._there(kind, wanted, inputs, options.importId)
            inputs = effective(inputs, there, options.ignoreChanges)
            wanted = replace(wanted, inputs=comparable(inputs))
            todo = plan(kind, there, wanted.inputs)
            entry = self._done(kind, there, wanted, inputs, todo)
        if adopted or todo.step is not Step.SAME:
            step = Step.ADOPTED if adopted else todo.step
            self._tell(Change(step, wanted.owner, wanted.type, wanted.name, todo.differing))
        return entry.id, {**inputs, **entry.outputs}

    def _there(
        self, kind: MadeKind, wanted: Entry, inputs: Inputs, import_id: str
    ) -> tuple[Entry | None, bool]:
        """What is there, by the record or by the import id; and whether it was not declared so far."""
        declared = self._inventory.entries.get(wanted.urn)
        if declared is not None:
            return declared, False
        for left in self._inventory.left:
            same = all(left.inputs.get(name) == inputs.get(name) for name in kind.fixed)
            if left.urn == wanted.urn and left.retained and same and self._stands(kind, inputs):
                return left, True
        if not import_id:
            return None, False
        like = comparable(inputs)
        found = self._found(kind, like)
        if found is None or found.id != import_id:
            raise LookupError(f"there is no {import_id} to adopt")
        return replace(wanted, inputs=like, id=found.id, outputs=found.outputs, unsure=True), True

    def _done(self, kind: MadeKind, there: Entry | None, wanted: Entry, inputs: Inputs, todo: Plan) -> Entry:
        replacing = there is not None and todo.step is Step.REPLACED
        if there is not None and todo.step is Step.SAME:
            entry = replace(wanted, id=there.id, outputs=there.outputs)
            if entry != there or there.urn not in self._inventory.entries:
                self._inventory.made(entry)
            return entry
        if there is not None and todo.first:
            refuse_remaking(there, todo)
            self._remove(there)
            replacing = False
        self._inventory.begin(wanted)
        row, tracked = KINDS[wanted.type], Tracked(inputs)
        if there is not None and todo.step is Step.CHANGED and kind.update is not None:
            made = kind.update(self._clients, _existing(there), tracked)
            refuse_unread(tracked, row, unchanged=kind.fixed)
        else:
            made = self._made(kind, wanted, tracked)
            refuse_unread(tracked, row)
        entry = replace(wanted, id=made.id, outputs=made.outputs)
        self._inventory.made(entry, replaces=replacing)
        return entry

    def _made(self, kind: MadeKind, wanted: Entry, inputs: Inputs) -> Made:
        try:
            return kind.make(self._clients, inputs)
        except ClientError as error:
            if error.response["Error"]["Code"] in TAKEN:  # a stranger's, whatever the next update finds
                self._inventory.removed(wanted)
            raise

    def recover(self) -> None:
        """Find out what became of the calls that an earlier process did not see the end of."""
        for begun in list(self._inventory.begun.values()):
            with _named(begun):
                kind, there = _kind(begun), self._inventory.entries.get(begun.urn)
                found = self._found(kind, begun.inputs)
                self._recover(kind, begun, there, found)

    def _recover(self, kind: MadeKind, begun: Entry, there: Entry | None, found: Made | None) -> None:
        new = replace(begun, id=found.id, outputs=found.outputs, unsure=True) if found else None
        if there is None:
            self._inventory.made(new) if new else self._inventory.removed(begun)
            return
        if new and new.id != there.id:  # a replacement
            self._inventory.leave(new)
        going = begun.inputs == there.inputs and not found and (kind.find or not kind.update)
        self._inventory.removed(there) if going else self._inventory.made(unsure(there))

    def sweep(self) -> None:
        """Remove what is no longer declared, or was replaced; after the program's last registration."""
        inventory = self._inventory
        gone = [entry for entry in inventory.entries.values() if entry.urn not in self._owners]
        stays = [entry for entry in inventory.entries.values() if entry.urn in self._owners]
        under_other_names = {_identity(entry) for entry in stays} if gone else set()
        for entry in reversed(gone):
            with _named(entry):
                if entry.retained:
                    inventory.leave(entry)
                elif _identity(entry) in under_other_names:
                    inventory.removed(entry)
                else:
                    self._remove(entry)
            step = Step.RETAINED if entry.retained else Step.REMOVED
            self._tell(Change(step, entry.owner, entry.type, entry.name))
        declared = {(entry.type, entry.id) for entry in stays}
        for entry in reversed(inventory.left):
            if not entry.retained and (entry.type, entry.id) not in declared:
                with _named(entry):
                    self._remove(entry)
        inventory.compact(urn for urn in self._owners if urn in inventory.entries)

    def _remove(self, entry: Entry) -> None:
        if self._inventory.entries.get(entry.urn) == entry:
            self._inventory.begin(entry)
        try:
            _kind(entry).remove(self._clients, _existing(entry))
        except ClientError as error:
            if error.response["Error"]["Code"] not in GONE:
                raise
        self._inventory.removed(entry)

    def _stands(self, kind: MadeKind, inputs: Inputs) -> bool:
        """What was left may have been erased since."""
        return kind.find is None or self._found(kind, inputs) is not None

    def _found(self, kind: MadeKind, inputs: Inputs) -> Made | None:
        try:
            return kind.find(self._clients, inputs) if kind.find else None
        except ClientError as error:
            if error.response["Error"]["Code"] not in GONE:
                raise
            return None

    def _tell(self, change: Change) -> None:
        self.changes.append(change)
        self._on_change(change)


def refuse_remaking(there: Entry, todo: Plan) -> None:
    """Raises NotImplementedError: it is to stay, and would have to go before its replacement is made."""
    if there.retained:
        raise NotImplementedError(
            f"{', '.join(todo.differing)} cannot change without a new resource of the same name, and "
            "this one is to stay; `tenantry up --fresh` starts empty"
        )


class _Provider(Mocks):
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], None]:
        raise DeploymentError(f"the program calls {args.token}, which the local platform does not know")

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        return self._engine.settle(args) if args.custom else ("", {})


@contextmanager
def _named(entry: Entry) -> Iterator[None]:
    """Say of every error which resource it concerns."""
    try:
        yield
    except DeploymentError:
        raise
    except Exception as error:
        raise DeploymentError(f"{entry.type} {entry.name}: {error}") from error


def comparable(inputs: Inputs) -> Inputs:
    """As JSON gives them back; an asset compares by its content."""
    parsed: Inputs = json.loads(json.dumps(inputs, default=_digest))
    return parsed


def _digest(value: object) -> dict[str, str]:
    if not isinstance(value, pulumi.FileAsset):
        raise TypeError(f"inputs of {type(value).__name__}")
    return {"sha256": hashlib.sha256(Path(value.path).read_bytes()).hexdigest()}


def _kind(entry: Entry) -> MadeKind:
    try:
        return MAKERS[entry.type]
    except KeyError:
        raise DeploymentError(
            f"{entry.name}: the local platform does not know {entry.type}; "
            "add a row to tenantry/rules/kinds and a kind to tenantry/local/engine/resources"
        ) from None


def _identity(entry: Entry) -> str:
    """The same for whoever declares that resource; an id may be unique only in its function or bucket."""
    kind = _kind(entry)
    names = kind.fixed if kind.update else entry.inputs.keys()
    named = {name: entry.inputs.get(name) for name in names}
    return json.dumps([entry.type, entry.id, named], sort_keys=True)


def _existing(entry: Entry) -> Existing:
    return Existing(entry.id, entry.inputs, entry.outputs)
