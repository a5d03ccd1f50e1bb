"""Join the groups' parts to the API's contract; complete each operation by what holds for all of its kind."""

from collections.abc import Iterable
from copy import deepcopy
from functools import cache
from typing import Any, NamedTuple

from tenantry import groups as installed_groups
from tenantry import paths
from tenantry.gateway import claims, parts
from tenantry.gateway.located import Located
from tenantry.gateway.parts import IDEMPOTENCY_KEY, METHODS, Operation, Part
from tenantry.groups import Groups
from tenantry.problems import ConfigErrors, Problem

Document = dict[str, Any]

# What an operation answers beside what its part says: by what it asks for, each with the shared response.
ALWAYS = {
    "400": "BadRequest",  # a parameter that the route does not know, if nothing else
    "403": "Forbidden",
    "404": "NotFound",
    "429": "TooManyRequests",
    "500": "InternalError",
    "503": "Unavailable",
    "504": "Timeout",
}
WITH_TOKEN = {"401": "Unauthorized"}
WITH_BODY = {"413": "PayloadTooLarge", "415": "UnsupportedMediaType"}
WITH_IDEMPOTENCY_KEY = {"409": "Conflict", "422": "IdempotencyKeyReused"}
IF_MATCH = "#/components/parameters/IfMatch"
WITH_MATCH = {"412": "PreconditionFailed"}


class Route(NamedTuple):
    """`repeatable`: it takes an Idempotency-Key; `scope` is None where no token opens it; `parameters` are
    those of its query, sorted."""

    method: str
    resource: str
    group: str
    operation: str
    scope: str | None
    repeatable: bool
    parameters: tuple[str, ...] = ()

    def __str__(self) -> str:
        """As log lines and metrics name it."""
        return f"{self.method} {self.resource}"


def load(groups: Groups | None = None) -> Document:
    """The whole contract of the groups, by default of all that are installed.

    Raises:
        ConfigErrors: a part claims what it may not.
    """
    return _joined(installed_groups.current() if groups is None else groups)


@cache
def _joined(groups: Groups) -> Document:
    core = parts.read(paths.CONTRACT)
    own = [parts.read(each.contract, each) for each in groups.installed]
    problems = claims.problems(core, own)
    if problems:
        raise ConfigErrors(problems)
    document = deepcopy(core.document)
    for part in own:
        problems += _join(document, part, groups)
    if problems:
        raise ConfigErrors(problems)
    return document


def _join(document: Document, part: Part, groups: Groups) -> list[Problem]:
    name = part.group.name if part.group else ""
    document["tags"].append({"name": name, "description": part.document.get("description", name)})
    for operation in part.operations():
        if operation.content.get("x-tenantry-needs", name) in groups.names:
            item = document["paths"].setdefault(operation.path, {})
            item[operation.method] = _completed(operation, name, page=part.is_page(operation))
    problems = []
    for kind, components in (part.document.get("components") or {}).items():
        for each, content in components.items():
            if each in document["components"].setdefault(kind, {}):
                what = f"the component {each} is another group's already"
                problems.append(part.problem(what, "give it another name", "components", kind, each))
            document["components"][kind][each] = content
    return problems


def _completed(operation: Operation, group: str, *, page: bool) -> Document:
    content = {"parameters": [], **operation.content}
    scope = content.get("x-tenantry-scope")
    responses = dict(ALWAYS)
    if scope:
        responses |= WITH_TOKEN
    if "requestBody" in content:
        responses |= WITH_BODY
    if operation.repeatable:
        responses |= WITH_IDEMPOTENCY_KEY
    if any(each.get("$ref") == IF_MATCH or each.get("name") == "If-Match" for each in content["parameters"]):
        responses |= WITH_MATCH
    shared = {status: {"$ref": f"#/components/responses/{name}"} for status, name in responses.items()}
    stated = content.get("responses", {})
    if operation.repeatable:
        stated = {
            status: _replayed(answer) if status[:1] == "2" else answer for status, answer in stated.items()
        }
    completed = Located(
        content,
        tags=[group],
        security=[] if page else [{"api_key": [], "token": []} if scope else {"api_key": []}],
        responses=dict(sorted({**shared, **stated}.items())),
        **{"x-tenantry-group": group},
    )
    completed.place = operation.content.place
    return completed


def _replayed(answer: Document) -> Document:
    header = {"Idempotent-Replayed": {"$ref": "#/components/headers/IdempotentReplayed"}}
    return {**answer, "headers": {**answer.get("headers", {}), **header}}


def routes(contract: Document) -> tuple[Route, ...]:
    """Those that functions serve, in the contract's order."""
    return tuple(
        Route(
            method.upper(),
            resource,
            operation["x-tenantry-group"],
            operation["operationId"],
            operation.get("x-tenantry-scope"),
            {"$ref": IDEMPOTENCY_KEY} in operation.get("parameters", []),
            _query(operation, contract),
        )
        for resource, item in contract["paths"].items()
        for method, operation in item.items()
        if method in METHODS and operation["x-tenantry-group"] != "core"
    )


def _query(operation: Document, contract: Document) -> tuple[str, ...]:
    shared = contract["components"].get("parameters", {})
    stated = [
        shared[each["$ref"].rpartition("/")[2]] if "$ref" in each else each
        for each in operation.get("parameters", [])
    ]
    return tuple(sorted(each["name"] for each in stated if each["in"] == "query"))


def installed_routes() -> tuple[Route, ...]:
    """Those of the groups that are installed."""
    return _routes(installed_groups.current())


@cache
def _routes(groups: Groups) -> tuple[Route, ...]:
    return routes(load(groups))


def scopes(contract: Document, groups: Iterable[str]) -> list[str]:
    """Every scope that a route of these groups needs, sorted."""
    wanted = set(groups)
    return sorted({route.scope for route in routes(contract) if route.scope and route.group in wanted})
