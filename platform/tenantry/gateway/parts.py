"""Read each group's part of the contract with the line of everything in it, and refuse what is not one.

A part holds `description`, `paths` and `components`; nothing in it falls through unread.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tenantry.gateway.located import Loader, Located
from tenantry.groups.installed import Installed
from tenantry.paths import shown
from tenantry.problems import ConfigErrors, Problem

METHODS = ("get", "post", "put", "patch", "delete")
MEMBERS = {"description", "paths", "components"}
IDEMPOTENCY_KEY = "#/components/parameters/IdempotencyKey"
COMPONENTS = {"headers", "parameters", "responses", "schemas"}

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
        return Problem(shown(self.file), self.line(*keys), what, remedy)

    def references(self) -> "Iterator[tuple[int, str]]":
        """Line and target of each `$ref`."""
        return _references(self.node)

    def is_page(self, operation: "Operation") -> bool:
        """Whether its group declares that neither key nor token opens it."""
        pages = self.group.group.page_routes if self.group else ()
        return any(each.route == operation.route for each in pages)

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


def _references(node: yaml.Node | None) -> Iterator[tuple[int, str]]:
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.value == "$ref" and isinstance(value, yaml.ScalarNode):
                yield value.start_mark.line + 1, value.value
            else:
                yield from _references(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _references(value)


def read(file: Path, group: Installed | None = None) -> Part:
    """Raises ConfigErrors: it is missing, not YAML, or not of the shape that a part has."""
    try:
        with file.open("rb") as stream:
            loader = Loader(stream)
            node = loader.get_single_node()
            document = loader.construct_document(node) if node else {}
    except FileNotFoundError:
        remedy = "add it: the group's routes stand there"
        raise _refusal(file, 1, "the group's part of the contract is missing", remedy) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise _refusal(file, line, f"this is not YAML: {error.problem}", "correct it") from None
    except (yaml.YAMLError, ValueError):
        raise _refusal(
            file, 1, "this is not text in UTF-8 without control characters", "save it so"
        ) from None
    if not isinstance(document, dict):
        raise _refusal(file, 1, "the file is not a mapping", "write paths and components")
    part = Part(file, document, node, group)
    if found := [*_repeated(file, node), *_misshapen(part)]:
        raise ConfigErrors(found)
    return part


def _refusal(file: Path, line: int, what: str, remedy: str) -> ConfigErrors:
    return ConfigErrors([Problem(shown(file), line, what, remedy)])


def _repeated(file: Path, node: yaml.Node | None) -> Iterator[Problem]:
    """YAML takes the last of two members of one name, and drops the first."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for name, _ in node.value:
            if name.value in seen:
                line = name.start_mark.line + 1
                yield Problem(shown(file), line, f"{name.value} is written twice", "keep one of them")
            seen.add(name.value)
        for _, value in node.value:
            yield from _repeated(file, value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _repeated(file, value)


def _misshapen(part: Part) -> Iterator[Problem]:
    """Whatever is read as a mapping is one."""
    for place in ("components", "paths"):
        members = part.document.get(place) or {}
        if not isinstance(members, dict):
            yield part.problem(f"{place} is not a mapping", "write its members below it", place)
            continue
        for name, inner in members.items():
            if not isinstance(name, str) or not isinstance(inner, dict):
                yield part.problem(f"{name} is not a mapping", "write its members below it", place, str(name))
            elif place == "paths":
                yield from _misshapen_methods(part, name, inner)


def _misshapen_methods(part: Part, path: str, item: Document) -> Iterator[Problem]:
    for method, content in item.items():
        where = ("paths", path, str(method))
        if method not in METHODS:
            yield part.problem(f"{path} has {method}", f"write {', '.join(METHODS)} alone", *where)
        elif not isinstance(content, dict):
            yield part.problem(f"{method} of {path} is not a mapping", "write the operation below it", *where)
        elif not isinstance(content.get("parameters") or [], list):
            yield part.problem(
                f"{method} of {path} has parameters that are not a list", "write one", *where, "parameters"
            )
