"""Find what a changed contract breaks for clients of the old one: rules alone, over OpenAPI 3.0.

A break is a correct call that is now refused, or an answer that clients cannot read. What clients can ignore
(another member in an answer, another error) is not a break.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tenantry.gateway.parts import METHODS
from tenantry.gateway.published import CORE
from tenantry.planning.schemas import Schemas, Side, resolved

Document = Mapping[str, Any]
SUCCESS = "23"  # what the statuses begin with that a client waits for


@dataclass(frozen=True, slots=True)
class Break:
    method: str
    path: str
    what: str

    @property
    def route(self) -> str:
        return f"{self.method.upper()} {self.path}"

    def __str__(self) -> str:
        return f"{self.route}: {self.what}"


@dataclass(frozen=True, slots=True)
class _Operation:
    """With its path and the document that it refers into."""

    path: str
    content: Document
    document: Document

    def stated(self, name: str) -> Document:
        return resolved(self.content.get(name, {}), self.document)


@dataclass(frozen=True, slots=True)
class _Pair:
    """Of one operation, before and after."""

    old: _Operation
    new: _Operation

    def schemas(self, side: Side) -> Schemas:
        return Schemas(side, self.old.document, self.new.document)


def breaks(old: Document, new: Document, before: Collection[str], after: Collection[str]) -> Iterator[Break]:
    """Each break for the clients of a tenant, in the order of the old contract.

    Args:
        before: the route groups that the tenant had on. One that it switches off is left out: all of it goes.
        after: those that it has on now.
    """
    now = {_shape(path): (path, item) for path, item in new.get("paths", {}).items()}
    for path, item in old.get("paths", {}).items():
        there, then = now.get(_shape(path), (path, {}))
        for method in METHODS:
            was, is_ = item.get(method), then.get(method)
            if was is None or not (_on(was, before) and _on(was, after)):
                continue
            if is_ is None or not _on(is_, after):
                yield Break(method, path, "it is gone")
                continue
            pair = _Pair(_Operation(path, was, old), _Operation(there, is_, new))
            for what in dict.fromkeys(_operation(pair)):  # two media types may share a schema
                yield Break(method, path, what)


def _on(operation: Document, groups: Collection[str]) -> bool:
    return operation.get("x-tenantry-group", CORE) in {CORE, *groups}


def _shape(path: str) -> str:
    """What a client's calls depend on: not the names of a path's parameters."""
    return re.sub(r"{[^}]*}", "{}", path)


def _operation(pair: _Pair) -> Iterator[str]:
    yield from _access(pair)
    yield from _parameters(pair)
    yield from _body(pair)
    yield from _answers(pair)


def _access(pair: _Pair) -> Iterator[str]:
    was, is_ = (each.content.get("x-tenantry-scope") for each in (pair.old, pair.new))
    if is_ and is_ != was:
        yield f"it now needs the scope {is_}" + (f", in place of {was}" if was else "")
    asked = _credentials(pair.new)
    if any(not any(each <= shown for each in asked) for shown in _credentials(pair.old)):
        yield "the credentials that clients send are no longer enough"


def _credentials(operation: _Operation) -> list[frozenset[str]]:
    """The alternative sets of credentials; a client needs one of them."""
    schemes = operation.document.get("components", {}).get("securitySchemes", {})
    ways = operation.content.get("security", operation.document.get("security"))
    return [frozenset(_shown(schemes.get(name, {"name": name})) for name in way) for way in ways or [{}]]


def _shown(scheme: Document) -> str:
    return " ".join(str(scheme.get(each, "")) for each in ("type", "scheme", "in", "name"))


def _parameters(pair: _Pair) -> Iterator[str]:
    olds, news = _named(pair.old), _named(pair.new)
    for key, old in olds.items():
        name, new = f"{old['in']} parameter {old['name']}", news.get(key)
        if new is None:
            yield f"{name} is no longer accepted"
            continue
        if new.get("required") and not old.get("required"):
            yield f"{name} is now required"
        if any(old.get(each) != new.get(each) for each in ("style", "explode")):
            yield f"{name} is written in another way"
        yield from pair.schemas(Side.REQUEST).breaks(old.get("schema", {}), new.get("schema", {}), name)
    for key, new in news.items():
        if new.get("required") and key not in olds:
            yield f"{new['in']} parameter {new['name']} is now required"


def _named(operation: _Operation) -> dict[tuple[str, str], Document]:
    """Those of a path by their place in it, those of headers without case."""
    places = re.findall(r"{([^}]*)}", operation.path)
    found: dict[tuple[str, str], Document] = {}
    for stated in operation.content.get("parameters", ()):
        each = resolved(stated, operation.document)
        name = each["name"].lower() if each["in"] == "header" else each["name"]
        found[each["in"], str(places.index(name)) if name in places else name] = each
    return found


def _body(pair: _Pair) -> Iterator[str]:
    old, new = (each.stated("requestBody") for each in (pair.old, pair.new))
    if new.get("required") and not old.get("required"):
        yield "body is now required"
    if old and not new:
        yield "body is no longer accepted"
    else:
        yield from _content(pair, Side.REQUEST, old, new, "body")


def _content(pair: _Pair, side: Side, old: Document, new: Document, place: str) -> Iterator[str]:
    news = new.get("content", {})
    for media, was in old.get("content", {}).items():
        if media not in news:
            yield f"{place} as {media} {side.gone}"
        else:
            yield from pair.schemas(side).breaks(was.get("schema", {}), news[media].get("schema", {}), place)


def _answers(pair: _Pair) -> Iterator[str]:
    """Errors are one kind of answer: what they share is said once."""
    news = pair.new.content.get("responses", {})
    for status, stated in pair.old.content.get("responses", {}).items():
        succeeds = status[0] in SUCCESS
        if status in news:
            old, new = resolved(stated, pair.old.document), resolved(news[status], pair.new.document)
            name = status if succeeds else "error"
            yield from _content(pair, Side.RESPONSE, old, new, f"{name} body")
            yield from _headers(pair, old, new, name)
        elif succeeds:
            yield f"it no longer answers {status}"


def _headers(pair: _Pair, old: Document, new: Document, answer: str) -> Iterator[str]:
    news = {name.lower(): resolved(each, pair.new.document) for name, each in new.get("headers", {}).items()}
    for name, each in old.get("headers", {}).items():
        was, is_ = resolved(each, pair.old.document), news.get(name.lower())
        place = f"{answer} header {name}"
        if is_ is None:
            yield f"{place} {Side.RESPONSE.gone}"
            continue
        if was.get("required") and not is_.get("required"):
            yield f"{place} {Side.RESPONSE.missing}"
        yield from pair.schemas(Side.RESPONSE).breaks(was.get("schema", {}), is_.get("schema", {}), place)
