"""The shape of a right: which calls on what; and the policy that a set of rights makes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from tenantry.rules.arns import Arns
from tenantry.rules.naming import Names

Condition = dict[str, dict[str, Any]]

TAGGING = "TagResource UntagResource"  # as most services call it
TAGS_READ = "ListTagsForResource"


@dataclass(frozen=True, slots=True)
class Place:
    """Which stack, in which account and Region; `zones` are the hosted zones of its domains, by their ids."""

    names: Names
    arns: Arns
    zones: tuple[str, ...] = ("*",)


def anywhere(_place: Place) -> list[str]:
    """Of calls that know no resources, and of what bears no name yet."""
    return ["*"]


def named(spell: Callable[[Arns, Names], Iterable[str]]) -> Callable[[Place], list[str]]:
    """Of what bears a name of ours."""
    return lambda place: list(spell(place.arns, place.names))


def unconditional(_place: Place) -> Condition:
    return {}


@dataclass(frozen=True, slots=True)
class Right:
    """`reads` and `writes` are actions without the service, divided by blanks.

    Rights of one `sid` are on the same resources under the same condition, and make one statement.
    """

    sid: str
    service: str
    writes: str = ""
    reads: str = ""
    on: Callable[[Place], list[str]] = anywhere
    condition: Callable[[Place], Condition] = unconditional


def policy(rights: Iterable[Right], place: Place) -> dict[str, Any]:
    statements: dict[str, dict[str, Any]] = {}
    for right in rights:
        actions = {f"{right.service}:{verb}" for verb in (right.reads + " " + right.writes).split()}
        made = statements.setdefault(right.sid, _statement(right, place))
        made["Action"] = sorted({*made["Action"], *actions})
    return {"Version": "2012-10-17", "Statement": list(statements.values())}


def _statement(right: Right, place: Place) -> dict[str, Any]:
    made = {"Sid": right.sid, "Effect": "Allow", "Action": [], "Resource": right.on(place)}
    condition = right.condition(place)
    return {**made, "Condition": condition} if condition else made
