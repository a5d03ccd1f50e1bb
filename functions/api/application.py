"""One function's way through a request: route, handle, and answer every error as a problem.

Handlers raise; nothing leaves a function but a response of the API's own shape.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from agreed.metrics import REPLAYS
from agreed.routes import find, methods
from api import capacity, cors, deadline, logs, metrics, problems, settings
from api.deadline import Invocation
from api.errors import ApiError, Forbidden, NotFound
from api.requests import Request
from api.responses import Response

REPLAYED: Final = "Idempotent-Replayed"  # an answer to a repeat: nothing was done again
Handlers = Mapping[str, Callable[[Request], Response]]
Refuse = Callable[[ApiError, str], Response]  # of an error and the request's id


def serve(
    group: str,
    handlers: Handlers,
    event: Mapping[str, Any],
    invocation: Invocation,
    refuse: Refuse = problems.answer,
) -> dict[str, Any]:
    """`handlers` maps operation ids of the route table. Routes of other groups are answered with 404:
    the gateway sends them here for a tenant that has not switched their group on.

    Args:
        refuse: answers an error of a request, where a standard has another form than a problem for it.
    """
    started = time.perf_counter_ns()
    config = settings.current()
    request = Request.of(event)
    logs.begin(tenant=config.tenant, route=_name(request), request_id=request.request_id)
    origin = request.header("origin") if config.cors_origins else None
    if request.method == "OPTIONS" and (allowed := methods(group, request.resource)):
        asked = request.header("access-control-request-headers")
        response = Response(204, cors.preflight_headers(config, origin, allowed, asked))
        extra: dict[str, str] = {}
    else:
        with deadline.of(invocation):
            response = _answer(group, handlers, request, refuse)
        extra = cors.headers(config, origin)
    counts = metrics.take()
    if REPLAYS in counts:
        extra[REPLAYED] = "true"
    duration_ms = (time.perf_counter_ns() - started) // 100_000 / 10
    logs.end(
        "answered",
        counts,
        status=response.status,
        duration_ms=duration_ms,
        **capacity.units(counts),
    )
    return response.for_gateway(extra)


def _name(request: Request) -> str:
    """As the contract names it: HEAD is the GET that it asks about."""
    return f"{'GET' if request.method == 'HEAD' else request.method} {request.resource}"


def _answer(group: str, handlers: Handlers, request: Request, refuse: Refuse) -> Response:
    try:
        route = find(group, request.method, request.resource)
        if route is None:
            raise NotFound("the API has no such route, or this tenant has not switched it on")
        # The gateway's verdict has `*` for a parameter, which matches slashes and other routes' words too.
        if route.scope is not None and route.scope not in request.scopes:
            detail = f"the token lacks the scope that the contract states for this method of {route.path}"
            raise Forbidden(detail)
        request.take_only(route.parameters)
        return handlers[route.operation](request)
    except ApiError as error:
        if error.__cause__ is not None:
            logs.failure("a service behind the API failed", error)
        return refuse(error, request.request_id)
    except Exception as error:  # the last line of defence: whatever it is, the client gets a problem
        logs.failure("unexpected failure", error)
        return problems.internal_error(request.request_id)
