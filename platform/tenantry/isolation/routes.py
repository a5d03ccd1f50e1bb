"""Rules on the API's body: a route leads to its stage's function, by a verdict on key and token together.

Each rule yields the leaks that break it. Members of integrations and authorizers are listed; any
other may send requests anywhere, so it is a leak by itself.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from tenantry import groups
from tenantry.execution.registration import Registered
from tenantry.gateway.body import VERDICT_TTL_SECONDS
from tenantry.isolation.cells import RegisteredCell
from tenantry.isolation.functions import INVOKE
from tenantry.isolation.leaks import Leak, leak
from tenantry.rules.kinds.tokens import REST_API
from tenantry.rules.requirements import KEY, TOKEN, asked

INTEGRATION, AUTHORIZER = "x-amazon-apigateway-integration", "x-amazon-apigateway-authorizer"
MOCKED = {"passthroughBehavior", "requestTemplates", "responses", "type"}
PROXIED = {"httpMethod", "passthroughBehavior", "timeoutInMillis", "type", "uri"}
JUDGING = {"authorizerResultTtlInSeconds", "authorizerUri", "identitySource", "type"}
# Both are part of the key under which a verdict is kept, so it never serves another key or token.
IDENTITY = {"method.request.header.authorization", "method.request.header.x-api-key"}

Document = dict[str, Any]


def a_route_leads_to_its_stages_function_alone(cell: RegisteredCell) -> Iterator[Leak]:
    """Or to the mock, which answers by itself."""
    for api, body in _bodies(cell):
        for route, operation in _operations(body):
            integration = operation.get(INTEGRATION) or {}
            mocked = integration.get("type") == "mock"
            by = f"the integration of {route}"
            for member in sorted(integration.keys() - (MOCKED if mocked else PROXIED)):
                yield leak(api, INVOKE, str(integration[member]), f"{member} in {by}")
            if not mocked and not (
                integration.get("type") == "aws_proxy" and _is_of_stage(cell, integration.get("uri"))
            ):
                yield leak(api, INVOKE, _reached(integration.get("uri")), by)


def a_method_asks_for_what_its_route_needs(cell: RegisteredCell) -> Iterator[Leak]:
    """A key and a verdict, or a key alone or nothing where a group declares it so, as the import would set
    the method.

    A preflight and the mock, which holds no data, ask for nothing.
    """
    by_key_alone = {each.route for group in groups.current() for each in group.key_routes}
    pages = {each.route for group in groups.current() for each in group.page_routes}
    for api, body in _bodies(cell):
        for route, operation in _operations(body):
            if route.startswith("OPTIONS ") or operation.get(INTEGRATION, {}).get("type") == "mock":
                continue
            stated = re.sub("^HEAD ", "GET ", route)  # whatever serves GET, to the same callers
            needed = set() if stated in pages else {KEY} if route in by_key_alone else {KEY, TOKEN}
            for missing in sorted(needed - asked(body, operation.get("security", []))):
                yield leak(api, "execute-api:Invoke", route, f"its methods, without {missing}")


def a_verdict_is_on_key_and_token_together(cell: RegisteredCell) -> Iterator[Leak]:
    """By the stage's own authorizer, and kept no longer than the program means it to be."""
    for api, body in _bodies(cell):
        for name, scheme in body.get("components", {}).get("securitySchemes", {}).items():
            judge = scheme.get(AUTHORIZER)
            if judge is None:
                continue
            for fault in _faults(cell, judge):
                yield leak(
                    api, "execute-api:Invoke", _reached(judge.get("authorizerUri")), f"{fault} of {name}"
                )


def _faults(cell: RegisteredCell, judge: Document) -> Iterator[str]:
    yield from sorted(judge.keys() - JUDGING)
    if judge.get("type") != "request":
        yield "type"
    sources = {each.strip().lower() for each in str(judge.get("identitySource", "")).split(",")}
    if not sources >= IDENTITY:
        yield "identitySource"
    kept = judge.get("authorizerResultTtlInSeconds")
    if not isinstance(kept, int) or kept > VERDICT_TTL_SECONDS:  # left out, it is 300
        yield "authorizerResultTtlInSeconds"
    if not _is_of_stage(cell, judge.get("authorizerUri")):
        yield "authorizerUri"


def _is_of_stage(cell: RegisteredCell, uri: Any) -> bool:
    head, tail = cell.arns.invocation("|").split("|")
    return bool(re.fullmatch(rf"{re.escape(head)}\$\{{stageVariables\.\w+\}}{re.escape(tail)}", str(uri)))


def _reached(uri: Any) -> str:
    """The function's name, or whatever else it is."""
    named = re.search(r":function:([^/]*)/invocations", str(uri))
    return named[1] if named else str(uri or "nothing")


def _bodies(cell: RegisteredCell) -> Iterator[tuple[Registered, Document]]:
    for api in cell.of(REST_API):
        yield api, json.loads(api.inputs.get("body") or "{}")


def _operations(body: Document) -> Iterator[tuple[str, Document]]:
    for path, item in body.get("paths", {}).items():
        for method, operation in item.items():
            if isinstance(operation, dict):
                yield f"{method.upper()} {path}", operation
