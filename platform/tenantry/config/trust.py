"""Refuse two tenants that one token could open, and names that stand for scopes which open nothing.

Tenants of one issuer are told apart by their audiences; in tokens without `aud`, by what stands for it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from tenantry.config.auth import Jwks, Oidc
from tenantry.config.conflicts import Candidate
from tenantry.config.findings import suggestion
from tenantry.config.tenants import audience
from tenantry.gateway import contract
from tenantry.groups import Groups
from tenantry.problems import Loc, Problem, dotted, shown


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose tokens a tenant accepts. `issuer` is None where the platform names it after the tenant; `keys`
    are the fingerprints of keys in the file, none where the issuer publishes them."""

    candidate: Candidate
    mode: Literal["jwks", "oidc"]
    claims: Jwks | Oidc
    audience: str
    keys: frozenset[bytes]

    @property
    def issuer(self) -> str | None:
        return self.claims.issuer

    def problem(self, loc: Loc, what: str, remedy: str) -> Problem:
        """A finding about the field `loc` below the mode."""
        full: Loc = ("auth", self.mode, *loc)
        document = self.candidate.document
        return Problem(document.file, document.line(full), f"{dotted(full)} {what}", remedy)


def shared_tokens(candidates: Iterable[Candidate]) -> Iterable[Problem]:
    """Two tenants that trust the same issuer for the same audience accept each other's tokens."""
    by_issuer: dict[str | None, list[Trust]] = defaultdict(list)
    for trust in _trusts(candidates):
        by_issuer[trust.issuer].append(trust)
    for issuer, group in by_issuer.items():
        alike: dict[str, list[Trust]] = defaultdict(list)
        for trust in group:
            alike[trust.audience].append(trust)
        for each in alike.values():
            yield from _of_one_audience(each)
        if issuer:
            yield from _of_other_claims(group)


def unknown_scopes(candidates: Iterable[Candidate], groups: Groups) -> Iterable[Problem]:
    """A name may stand for scopes of a group that is off, since tokens may hold such scopes too."""
    for trust in _trusts(candidates):
        for name, scopes in trust.claims.scope_names.items():
            known = contract.scopes(contract.load(groups), groups.names)
            for scope in scopes.split(" "):
                if scope not in known:
                    what = f"gives {shown(scope)}, which opens no route"
                    yield trust.problem(("scope_names", name), what, suggestion(scope, known, "scopes"))


def _trusts(candidates: Iterable[Candidate]) -> Iterator[Trust]:
    for candidate in candidates:
        if candidate.settings is None:
            continue
        auth = candidate.settings.auth
        named = audience(candidate.at.slug, auth)
        if auth.oidc:
            yield Trust(candidate, "oidc", auth.oidc, named, frozenset())
        elif auth.jwks:
            keys = frozenset(key.fingerprint() for key in auth.jwks.keys)
            yield Trust(candidate, "jwks", auth.jwks, named, keys)


def _of_one_audience(group: Sequence[Trust]) -> Iterable[Problem]:
    by_key: dict[bytes, Trust] = {}
    by_issuer: Trust | None = None
    for index, trust in enumerate(group):
        shared_key = next((by_key[key] for key in trust.keys if key in by_key), None)
        # An issuer's keys are not known here: each may be one that the other tenant's file lists.
        other = (by_issuer or shared_key) if trust.keys else (group[0] if index else None)
        if other:
            shared = "a key, issuer and audience" if trust.keys else "issuer and audience"
            what = f"has {shared} in common with {other.candidate.at.path}"
            remedy = "give each tenant an audience of its own; otherwise tokens of one open the other"
            yield trust.problem((), what, remedy)
        by_key = dict.fromkeys(trust.keys, trust) | by_key
        by_issuer = by_issuer or (None if trust.keys else trust)


def _of_other_claims(group: Sequence[Trust]) -> Iterable[Problem]:
    """A token without `aud` could name one tenant's audience in one claim, and the other's in another."""
    for one, other in combinations((each for each in group if each.claims.audience_claims), 2):
        verified = not one.keys or not other.keys or one.keys & other.keys
        mine, theirs = one.claims.audience_claims, other.claims.audience_claims
        if verified and one.audience != other.audience and _differ(mine, theirs):
            said = f"is {', '.join(theirs)}, but in {one.candidate.at.path} it is {', '.join(mine)}"
            what = f"{said}: one token without aud could name both"
            remedy = "write the same claims, in the same order, for tenants of one issuer"
            yield other.problem(("audience_fallback",), what, remedy)


def _differ(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether there are claims in which the first that is there differs between the two lists."""
    return any(
        mine != theirs and mine not in other[:place] and theirs not in one[:index]
        for index, mine in enumerate(one)
        for place, theirs in enumerate(other)
    )
