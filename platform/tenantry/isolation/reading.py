"""Read each policy in the most permissive way that its wording allows.

A proof must hold whatever a caller's circumstances are, and the evaluator denies where it does not know: for
a proof that is the wrong way. So in an `Allow`, a condition counts as met unless it is about leading keys or
about the role that calls, and a policy variable counts as `*`; a `Deny` that hangs on either counts for
nothing. Leading keys are several values: AWS asks for a set operator there, and a condition without one,
whose meaning its documentation leaves open, counts as met too.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ministack.core.iam_evaluator import ParsedStatement, parse_policy_document, validate_policy_document

from tenantry.errors import Failed

LEADING_KEYS = "dynamodb:leadingkeys"
CALLER = "aws:principalarn"
EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}

_SETS = ("forallvalues:", "foranyvalue:")
_ON_ARNS = frozenset(f"arn{negation}{kind}" for negation in ("", "not") for kind in ("equals", "like"))
_ON_STRINGS = frozenset(
    f"string{negation}{kind}" for negation in ("", "not") for kind in ("equals", "like", "equalsignorecase")
)


class Unreadable(Failed):
    """A policy cannot be read; the message says which and why."""


@dataclass(frozen=True, eq=False)
class ReadPolicy:
    """Statements whose Sid names the policy too. The same text is the same policy."""

    statements: tuple[ParsedStatement, ...]

    @classmethod
    def read(cls, name: str, document: dict[str, Any]) -> "ReadPolicy":
        """Raises Unreadable: what the evaluator would ignore must not count as harmless."""
        return cls._parsed(name, json.dumps(document))

    @classmethod
    @lru_cache(maxsize=256)
    def _parsed(cls, name: str, text: str) -> "ReadPolicy":
        document = json.loads(text)
        fault = validate_policy_document(document)
        statements = [] if fault else parse_policy_document(document)
        if not all((o.actions or o.not_actions) and (o.resources or o.not_resources) for o in statements):
            fault = "a statement names no action or no resource"
        if fault:
            raise Unreadable(f"the policy {name} cannot be read: {fault}")
        return cls(tuple(_as_its_holder_would_like(name, statements)))


def _as_its_holder_would_like(name: str, statements: list[ParsedStatement]) -> Iterator[ParsedStatement]:
    for number, one in enumerate(statements, start=1):
        one.sid = f"{name}/{one.sid or f'statement {number}'}"
        understood = _understood(one.conditions)
        if one.effect == "Deny" and (
            understood != one.conditions or any("${" in each for each in (*one.resources, *one.not_resources))
        ):
            continue
        one.conditions = understood
        one.resources = [_without_variables(each) for each in one.resources]
        one.not_resources = [each for each in one.not_resources if "${" not in each]
        yield one


def _understood(conditions: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    kept = {
        operator: {key: values for key, values in keys.items() if _is_understood(operator, key, values)}
        for operator, keys in conditions.items()
    }
    return {operator: keys for operator, keys in kept.items() if keys}


def _is_understood(operator: str, key: str, values: Any) -> bool:
    """Whether it is about the role that calls, or about leading keys by an operator whose meaning on several
    values is defined."""
    expected, plain = listed(values), operator.lower()
    if any("${" in str(value) for value in expected):
        return False
    if key.lower() == CALLER:
        return plain in _ON_ARNS
    if key.lower() != LEADING_KEYS:
        return False
    if plain == "null":
        return len(expected) == 1
    return plain.startswith(_SETS) and plain.partition(":")[2].removesuffix("ifexists") in _ON_STRINGS


def listed(values: Any) -> list[Any]:
    """A policy may write one value without the list."""
    return values if isinstance(values, list) else [values]


def _without_variables(pattern: str) -> str:
    """`a/${aws:username}/b` as `a/*/b`."""
    head, *rest = pattern.split("${")
    return head + "".join("*" + each.partition("}")[2] for each in rest)
