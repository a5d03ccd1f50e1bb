"""A tenant's life on a model of engine and account: random walks of edits, days, deploys and erasures."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from tenantry import adoption
from tenantry.config import Cell, Tenant, load_platform
from tenantry.config.conflicts import Candidate, removed_early
from tenantry.config.documents import read_document
from tenantry.config.findings import validated
from tenantry.config.survey import TenantPath
from tenantry.config.tenant_files import tenant_file
from tenantry.errors import WrongInput
from tenantry.groups import current
from tenantry.last_update import LastUpdate
from tenantry.local.engine.changes import Step
from tenantry.planning.declared import DeclaredResource
from tenantry.planning.steps import steps
from tenantry.removals import NOTICE, Undeclared, require_declared
from tenantry.rules.kinds.tokens import COMPONENTS
from tenantry.rules.naming import Names
from tests.support.command import ROOT
from tests.support.engine import register

WALKS, STEPS = 1000, 16
SLUGS = ("acme", "acme-eu", "globex")
STACK, CELL = "prod", "demo"
BEGIN = date(2027, 1, 1)
TIERS = {tier.name: tier for tier in load_platform(ROOT / "tests" / "fixtures" / "tenants").tiers}
# What no deploy can make again as it was, and what a deploy's deletion leaves behind for an erasure.
LOSSES = {"ApiKey", "PrivateKey", "Secret", "SecretVersion", "Table"}
RESTORABLE = {"Secret"}
ADOPT = r"tenantry:adopt: \[(.*)\]"
WALKED = (
    "refused",
    "cut off",
    "back from suspended",
    "back from offboarding",
    "ended as declared",
    "ended as allowed",
    "api key retired",
    "api key allowed to go",
    "signing key retired",
    "signing key allowed to go",
    "moved",
    "adopted",
    "erased",
)
ERASED = {"Table", "Secret", "LogGroup", "Queue", "Key"}


@dataclass(frozen=True)
class File:
    """What a tenant's file says; each of the three tenants varies in other parts of it."""

    status: str = "active"
    until: date | None = None
    api: frozenset[str] = frozenset({"web"})
    retired_api: frozenset[str] = frozenset()
    signing: frozenset[str] = frozenset({"main"})
    retired_signing: frozenset[str] = frozenset()
    isolation: str = "pooled"

    @property
    def shape(self) -> "File":
        """All that says which resources there are."""
        return replace(self, status="", until=None)

    @property
    def bare(self) -> "File":
        """Without what no resource is made of."""
        nothing: frozenset[str] = frozenset()
        until = BEGIN if self.until else None
        return replace(self, until=until, retired_api=nothing, retired_signing=nothing)

    def text(self) -> bytes:
        values: dict[str, Any] = {
            "name": "A tenant",
            "tier": "bronze",
            "status": self.status,
            "routes": ["items"],
            "auth": {"managed": {"keys": sorted(self.signing)}},
            "api_keys": sorted(self.api),
            "retired": {"api_keys": sorted(self.retired_api), "signing_keys": sorted(self.retired_signing)},
            "data": {"isolation": self.isolation},
        }
        return json.dumps(values | ({"until": str(self.until)} if self.until else {})).encode()


FIRST = {"acme": File(), "acme-eu": File(), "globex": File(isolation="silo")}


@cache
def candidate(slug: str, file: File) -> Candidate:
    path = Path(CELL, f"{slug}.yaml")
    document = read_document(str(path), file.text())
    settings = validated(document, tenant_file(current()))
    assert not document.problems, document.problems
    return Candidate(TenantPath(path, CELL, slug), document, settings)


@cache
def placed(slug: str, file: File) -> Tenant:
    settings = candidate(slug, file).settings
    assert settings
    return settings.placed(slug, CELL, TIERS[settings.tier], current())


@cache
def registered(slug: str, file: File) -> tuple[tuple[DeclaredResource, ...], dict[str, Any]]:
    """The tenant's own resources and outputs: no other tenant's file has any part in them."""
    cell = Cell(name=CELL, tenants=(placed(slug, file),), stages_quota=10)
    engine, outputs = register(cell)
    own = engine.below(slug)
    return tuple(
        interned(
            each.urn,
            each.type,
            each.name,
            slug,
            json.dumps(each.inputs, default=str, sort_keys=True),
            each.retained,
        )
        for each in engine.registered
        if each.urn in own and not each.type.startswith(COMPONENTS)
    ), outputs["tenants"][slug]


@cache
def interned(urn: str, type_: str, name: str, owner: str, inputs: str, retained: bool) -> DeclaredResource:
    """The same object for the same declaration, so that it is compared by identity."""
    return DeclaredResource(urn, type_, name, owner, json.loads(inputs), [], {}, retained)


REPLACED: dict[tuple[int, int], bool] = {}


def is_replaced(old: DeclaredResource, new: DeclaredResource) -> bool:
    pair = id(old), id(new)
    if pair not in REPLACED:
        found = steps({old.urn: old}, {new.urn: new})
        REPLACED[pair] = Step.REPLACED in {each.step for each in found}
    return REPLACED[pair]


def declared(slug: str, file: File) -> tuple[DeclaredResource, ...]:
    return registered(slug, file.bare)[0]


def summary(slug: str, file: File) -> dict[str, Any]:
    """Of files that declare the same resources, the day is all that differs."""
    return registered(slug, file.bare)[1] | {"until": str(file.until) if file.until else None}


@dataclass(frozen=True)
class Made:
    """A resource in the account; each creation of one URN has the next number."""

    resource: DeclaredResource
    generation: int

    def __str__(self) -> str:
        return f"{self.resource.urn} {self.generation}"


@dataclass
class Account:
    """`state` is what the engine knows of; `kept` is there besides: retained, or restorable."""

    state: dict[str, Made] = field(default_factory=dict)
    kept: dict[str, Made] = field(default_factory=dict)
    made: dict[str, int] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)

    def copy(self) -> "Account":
        return Account(dict(self.state), dict(self.kept), dict(self.made), self.outputs)

    def tables(self) -> set[str]:
        everything = (*self.state.values(), *self.kept.values())
        return {each.resource.inputs["name"] for each in everything if each.resource.kind == "Table"}

    def of(self, slug: str) -> dict[str, Made]:
        everything = (*self.state.values(), *self.kept.values())
        return {str(each): each for each in everything if each.resource.owner == slug}


class Taken(Exception):
    """AWS refuses a second table of one name."""


class CutOff(Exception):
    """The engine was killed between two operations."""


@dataclass(frozen=True)
class Update:
    """One deploy: of these files, by this stack's file, on that day."""

    files: Mapping[str, File]
    allow: tuple[str, ...]
    adopt: tuple[str, ...]
    today: date

    def checked(self, last: LastUpdate) -> tuple[Cell, tuple[str, ...]]:
        """As the program does it, before anything is registered; with the tables to be adopted."""
        problems = list(removed_early((candidate(*each) for each in self.files.items()), self.today))
        if problems:
            raise WrongInput("\n".join(map(str, problems)))
        there = {slug: file for slug, file in self.files.items() if file.status != "removed"}
        cell = Cell(
            name=CELL,
            tenants=tuple(placed(slug, file) for slug, file in sorted(there.items())),
            stages_quota=10,
            removed=tuple(sorted(self.files.keys() - there.keys())),
        )
        require_declared(last, cell, self.allow, self.today)
        config: Any = SimpleNamespace(get_object=lambda _: list(self.adopt))
        return cell, adoption.adopted(cell, config, last, Names(CELL))

    def run(self, account: Account, operations: int | None = None) -> Iterator[Made]:
        """Yields what goes, as it goes; cut off after so many operations.

        Raises:
            WrongInput: the program refuses; nothing was changed.
            CutOff, Taken: what was done so far is done, and the outputs are those of the update before.
        """
        last = LastUpdate.of(account.outputs)
        cell, adopted = self.checked(last)
        wanted = {
            each.urn: each
            for tenant in cell.tenants
            for each in declared(tenant.slug, self.files[tenant.slug])
        }
        done = 0
        old: list[tuple[str, Made]] = []

        def step() -> None:
            nonlocal done
            if done == operations:
                raise CutOff
            done += 1

        for urn, each in wanted.items():
            there = account.state.get(urn)
            if there and there.resource is each:
                continue
            step()
            if there and not is_replaced(there.resource, each):
                account.state[urn] = replace(there, resource=each)
                continue
            if there:
                old.append((urn, there))
            [*left] = (name for name, kept in account.kept.items() if kept.resource.urn == urn)
            if left and each.kind == "Table":
                if each.owner not in adopted:
                    raise Taken(each.owner)
                account.state[urn] = replace(account.kept.pop(left[0]), resource=each)
            else:
                account.made[urn] = account.made.get(urn, 0) + 1
                account.state[urn] = Made(each, account.made[urn])
        gone = [(urn, made) for urn, made in reversed(account.state.items()) if urn not in wanted]
        for urn, made in [*old, *gone]:
            step()
            if account.state[urn] is made:
                del account.state[urn]
            if made.resource.retained or made.resource.kind in RESTORABLE:
                account.kept[str(made)] = made
            yield made
        account.outputs = {
            "cell": CELL,
            "tenants": {
                tenant.slug: summary(tenant.slug, self.files[tenant.slug]) for tenant in cell.tenants
            },
            "allowed": self.allow,
            "left": adoption.left(cell, last),
        }


@dataclass
class Promise:
    """What operators rely on for one tenant since the last update that went through."""

    file: File
    closed_on: date | None
    hurried: bool
    generations: dict[str, int]
    reshaped: bool = False  # by an update that was cut off


class Walk:
    def __init__(self, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self.random = Random(seed)  # noqa: S311 - a walk is repeated by its seed
        self.edited = self.random.sample(SLUGS, self.random.choice((1, 1, 2, 3)))
        self.patch = monkeypatch
        self.account = Account()
        self.files: dict[str, File] = dict(FIRST)
        self.allow: tuple[str, ...] = ()
        self.adopt: tuple[str, ...] = ()
        self.today = BEGIN
        self.spent: frozenset[str] = frozenset()
        self.promises: dict[str, Promise] = {}
        self.log: list[str] = []
        self.seen: Counter[str] = Counter()
        self.deploy()

    def go(self) -> None:
        actions = {self.edit: 6, self.wait: 2, self.deploy: 4, self.answer: 4, self.tidy: 2, self.erase: 2}
        for _ in range(STEPS):
            [action] = self.random.choices([*actions], [*actions.values()])
            action()

    # What people do.

    def edit(self) -> None:
        slug = self.random.choice(self.edited)
        file = self.files.get(slug)
        if file is None:
            self.files[slug] = FIRST[slug]
            self.log.append(f"put {slug} back")
            return
        edits = [self.restored, self.offboarded, self.removed]
        edits += [self.removed, self.removed] if file.status == "offboarding" else [self.suspended]
        edits += {"acme": [self.other_api_keys, self.other_signing_keys], "globex": [self.moved]}.get(
            slug, []
        )
        if self.random.random() < 0.1:
            del self.files[slug]
            self.log.append(f"delete {slug}'s file")
            return
        self.files[slug] = self.random.choice(edits)(file)
        self.log.append(f"edit {slug}: {self.files[slug]}")

    def restored(self, file: File) -> File:
        return replace(file, status="active", until=None)

    def suspended(self, file: File) -> File:
        return replace(file, status="suspended", until=None)

    def offboarded(self, file: File) -> File:
        days = self.random.choice((1, NOTICE.days, NOTICE.days + 10))
        return replace(file, status="offboarding", until=self.today + timedelta(days))

    def removed(self, file: File) -> File:
        """By the day that was said, or by one that suits."""
        suits = file.until is None or self.random.random() < 0.3
        return replace(file, status="removed", until=self.today - timedelta(1) if suits else file.until)

    def other_api_keys(self, file: File) -> File:
        used, retired = self.other_keys(file.api, {"web", "app"})
        return replace(file, api=used, retired_api=retired)

    def other_signing_keys(self, file: File) -> File:
        used, retired = self.other_keys(file.signing, {"main", "next"})
        return replace(file, signing=used, retired_signing=retired)

    def other_keys(self, used: frozenset[str], names: set[str]) -> tuple[frozenset[str], frozenset[str]]:
        """Both, or one; the other one is retired, or forgotten."""
        if len(used) == 1:
            return frozenset(names), frozenset()
        stays = frozenset({self.random.choice(sorted(names))})
        return stays, self.random.choice((frozenset(names - stays), frozenset()))

    def moved(self, file: File) -> File:
        return replace(file, isolation="pooled" if file.isolation == "silo" else "silo")

    def wait(self) -> None:
        days = self.random.choice((1, 10, 31, 45))
        self.today += timedelta(days)
        self.log.append(f"{days} days pass: {self.today}")

    def tidy(self) -> None:
        self.allow = self.adopt = ()
        self.log.append("take tenantry:allow and tenantry:adopt out")

    def answer(self) -> None:
        """Deploy with exactly what is asked for, if anything."""
        for _ in range(2):
            try:
                self.update().checked(LastUpdate.of(self.account.outputs))
                break
            except Undeclared as refusal:
                [asked] = re.findall(r"tenantry:allow: \[(.*)\]", str(refusal))
                self.allow = tuple(asked.split(", "))
                self.log.append(f"tenantry:allow: {asked}")
            except WrongInput as refusal:
                for asked in re.findall(ADOPT, str(refusal)):
                    self.adopt = (asked,)
                    self.log.append(f"tenantry:adopt: {asked}")
        self.deploy()

    def erase(self) -> None:
        """Of those whose removal went through, and that are not back in the account."""
        ended = [slug for slug in SLUGS if slug not in self.promises and self.account.of(slug)]
        ended = [slug for slug in ended if all(m.resource.owner != slug for m in self.account.state.values())]
        if not ended:
            return
        slug = self.random.choice(ended)
        self.log.append(f"erase {slug}")
        self.seen["erased"] += 1
        others = {other: self.account.of(other) for other in SLUGS if other != slug}
        self.account.kept = {
            name: each
            for name, each in self.account.kept.items()
            if each.resource.owner != slug or each.resource.kind not in ERASED
        }
        assert not self.account.of(slug)
        assert {other: self.account.of(other) for other in others} == others

    # What the engine does, and what must hold of it.

    def update(self) -> Update:
        self.patch.setattr(aws.dynamodb, "get_tables", lambda: SimpleNamespace(names=self.account.tables()))
        return Update(dict(self.files), self.allow, self.adopt, self.today)

    def deploy(self) -> None:
        update, before = self.update(), self.account.copy()
        cut = self.random.randrange(80) if self.random.random() < 0.4 else None
        self.log.append(f"deploy, cut off after {cut} operations" if cut is not None else "deploy")
        try:
            for made in update.run(self.account, cut):
                self.require_declared_gone(made.resource, update)
        except WrongInput as refusal:
            assert self.account == before
            self.log.append(f"refused: {refusal}")
            self.seen["refused"] += 1
        except Taken as taken:
            self.log.append(f"{taken}'s table is there")
            self.seen["table was there"] += 1
            self.reshape(update)
            self.adopt = (str(taken),)
        except CutOff:
            self.seen["cut off"] += 1
            self.require_same_end(before)
            self.reshape(update)
        else:
            self.seen["adopted"] += any(
                made.resource.kind == "Table" and name not in self.account.kept
                for name, made in before.kept.items()
            )
            self.kept_promises(update)

    def require_declared_gone(self, gone: DeclaredResource, update: Update) -> None:
        """Declared gone by a file, or allowed by an entry that the last update did not have."""
        slug, promise = gone.owner, self.promises.get(gone.owner)
        if gone.kind not in LOSSES or promise is None or gone.urn not in promise.generations:
            return  # made by an update that was cut off: nobody was ever given it
        entries, file = {*update.allow} - self.spent, update.files.get(slug)
        if file is None or file.status == "removed":
            ended = promise.closed_on is not None and promise.file.until is not None
            ended = ended and promise.file.until < update.today  # type: ignore[operator]
            noticed = promise.hurried or (promise.closed_on or update.today) + NOTICE <= update.today
            declared = file is not None and ended and noticed
            assert declared or slug in entries, f"{gone.kind} {gone.name} went with its tenant"
            self.seen["ended as declared" if declared else "ended as allowed"] += 1
        elif gone.kind == "Table":
            assert f"{slug}/isolation" in entries, f"table of {slug} was left"
            self.seen["moved"] += 1
        else:
            kind = {"ApiKey": "api", "PrivateKey": "signing"}[gone.kind]
            name = gone.name.removeprefix(f"{slug}.")
            retired = name in (file.retired_api if kind == "api" else file.retired_signing)
            assert retired or f"{slug}/{kind}-keys/{name}" in entries, f"{gone.kind} {gone.name} went"
            self.seen[f"{kind} key " + ("retired" if retired else "allowed to go")] += 1

    def require_same_end(self, before: Account) -> None:
        """The next update of the same files ends where this one would have.

        A new table that the last update had none of may be taken for one that was left: then it is adopted.
        """
        cut, ends = self.account, []
        for begin in (before, cut):
            self.account = begin.copy()
            again = self.update()
            try:
                again.checked(LastUpdate.of(begin.outputs))
            except WrongInput as refusal:
                if begin is before:
                    raise
                [asked] = re.findall(ADOPT, str(refusal))
                again = replace(again, adopt=(*again.adopt, asked))
                self.seen["asked for its own new table"] += 1
            list(again.run(self.account))
            ends.append(self.account)
        self.account = cut
        assert ends[0] == ends[1], "the update after one that was cut off ends elsewhere"

    def reshape(self, update: Update) -> None:
        for slug, promise in self.promises.items():
            file = update.files.get(slug)
            if file is None or file.status == "removed" or file.shape != promise.file.shape:
                promise.reshaped = True

    def kept_promises(self, update: Update) -> None:
        """After an update that went through."""
        promises: dict[str, Promise] = {}
        for slug in SLUGS:
            file, before = update.files.get(slug), self.promises.get(slug)
            own = {urn: made for urn, made in self.account.state.items() if made.resource.owner == slug}
            if file is None or file.status == "removed":
                assert not own, f"{slug} is there, and no file wants it"
                continue
            generations = {urn: made.generation for urn, made in own.items()}
            if before and not before.reshaped and before.file.shape == file.shape:
                assert generations == before.generations, f"{slug} is not what it was"
                back = file.status == "active" != before.file.status
                self.seen[f"back from {before.file.status}" if back else "as it was"] += 1
            closing = file.status == "offboarding"
            since = (before.closed_on if before else None) or update.today
            hurried = before is None or before.hurried or f"{slug}/until" in {*update.allow} - self.spent
            promises[slug] = Promise(file, since if closing else None, closing and hurried, generations)
        self.promises, self.spent = promises, frozenset(update.allow)


def test_no_walk_loses_what_no_file_declares_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulumi, "get_stack", lambda: CELL)
    monkeypatch.setattr(pulumi.log, "warn", lambda _: None)
    seen: Counter[str] = Counter()
    for seed in range(WALKS):
        walk = Walk(seed, monkeypatch)
        try:
            walk.go()
        except AssertionError as broken:
            pytest.fail("\n".join([f"walk {seed}: {broken}", *walk.log]))
        seen += walk.seen
    assert min(seen[each] for each in WALKED) >= 3, seen
