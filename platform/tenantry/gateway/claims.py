"""Refuse what a group's part of the contract may not claim, and what its declaration does not bear out.

A path's first segment, an operation's id and the name of a component belong to one group; a scope begins
with its group's name.
"""

import re
from collections.abc import Iterable, Iterator

from agreed.declarations import IDEMPOTENCY, Group
from tenantry.gateway.parts import COMPONENTS, MEMBERS, Operation, Part
from tenantry.paths import shown
from tenantry.problems import Problem

OWN_SEGMENTS = {"health"}
EXTENSIONS = {"x-tenantry-needs", "x-tenantry-scope"}

_SEGMENT = re.compile(r"[a-z][a-z0-9-]*")
_SCOPE = re.compile(r"[a-z][a-z0-9]*:[a-z][a-z0-9-]{0,30}")


def problems(core: Part, parts: Iterable[Part]) -> list[Problem]:
    found: list[Problem] = []
    segments: dict[str, Part] = dict.fromkeys(OWN_SEGMENTS, core)
    ids: dict[str, Part] = {each.content["operationId"]: core for each in core.operations()}
    for part in parts:
        found += [
            *_members(part),
            *_components(part, core),
            *_references(part, core),
            *_paths(part, segments),
            *_declared(part),
        ]
        own: set[str] = set()
        for operation in part.operations():
            found += _identified(part, operation, ids, own)
            found += _opened(part, operation)
    return found


def _members(part: Part) -> Iterator[Problem]:
    for name in part.document.keys() - MEMBERS:
        yield part.problem(
            f"a group's part holds no {name}", f"write {', '.join(sorted(MEMBERS))} alone", name
        )
    if not any(part.operations()):
        yield part.problem("the group has no routes", "add one below paths", "paths")


def _components(part: Part, core: Part) -> Iterator[Problem]:
    """Two parts' own are compared when they are joined; what all share is nobody's to change."""
    for kind, own in (part.document.get("components") or {}).items():
        if kind not in COMPONENTS:
            remedy = f"write {', '.join(sorted(COMPONENTS))} alone"
            yield part.problem(f"a group's components hold no {kind}", remedy, "components", kind)
            continue
        for name in own.keys() & core.document["components"].get(kind, {}).keys():
            where = ("components", kind, name)
            yield part.problem(f"{name} is a component that all groups share", "give it another name", *where)


def _references(part: Part, core: Part) -> Iterator[Problem]:
    """To what the part itself or all share: another group may not be installed."""
    for line, target in part.references():
        kind, _, name = target.removeprefix("#/components/").partition("/")
        known = [
            each.document.get("components", {}).get(kind, {})
            for each in (part, core)
            if "components" in each.document
        ]
        if not target.startswith("#/components/") or not any(name in each for each in known):
            what = f"{target} is neither this part's nor shared by all"
            yield Problem(shown(part.file), line, what, "define it in this file's components")


def _paths(part: Part, segments: dict[str, Part]) -> Iterator[Problem]:
    variables: dict[str, str] = {}
    for path in part.document.get("paths") or {}:
        first, *rest = path.removeprefix("/").split("/")
        if not path.startswith("/") or not _SEGMENT.fullmatch(first):
            yield part.problem(
                f"{path} is not a path of an API", "begin it with / and a plain word", "paths", path
            )
            continue
        claimed = segments.setdefault(first, part)
        if claimed is not part:
            what = f"/{first} is {shown(claimed.file)}'s already"
            yield part.problem(what, "begin the path with another word", "paths", path)
        before = f"/{first}"
        for segment in rest:
            if segment.startswith("{") and variables.setdefault(before, segment) != segment:
                what = f"{path} calls {variables[before]} below {before} {segment}"
                yield part.problem(what, "API Gateway takes one name there; use the same", "paths", path)
            before = f"{before}/{segment}"


def _identified(part: Part, operation: Operation, ids: dict[str, Part], own: set[str]) -> Iterator[Problem]:
    """`own` are the ids of the part's operations before this one."""
    where, name = ("paths", operation.path, operation.method), operation.content.get("operationId")
    if not isinstance(name, str) or not name:
        what = f"{operation.route} has no operationId"
        yield part.problem(what, "name it; handlers are found by it", *where)
    elif name in own:
        what = f"the operationId {name} is another operation's of this group"
        yield part.problem(what, "choose another", *where, "operationId")
    elif ids.setdefault(name, part) is not part:
        what = f"the operationId {name} is {shown(ids[name].file)}'s already"
        yield part.problem(what, "choose another", *where, "operationId")
    own.add(str(name))
    stated = {each for each in operation.content if each in ("security", "tags") or each.startswith("x-")}
    for key in sorted(stated - EXTENSIONS):
        remedy = "leave it out: a scope asks for a token, key_routes of the declaration excuse from it"
        yield part.problem(f"{operation.route} states {key}", remedy, *where, key)


def _opened(part: Part, operation: Operation) -> Iterator[Problem]:
    """By a scope, or by a reason why an API key is enough, or why there is none."""
    where, scope = ("paths", operation.path, operation.method), operation.content.get("x-tenantry-scope")
    name = part.group.name if part.group else ""
    group = part.group.group if part.group else None
    excusing = [name for name, route in _excused(group) if route == operation.route] if group else []
    if scope is None and not excusing:
        what = f"{operation.route} asks for no token"
        remedy = "name its x-tenantry-scope, or list it in key_routes with the reason"
        yield part.problem(what, remedy, *where)
    elif scope is not None and excusing:
        what = f"{operation.route} has a scope and is in {excusing[0]}"
        yield part.problem(what, "keep one of them", *where, "x-tenantry-scope")
    elif len(excusing) > 1:
        what = f"{operation.route} is in key_routes and in page_routes"
        yield part.problem(what, "keep one of them", *where)
    elif scope is not None and (not _SCOPE.fullmatch(str(scope)) or str(scope).partition(":")[0] != name):
        remedy = f"write a scope of this group, such as {name}:read"
        yield part.problem(f"{scope!r} is not a scope of {name}", remedy, *where, "x-tenantry-scope")


def _excused(group: Group) -> Iterator[tuple[str, str]]:
    """Routes that need no token, each with the member of the declaration that says so."""
    yield from (("key_routes", each.route) for each in group.key_routes)
    yield from (("page_routes", each.route) for each in group.page_routes)


def _declared(part: Part) -> Iterator[Problem]:
    """What the declaration names exists in the contract, and the other way round."""
    if part.group is None:
        return
    group = part.group.group
    operations = list(part.operations())
    routes, ids = (
        {each.route for each in operations},
        {each.content.get("operationId") for each in operations},
    )
    for list_, route in _excused(group):
        if route not in routes:
            what = f"{list_} names {route}, which is not a route here"
            yield part.problem(what, "correct one of the two", "paths")
    for metric in group.metrics:
        for name in metric.operations:
            if name not in ids:
                yield part.problem(
                    f"{metric.name} is counted by {name}, which is not an operation here",
                    "correct one of the two",
                    "paths",
                )
    granted = {use.kind for use in group.function.uses if "put" in use.actions}
    for operation in operations:
        if operation.repeatable and IDEMPOTENCY not in granted:
            what = f"{operation.route} takes an Idempotency-Key, and the function may not put its record"
            yield part.problem(
                what,
                f'add use("{IDEMPOTENCY}", "put") to the declaration',
                "paths",
                operation.path,
                operation.method,
            )
