"""A deployment is a copy of the API at that time; the emulator serves each stage from the API's current
state.
"""

import copy
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from typing import Any

Snapshot = Mapping[str, Any]
"""By the emulator's name for a kind of part, such as `_resources`: the API's own, by id."""

PARTS = ("_resources", "_authorizers_v1", "_request_validators")
_snapshots: dict[tuple[str, str], Snapshot] = {}  # by the API's id and the deployment's
_served: ContextVar[Snapshot | None] = ContextVar("served", default=None)


def repair() -> None:
    from ministack.services import apigateway_v1 as gateway

    create, delete, execute = (
        gateway._create_deployment,
        gateway._delete_deployment,
        gateway._execute_in_scope,
    )

    def create_and_copy(api_id: str, data: Any) -> Any:
        before = set(gateway._deployments_v1.get(api_id, {}))
        answer = create(api_id, data)
        for made in set(gateway._deployments_v1.get(api_id, {})) - before:
            _snapshots[api_id, made] = {
                part: copy.deepcopy(getattr(gateway, part).get(api_id, {})) for part in PARTS
            }
        return answer

    def delete_and_forget(api_id: str, deployment_id: str) -> Any:
        _snapshots.pop((api_id, deployment_id), None)
        return delete(api_id, deployment_id)

    async def execute_what_was_deployed(request: Any, api_id: str, stage_name: str, *rest: Any) -> Any:
        stage = gateway._stages_v1.get(api_id, {}).get(stage_name) or {}
        token = _served.set(_snapshots.get((api_id, stage.get("deploymentId", ""))))
        try:
            return await execute(request, api_id, stage_name, *rest)
        finally:
            _served.reset(token)

    gateway._create_deployment = create_and_copy
    gateway._delete_deployment = delete_and_forget
    gateway._execute_in_scope = execute_what_was_deployed
    for part in PARTS:
        _look_into_the_copy(part, getattr(gateway, part))


def kept() -> list[tuple[str, str, Snapshot]]:
    """All copies, as JSON holds them."""
    return [(api_id, made, snapshot) for (api_id, made), snapshot in _snapshots.items()]


def restore(copies: Iterable[tuple[str, str, Snapshot]]) -> None:
    """What `kept` answered."""
    _snapshots.update({(api_id, made): snapshot for api_id, made, snapshot in copies})


def _look_into_the_copy(part: str, stored: Any) -> None:
    """What a request reads of an API, and whoever manages the API does not."""
    kind = type(stored)

    def get(self: Any, api_id: str, default: Any = None) -> Any:
        served = _served.get()
        return kind.get(self, api_id, default) if served is None else served[part]

    stored.__class__ = type(f"{kind.__name__}OrItsCopy", (kind,), {"__slots__": (), "get": get})
