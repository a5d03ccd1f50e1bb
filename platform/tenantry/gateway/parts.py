"""Read each group's part of the contract with the line of everything in it, and refuse what it may not claim.

A part holds `description`, `paths` and `components`. A path's first segment, an operation's id and the name
of a component belong to one group; a scope begins with its group's name.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from agreed.declarations import COUNT, IDEMPOTENCY
from tenantry.gateway.located import Loader, Located
from tenantry.groups.installed import Installed, members
from tenantry.problems import ConfigErrors, Problem

METHODS = ("get", "post", "put", "patch", "delete")
MEMBERS = {"description", "paths", "components"}
IDEMPOTENCY_KEY = "#/components/parameters/IdempotencyKey"
OWN_SEGMENTS = {"health"}

_SEGMENT = re.compile(r"[a-z][a-z0-9-]*")
_SCOPE = re.compile(r"[a-z][a-z0-9]*:[a-z][a-z0-9-]{0,30}")

Document = dict[str, Any]
Path_ = tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """A file of the contract; `group` is None for what all groups share."""

    file: Path
    document: Document
    node: yaml.Node | None
    group: Installed | None = None

    def line(self, *keys: str) -> int:
        """Of a member of a mapping, or of what should hold it."""
        node, line = self.node, 1
        for key in keys:
            pairs = node.value if isinstance(node, yaml.MappingNode) else []
            found = next(((name, value) for name, value in pairs if name.value == key), None)
            if found is None:
                return line
            line, node = found[0].start_mark.line + 1, found[1]
        return line

    def problem(self, what: str, remedy: str, *keys: str) -> Problem:
        return Problem(str(self.file), self.line(*keys), what, remedy)

    def operations(self) -> "Iterator[Operation]":
        for path, item in (self.document.get("paths") or {}).items():
            for method in METHODS:
                if method in item:
                    yield Operation(path, method, item[method])


class Operation(NamedTuple):
    path: str
    method: str
    content: Located

    @property
    def route(self) -> str:
        return f"{self.method.upper()} {self.path}"

    @property
    def repeatable(self) -> bool:
        """Whether it takes an Idempotency-Key."""
        return {"$ref": IDEMPOTENCY_KEY} in self.content.get("parameters", [])


def read(file: Path, group: Installed | None = None) -> Part:
    """Raises ConfigErrors: it is missing, or not YAML."""
    try:
        with file.open("rb") as stream:
            loader = Loader(stream)
            node = loader.get_single_node()
            document = loader.construct_document(node) if node else {}
    except FileNotFoundError:
        remedy = "add it: the group's routes stand there"
        raise ConfigErrors(
            [Problem(str(file), 1, "the group's part of the contract is missing", remedy)]
        ) from None
    except yaml.reader.ReaderError as error:
        problem = Problem(str(file), 1, f"this is not YAML: {error.reason}", "save it as UTF-8")
        raise ConfigErrors([problem]) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigErrors(
            [Problem(str(file), line, f"this is not YAML: {error.problem}", "correct it")]
        ) from None
    if not isinstance(document, dict):
        raise ConfigErrors([Problem(str(file), 1, "the file is not a mapping", "write paths and components")])
    return Part(file, document, node, group)


def problems(core: Part, parts: Iterable[Part]) -> list[Problem]:
    parts = list(parts)
    found: list[Problem] = []
    known = {
        f"#/components/{kind}/{name}"
        for part in (core, *parts)
        for kind, own in (part.document.get("components") or {}).items()
        for name in own
    }
    segments: dict[str, Part] = dict.fromkeys(OWN_SEGMENTS, core)
    ids: dict[str, Part] = {each.content["operationId"]: core for each in core.operations()}
    for part in parts:
        found += [
            *_references(part, known),
            *_members(part),
            *_components(part, core),
            *_paths(part, segments),
            *_declared(part),
        ]
        for operation in part.operations():
            found += _operation(part, operation, ids)
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
        for name in own.keys() & core.document["components"].get(kind, {}).keys():
            where = ("components", kind, name)
            yield part.problem(f"{name} is a component that all groups share", "give it another name", *where)


def _references(part: Part, known: set[str]) -> Iterator[Problem]:
    for place in _mappings(part.document):
        reference = place.get("$ref")
        if reference is not None and reference not in known:
            line = int(place.place.rpartition(":")[2])
            what, remedy = f"there is no {reference}", "declare it in components, or correct the reference"
            yield Problem(str(part.file), line, what, remedy)


def _mappings(value: Any) -> Iterator[Located]:
    if isinstance(value, Located):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _mappings(each)


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
            what = f"/{first} is {claimed.file}'s already"
            yield part.problem(what, "begin the path with another word", "paths", path)
        before = f"/{first}"
        for segment in rest:
            if segment.startswith("{") and variables.setdefault(before, segment) != segment:
                what = f"{path} calls {variables[before]} below {before} {segment}"
                yield part.problem(what, "API Gateway takes one name there; use the same", "paths", path)
            before = f"{before}/{segment}"


def _operation(part: Part, operation: Operation, ids: dict[str, Part]) -> Iterator[Problem]:
    where = ("paths", operation.path, operation.method)
    content, group = operation.content, part.group.group if part.group else None
    name = content.get("operationId")
    if not name:
        yield part.problem(
            f"{operation.route} has no operationId", "name it; handlers are found by it", *where
        )
    elif ids.setdefault(name, part) is not part:
        yield part.problem(f"the operationId {name} is {ids[name].file}'s already", "choose another", *where)
    for key in ("security", "tags", "x-tenantry-group"):
        if key in content:
            what = f"{operation.route} states {key}"
            remedy = "leave it out: a scope asks for a token, key_routes of the declaration excuse from it"
            yield part.problem(what, remedy, *where, key)
    scope, open_ = (
        content.get("x-tenantry-scope"),
        {each.route for each in group.key_routes} if group else set(),
    )
    if scope is None and operation.route not in open_:
        what = f"{operation.route} asks for no token"
        yield part.problem(
            what, "name its x-tenantry-scope, or list it in key_routes with the reason", *where
        )
    if scope is not None:
        if group and (not _SCOPE.fullmatch(str(scope)) or scope.partition(":")[0] != group.name):
            remedy = f"write a scope of this group, such as {group.name}:read"
            yield part.problem(
                f"{scope!r} is not a scope of {group.name}", remedy, *where, "x-tenantry-scope"
            )
        if operation.route in open_:
            yield part.problem(
                f"{operation.route} has a scope and is in key_routes", "keep one of them", *where
            )


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
    for open_ in group.key_routes:
        if open_.route not in routes:
            yield part.problem(
                f"key_routes names {open_.route}, which is no route here", "correct one of the two", "paths"
            )
    for metric in group.metrics:
        for name in metric.operations:
            if name not in ids:
                yield part.problem(
                    f"{metric.name} is counted by {name}, which is no operation here",
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
    counted = any(record.counted_by for record in group.records)
    counts = any(use.kind == COUNT for member in members(group) for use in member.function.uses)
    if counted and not counts:
        yield part.problem(
            "a record is counted, and no function may count", f'add use("{COUNT}", "update")', "paths"
        )
