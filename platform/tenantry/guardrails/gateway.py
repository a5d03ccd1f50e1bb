"""Rules on the door: every route states who may call it, every stage logs what went through."""

from collections.abc import Iterator, Mapping
from typing import Any

from tenantry.guardrails.exemptions import OPEN_ROUTES, key_routes, page_routes
from tenantry.guardrails.resources import UNKNOWN, Stack
from tenantry.guardrails.violations import Violation
from tenantry.rules.domains import TLS_POLICY
from tenantry.rules.kinds.tokens import CERTIFICATE, DOMAIN_NAME, OTHER_DOORS, RECORD, REST_API, STAGE
from tenantry.rules.requirements import KEY, TOKEN, asked

_ANY_METHOD = "x-amazon-apigateway-any-method"
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", _ANY_METHOD)


def every_stage_logs(stack: Stack) -> Iterator[Violation]:
    for stage in stack.of(STAGE):
        if stage.at("xrayTracingEnabled") is None:
            yield Violation(stage, "does not state whether it traces; set xrayTracingEnabled")
        for setting in ("destinationArn", "format"):
            if not stage.at(f"accessLogSettings.{setting}"):
                yield Violation(stage, f"writes no access log; set accessLogSettings.{setting}")


def every_route_is_guarded(stack: Stack) -> Iterator[Violation]:
    for api in stack.of(REST_API):
        body = api.document("body")
        if body is UNKNOWN:
            continue
        if not body:
            yield Violation(api, "has no body, so nothing states who may call it; give it the contract's")
            continue
        for route, operation in _operations(body):
            if "security" not in operation:
                yield Violation(api, f"{route} states no security; write [] if anybody may call it")
                continue
            for missing in _missing(route, asked(body, operation["security"])):
                yield Violation(api, f"{route} can be called without {missing}; state it, or list the route")


def every_domain_refuses_old_tls(stack: Stack) -> Iterator[Violation]:
    for domain in stack.of(DOMAIN_NAME):
        policy = domain.at("securityPolicy")
        if policy not in (UNKNOWN, TLS_POLICY):
            found = "does not state which TLS it accepts" if policy is None else f"accepts TLS by {policy}"
            yield Violation(domain, f"{found}; set securityPolicy to {TLS_POLICY}")


def every_record_leads_to_its_own_domain(stack: Stack) -> Iterator[Violation]:
    """By what it is made of: where it leads is AWS's to say, and no preview knows it."""
    for record in stack.of(RECORD):
        made_of, kind = ("aliases", DOMAIN_NAME) if record.at("aliases") else ("records", CERTIFICATE)
        own = {each.urn for each in stack.of(kind) if stack.tenant_of(each) == stack.tenant_of(record)}
        if not own & record.sources.get(made_of, frozenset()):
            yield Violation(
                record,
                "does not lead to a domain of the program's; make it from the outputs of a domain or a "
                "certificate",
            )


def every_door_is_the_contracts(stack: Stack) -> Iterator[Violation]:
    for door in stack.of(*OTHER_DOORS):
        yield Violation(door, "opens a way in beside the contract; put the route into the API's body")


def _operations(body: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """By a name such as `GET /items/{collection}`."""
    for path, item in body.get("paths", {}).items():
        for method, operation in item.items():
            if method in _METHODS:
                yield f"{'ANY' if method == _ANY_METHOD else method.upper()} {path}", operation


def _missing(route: str, asked_for: frozenset[str]) -> list[str]:
    """What the route needs and can be called without."""
    method = route.partition(" ")[0]
    if route in OPEN_ROUTES or f"{method} *" in OPEN_ROUTES or route in page_routes():
        return []
    needed = (KEY,) if route in key_routes() else (KEY, TOKEN)
    return [each for each in needed if each not in asked_for]
