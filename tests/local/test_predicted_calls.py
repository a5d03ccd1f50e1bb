"""The calls that the plan predicts are, within five in a hundred, those that an update makes."""

import json
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tenantry.config import Cell, Tenant
from tenantry.config.lifecycle import Retired
from tenantry.deployment import Deployment
from tenantry.gateway import contract
from tenantry.isolation.cells import RegisteredCell
from tenantry.local.clients import ACCOUNT, REGION, Session
from tenantry.local.engine import inventory
from tenantry.local.engine.deployment import stand
from tenantry.local.platform import SERVICES
from tenantry.packing.artifact import Artifact, this_machine
from tenantry.planning.calls import calls
from tenantry.planning.declared import DeclaredResource, declared_resources
from tenantry.planning.steps import steps
from tenantry.program import declare
from tenantry.rules.arns import Arns
from tests.support.engine import demo, deployment, register

ARNS = Arns("aws", REGION, ACCOUNT)
CLOSE = 0.05
Change = Callable[[Cell, Deployment], tuple[Cell, Deployment]]


def packed(folder: Path, content: str) -> Artifact:
    path = folder / f"{content}.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("start.py", content)
    return Artifact(path, content * 8)


def changed(slug: str, **changes: Any) -> Change:
    def change(cell: Cell, made: Deployment) -> tuple[Cell, Deployment]:
        tenants = tuple(
            each.model_copy(update=changes) if each.slug == slug else each for each in cell.tenants
        )
        return cell.model_copy(update={"tenants": tenants}), made

    return change


def without(slug: str) -> Change:
    return lambda cell, made: (
        cell.model_copy(update={"tenants": tuple(each for each in cell.tenants if each.slug != slug)}),
        made,
    )


def with_another(like: str, slug: str) -> Change:
    def change(cell: Cell, made: Deployment) -> tuple[Cell, Deployment]:
        [model] = [each for each in cell.tenants if each.slug == like]
        added: Tenant = model.model_copy(update={"slug": slug})
        return cell.model_copy(update={"tenants": (*cell.tenants, added)}), made

    return change


def declared(cell: Cell, made: Deployment) -> dict[str, DeclaredResource]:
    monitor = register(cell, **{name: getattr(made, name) for name in ("arns", "target", "code", "layer")})[0]
    registered = RegisteredCell(cell, made, tuple(monitor.registered))
    return {each.urn: each for each in declared_resources(registered)}


class Stack:
    """A cell on the emulator; `counted` are the calls since it was last asked."""

    def __init__(self, root: Session, folder: Path) -> None:
        self.clients = {service: root.client(service) for service in SERVICES}
        self.folder = folder
        self._counted: Counter[str] = Counter()
        for service, client in self.clients.items():
            client.meta.events.register("before-call", self._count(service))

    def _count(self, service: str) -> Callable[..., None]:
        def count(model: Any, **_: Any) -> None:
            self._counted[f"{service}:{model.name}"] += 1

        return count

    def brought(self, cell: Cell, made: Deployment) -> Counter[str]:
        self._counted.clear()
        with inventory.opened(self.folder) as stored:
            stand(
                lambda: declare(cell, made),
                cell.name,
                self.clients.__getitem__,
                stored,
                lambda _change: None,
            )
        return Counter(self._counted)


def with_another_contract(monkeypatch: pytest.MonkeyPatch) -> Change:
    def change(cell: Cell, made: Deployment) -> tuple[Cell, Deployment]:
        text = json.dumps(contract.load())
        other = text.replace('"operationId": "createItem', '"operationId": "makeItem')
        assert other != text
        monkeypatch.setattr("tenantry.gateway.contract.load", lambda: json.loads(other))
        return cell, made

    return change


def test_what_a_plan_predicts_an_update_calls(
    root: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack, cell = Stack(root, tmp_path), demo()
    code, layer = packed(tmp_path, "a" * 8), packed(tmp_path, "b" * 8)
    made = deployment("demo", arns=ARNS, target=this_machine(), code=code, layer=layer)
    first = cell.tenants[0]
    changes: dict[str, Change] = {
        "the first update": lambda cell, made: (cell, made),
        "other limits": changed("acme", limits=first.limits.model_copy(update={"burst": 11})),
        "a route group off": changed("acme", routes=("items",)),
        "another key": changed("acme-eu", api_keys=("app",), retired=Retired(api_keys=("web",))),
        "suspended": changed("acme-eu", status="suspended"),
        "one more tenant": with_another("acme-eu", "initech"),
        "other code": lambda cell, made: (cell, replace(made, code=packed(tmp_path, "c" * 8))),
        "another layer": lambda cell, made: (cell, replace(made, layer=packed(tmp_path, "d" * 8))),
        "another contract": with_another_contract(monkeypatch),
        "a tenant's end": without("globex"),
    }
    before: dict[str, DeclaredResource] = {}
    found = {}
    for name, change in changes.items():
        cell, made = change(cell, made)
        after = declared(cell, made)
        predicted = calls(steps(before, after))
        found[name] = (predicted, stack.brought(cell, made))
        before = after
    wrong = {
        name: (dict(predicted - counted), dict(counted - predicted))
        for name, (predicted, counted) in found.items()
        if not counted or abs(predicted.total() - counted.total()) > CLOSE * counted.total()
    }
    assert wrong == {}
