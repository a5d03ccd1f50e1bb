"""Read the engine's own preview of a stack: what it would do to what is really deployed."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tenantry import paths
from tenantry.errors import Failed
from tenantry.local.engine.changes import Step
from tenantry.operations.engine import Engine
from tenantry.planning.declared import DeclaredResource
from tenantry.planning.steps import Stepped
from tenantry.rules.kinds.tokens import COMPONENTS, STACK, TENANT

State = Mapping[str, Any]

# The engine's operations. The parts of a replacement are said beside it; a provider is no resource of AWS's.
STEPS = {
    "create": Step.CREATED,
    "update": Step.CHANGED,
    "replace": Step.REPLACED,
    "delete": Step.REMOVED,
    "import": Step.ADOPTED,
}
PASSED_OVER = frozenset({"same", "create-replacement", "delete-replaced", "read", "refresh"})
PROVIDERS = "pulumi:providers:"


@dataclass(frozen=True, slots=True)
class Preview:
    """`before` holds what is there of the resources that change, `steps` what becomes of them.

    `digest` is the same for as long as the engine would take the same steps to the same inputs.
    """

    before: dict[str, DeclaredResource]
    steps: Sequence[Stepped]
    digest: str


def together(previews: Iterable[Preview]) -> Preview:
    """Of several stacks."""
    before: dict[str, DeclaredResource] = {}
    done: list[Stepped] = []
    digests = hashlib.sha256()
    for each in previews:
        before |= each.before
        done += each.steps
        digests.update(each.digest.encode())
    return Preview(before, done, digests.hexdigest())


def read(text: str) -> Preview:
    """What `pulumi preview --json` printed.

    Raises:
        Failed: it holds a step that this plan does not know.
    """
    changes = list(_changes(json.loads(text)["steps"]))
    before = {urn: _resource(urn, old) for urn, _, old, _ in changes if old}
    steps = [
        Stepped(
            Step.RETAINED if operation == "delete" and old.get("retainOnDelete") else STEPS[operation],
            _resource(urn, new or old),
        )
        for urn, operation, old, new in changes
    ]
    return Preview(before, steps, _digest(changes))


def _digest(changes: Iterable[tuple[str, str, State, State]]) -> str:
    wanted = sorted(
        (urn, operation, json.dumps(new.get("inputs"), sort_keys=True)) for urn, operation, _, new in changes
    )
    return hashlib.sha256(json.dumps(wanted).encode()).hexdigest()


def _changes(steps: Iterable[State]) -> Iterator[tuple[str, str, State, State]]:
    """URN and operation, with what is there and what is wanted; without components and providers."""
    for step in steps:
        urn, operation = step["urn"], step["op"]
        if operation not in STEPS and operation not in PASSED_OVER:
            raise Failed(f"the engine would {operation} {urn}, which this plan does not know")
        old, new = step.get("oldState") or {}, step.get("newState") or {}
        token = (new or old)["type"]
        if operation in STEPS and token != STACK and not token.startswith((COMPONENTS, PROVIDERS)):
            yield urn, operation, old, new


def _resource(urn: str, state: State) -> DeclaredResource:
    return DeclaredResource(
        urn=urn,
        type=state["type"],
        name=urn.rpartition("::")[2],
        owner=owner(urn),
        inputs=dict(state.get("inputs") or {}),
        ignored=[],
        sources={},
        retained=bool(state.get("retainOnDelete")),
    )


def owner(urn: str) -> str:
    """The tenant below whose component it is, or empty: a preview leaves out parents that stay the same.

    Below a tenant every name is the slug, or begins with it and a dot, which no slug holds.
    """
    _, _, types, name = urn.split("::", 3)
    return name.partition(".")[0] if types.partition("$")[0] == TENANT else ""


def previewed(stack: str) -> Preview:
    """What `pulumi up` would do to the stack, as the CLI on PATH says; it changes nothing.

    Raises:
        Failed: there is no CLI, or the preview fails, as it does where the program refuses the change.
    """
    return read(Engine(stack, paths.ROOT).preview())
