"""Say what a release is, which releases a cell keeps, and which one each tenant runs.

A release is what runs: code, layers and contract, named by the digest of them all, so that equal ones are one
in every cell. It never changes, and a tenant that moves to another one moves to what is there already.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from types import MappingProxyType
from typing import Any, Self

from tenantry.config import Cell, Tenant
from tenantry.errors import WrongInput
from tenantry.groups import Groups
from tenantry.holds import NONE_HELD, Holds
from tenantry.packing.artifact import Artifact, LambdaTarget
from tenantry.rules import grants, policies
from tenantry.rules.grants import Reach
from tenantry.rules.policies import Policy

KEPT = 5  # beside those that tenants run
EVERYBODY = "*"
NEWEST, KEPT_WORD = "newest", "kept"
MARK_DIGITS, ID_DIGITS = 12, 12


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of a release, which several may share.

    `mark` ends the names by which the engine knows the part's resources. It is empty for the first of a kind,
    whose names are those of a stack that knew no releases.
    """

    digest: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Served:
    """A function as the release's code has it: Lambda's name for its handler, and the rights it needs."""

    handler: str
    rights: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Release:
    """What runs.

    Attributes:
        since: when the stack first had it, in UTC.
        layers: by group; the platform's own under an empty name.
        contract: the digest is that of the gateway's body, which a deployment of the API has a copy of.
        groups: all that the contract serves.
        functions: of all groups, by name.
    """

    id: str
    since: str
    runtime: str
    architecture: str
    code: Piece
    layers: Mapping[str, Piece]
    contract: Piece
    groups: tuple[str, ...]
    functions: Mapping[str, Served]

    @property
    def target(self) -> LambdaTarget:
        return LambdaTarget(self.runtime, self.architecture)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of_json(cls, stored: Mapping[str, Any]) -> Self:
        functions = {
            name: Served(each["handler"], tuple(each["rights"])) for name, each in stored["functions"].items()
        }
        layers = {group: Piece(**each) for group, each in stored["layers"].items()}
        parts = {"code": Piece(**stored["code"]), "contract": Piece(**stored["contract"])}
        own = {"layers": layers, "groups": tuple(stored["groups"]), "functions": functions, **parts}
        return cls(**{**stored, **own})


@dataclass(frozen=True, slots=True)
class Releases:
    """`kept` are oldest first, and the newest, which is what the project holds now, is the last of them.

    `instead` has the ids of what a rollback holds tenants off, by slug, of those that are held.
    """

    kept: tuple[Release, ...]
    runs: Mapping[str, Release]
    instead: Mapping[str, str] = field(default_factory=dict)

    @property
    def newest(self) -> Release:
        return self.kept[-1]


def digest_of(body: Mapping[str, Any]) -> str:
    """Of a gateway's body, as it is written."""
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def made(
    code: Artifact,
    layers: Mapping[str, Artifact],
    target: LambdaTarget,
    contract: tuple[str, str],
    groups: Groups,
    before: Collection[Release],
    now: str,
) -> Release:
    """What the project holds now, as a release; the recorded one where the stack has it already.

    The same code may be recorded with what an earlier program granted it: today's program says what it needs.

    Args:
        layers: by group, as in `Release`.
        contract: digests of the gateway's body: for this stack, and for none in particular.
        before: what the stack keeps.
    """
    here, anywhere = contract
    named = {"code": code.digest, **{f"layer/{group}": each.digest for group, each in layers.items()}}
    whole = {**named, "contract": anywhere, "runtime": target.runtime, "architecture": target.architecture}
    identifier = hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()[:ID_DIGITS]
    for each in before:
        if each.id == identifier and each.contract.digest == here:
            return replace(each, groups=groups.names, functions=served(groups))
    return Release(
        id=identifier,
        since=now,
        runtime=target.runtime,
        architecture=target.architecture,
        code=_piece(code.digest, [each.code for each in before]),
        layers={
            group: _piece(each.digest, [old.layers[group] for old in before if group in old.layers])
            for group, each in layers.items()
        },
        contract=_piece(here, [each.contract for each in before]),
        groups=groups.names,
        functions=served(groups),
    )


def _piece(digest: str, before: list[Piece]) -> Piece:
    same = (each for each in before if each.digest == digest)
    return next(same, Piece(digest, f"@{digest[:MARK_DIGITS]}" if before else ""))


def resolved(
    newest: Release,
    before: tuple[Release, ...],
    cell: Cell,
    wanted: Mapping[str, str],
    ran: Mapping[str, str],
    today: Mapping[str, Served],
    holds: Holds = NONE_HELD,
    elsewhere: Collection[str] = (),
    instead_of: Mapping[str, str] = MappingProxyType({}),
) -> Releases:
    """Which release each tenant runs, and which are kept: those, what they ran before, and the last five.

    Args:
        before: what the stack keeps, oldest first.
        wanted: what the stack's file says, by tenant or for everybody.
        ran: ids of what tenants ran at the last update.
        today: the functions of the newest release, which decide what functions are made and what they may do.
        elsewhere: ids of what tenants run whom other stacks declare.
        instead_of: `Releases.instead` of the last update.

    Raises:
        WrongInput: a release is not kept, or cannot run beside what the groups declare today.
    """
    _refuse_strangers(wanted, cell)
    history = (*(each for each in before if each.id != newest.id), newest)
    known = {each.id: each for each in history}
    runs: dict[str, Release] = {}
    instead: dict[str, str] = {}
    for tenant in cell.tenants:
        choice = tenant.release or wanted.get(tenant.slug) or wanted.get(EVERYBODY) or NEWEST
        if choice == KEPT_WORD:
            choice = ran.get(tenant.slug, NEWEST)
        chosen = newest.id if choice == NEWEST else choice
        held = holds.held(tenant.slug, chosen, ran.get(tenant.slug))
        if held not in known:
            there = ", ".join(f"{each.id} of {each.since}" for each in history)
            raise WrongInput(f"{tenant.slug}: no release {held} is kept here; those that are: {there}")
        if held != chosen:
            instead[tenant.slug] = chosen
        elif held == ran.get(tenant.slug) and instead_of.get(tenant.slug) in holds.off:
            # A setting has it stay here too. When the setting goes, the hold must still be there.
            instead[tenant.slug] = instead_of[tenant.slug]
        runs[tenant.slug] = known[held]
        _require_runnable(tenant, known[held], today)
    running = {*elsewhere, *ran.values(), *(each.id for each in runs.values())}
    recent = {each.id for each in history[-KEPT:]}
    return Releases(tuple(each for each in history if each.id in running | recent), runs, instead)


def _refuse_strangers(wanted: Mapping[str, str], cell: Cell) -> None:
    known = {tenant.slug for tenant in cell.tenants}
    for slug in wanted:
        if slug != EVERYBODY and slug not in known:
            raise WrongInput(
                f"tenantry:releases names {slug!r}, which is not a tenant of cell {cell.name}; "
                f"those that are: {', '.join(sorted(known)) or 'none'}"
            )


def _require_runnable(tenant: Tenant, release: Release, today: Mapping[str, Served]) -> None:
    """Whatever a tenant has is made as its groups declare it today; the release's code must do with that."""
    cannot = f"{tenant.slug} cannot run release {release.id}"
    remedy = "let it run the newest, or deploy declarations that suit both"
    for group in release.groups:
        if group not in tenant.groups.names:
            raise WrongInput(f"{cannot}: it serves group {group}, which is not installed; {remedy}")
    for member in tenant.members:
        had = release.functions.get(member.name)
        if had is None:
            raise WrongInput(f"{cannot}: it has no function {member.name}; {remedy}")
        missing = sorted(set(had.rights) - set(today[member.name].rights))
        if missing:
            raise WrongInput(
                f"{cannot}: its {member.name} needs {missing[0]}, which no declaration grants today; {remedy}"
            )


def served(groups: Groups) -> dict[str, Served]:
    """The functions of all groups, with what each may do for a tenant that has everything."""
    mail = policies.by_email(["sender"], "sender", ["receiver"])
    secrets = {each.name: f"secret {each.name}" for each in groups.secrets}
    queues = {each.name: f"queue {each.name}" for each in groups.queues}
    reach = Reach("the table", "its log", secrets, queues, mail, listed=groups.names)
    return {
        member.name: Served(
            member.handler, tuple(sorted(set(_rights(grants.of_member(member, groups, "tenant", reach)))))
        )
        for member in groups.members
    }


def _rights(policy: Policy) -> Iterator[str]:
    """One for each action, resource and value that a condition lets pass."""
    for statement in policy["Statement"]:
        conditions = statement.get("Condition", {})
        passed = [
            f" where {key} is {value}"
            for test in conditions.values()
            for key, values in test.items()
            for value in _listed(values)
        ] or [""]
        for action in _listed(statement["Action"]):
            for resource in _listed(statement["Resource"]):
                yield from (f"{action} on {resource}{each}" for each in passed)


def _listed(value: str | Iterable[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
