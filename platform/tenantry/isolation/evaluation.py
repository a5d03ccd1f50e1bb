"""Decide whether a role may do something, by the emulator's IAM evaluator."""

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from ministack.core.iam_evaluator import EvalContext, ParsedStatement, evaluate

from tenantry.isolation import actions
from tenantry.isolation.reading import LEADING_KEYS, ReadPolicy, listed

NOTHING = "nothing allows it"
OF_A_CONDITION = "the condition of "


class Decision(StrEnum):
    """`HELD`: the role's own policy allows it, and the boundary alone stops it."""

    DENIED = "denied"
    HELD = "held back by the boundary alone"
    ALLOWED = "allowed"


class Verdict(NamedTuple):
    """`by` names policy and statement, as `own/Use`."""

    decision: Decision
    by: str


class Request(NamedTuple):
    """`keys` are the partition keys that it touches; None where it carries none."""

    action: str
    resource: str
    keys: tuple[str, ...] | None = None


class Holder:
    """Who holds policies, perhaps within a boundary; `role` is its ARN. What was decided is kept: many ask
    again."""

    def __init__(
        self,
        own: tuple[ReadPolicy, ...],
        boundary: ReadPolicy | None,
        account: str,
        region: str,
        role: str,
    ) -> None:
        self.own = own
        self._role = role
        self._boundary = None if boundary is None else [list(boundary.statements)]
        self._where = account, region
        self._concerned: dict[str, list[list[ParsedStatement]]] = {}
        self._reached: dict[tuple[str, str], str] = {}
        self._decided: dict[Request, Verdict] = {}

    def actions(self) -> frozenset[str]:
        """Every action that a statement allows, on whatever."""
        held: frozenset[str] = frozenset()
        for statement in self._statements("Allow"):
            if statement.not_actions:
                held |= actions.all_but(statement.not_actions)
            for pattern in statement.actions:
                held |= actions.meant(pattern)
        return held

    def resources(self) -> frozenset[str]:
        return frozenset(each for one in self._statements("Allow") for each in one.resources or ["*"])

    def key_patterns(self) -> frozenset[str]:
        """What its conditions on leading keys name."""
        return frozenset(
            str(value)
            for one in self._statements("Allow")
            for operator, keys in one.conditions.items()
            if operator.lower() != "null"
            for values in keys.values()
            for value in listed(values)
        )

    def decide(self, request: Request) -> Verdict:
        if request not in self._decided:
            self._decided[request] = self._decide(request)
        return self._decided[request]

    def _decide(self, request: Request) -> Verdict:
        without_conditions = self._reaching(request.action, request.resource)
        if not without_conditions:
            return Verdict(Decision.DENIED, NOTHING)
        context = self._context(request)
        concerned = self._concerning(request.action)
        alone = evaluate(context, concerned)
        if alone.decision != "Allow":
            return Verdict(Decision.DENIED, alone.matched_sid or OF_A_CONDITION + without_conditions)
        if self._boundary is not None and evaluate(context, concerned, self._boundary).decision != "Allow":
            return Verdict(Decision.HELD, alone.matched_sid)
        return Verdict(Decision.ALLOWED, alone.matched_sid)

    def _statements(self, effect: str) -> Iterator[ParsedStatement]:
        return (one for policy in self.own for one in policy.statements if one.effect == effect)

    def _concerning(self, action: str) -> list[list[ParsedStatement]]:
        """The policies without the statements on other actions, which decide nothing here."""
        if action not in self._concerned:
            self._concerned[action] = [
                [one for one in policy.statements if _is_about(one, action)] for policy in self.own
            ]
        return self._concerned[action]

    def _reaching(self, action: str, resource: str) -> str:
        """The statement that allows it on some condition; empty if none does, where most requests end."""
        asked = action, resource
        if asked not in self._reached:
            bare = [
                [ParsedStatement(o.sid, o.effect, o.actions, o.not_actions, o.resources, o.not_resources)
                 for o in policy if o.effect == "Allow"]
                for policy in self._concerning(action)
            ]  # fmt: skip
            self._reached[asked] = evaluate(self._context(Request(*asked)), bare).matched_sid
        return self._reached[asked]

    def _context(self, request: Request) -> EvalContext:
        account, region = self._where
        return EvalContext(
            principal_arn=self._role,  # what `aws:PrincipalArn` holds of a role's session
            principal_type="AssumedRole",
            principal_account=account,
            action=request.action,
            resource_arn=request.resource,
            region=region,
            service_context={} if request.keys is None else {LEADING_KEYS: list(request.keys)},
        )


def _is_about(statement: ParsedStatement, action: str) -> bool:
    alone = ParsedStatement("", "Allow", statement.actions, statement.not_actions, ["*"])
    return bool(evaluate(EvalContext("", "", "", action, "*", ""), [[alone]]).decision == "Allow")
