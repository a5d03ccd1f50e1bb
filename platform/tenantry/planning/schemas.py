"""How a schema breaks clients of an older one: rules alone, over OpenAPI's dialect of JSON Schema.

One comparison serves both directions: whatever is sent has to be what the reader expects. In a request
clients send by the old schema and the platform reads by the new one; in an answer it is the other way round.
Beyond that, a member that was named and is gone breaks either way, and clients pass over members that they
don't know.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

Schema = Mapping[str, Any]

TYPES = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})
# Each bound with the keyword that leaves the bound itself out.
LOWER = {"minimum": "exclusiveMinimum", "minLength": "", "minItems": "", "minProperties": ""}
UPPER = {"maximum": "exclusiveMaximum", "maxLength": "", "maxItems": "", "maxProperties": ""}
EXACT = ("pattern", "format", "multipleOf", "uniqueItems")  # the reader's has to be the sender's too
NARROWER = {("format", "int32", "int64"), ("format", "float", "double")}  # of the same numbers
ANNOTATIONS = frozenset({"title", "description", "example", "examples", "externalDocs", "deprecated", "xml"})
COMPARED = frozenset(
    {"type", "nullable", "enum", "default", "items", "properties", "required", "additionalProperties"}
    | {*LOWER, *UPPER, *LOWER.values(), *UPPER.values(), *EXACT}
)


class Side(Enum):
    """Who sends: with each, how to say that something may be missing, has no place any more, or is wider."""

    REQUEST = ("is now required", "is no longer accepted", "no longer accepts {}")
    RESPONSE = ("may now be missing", "is gone", "may now be {}")

    @property
    def missing(self) -> str:
        return self.value[0]

    @property
    def gone(self) -> str:
        return self.value[1]

    def other(self, what: object) -> str:
        return self.value[2].format(what)


@dataclass(frozen=True)
class Schemas:
    """Compares schemas of two documents, whose references lead into each its own."""

    side: Side
    old: Mapping[str, Any]
    new: Mapping[str, Any]
    _open: list[tuple[int, int]] = field(default_factory=list)  # a schema may hold itself

    def breaks(self, old: Schema, new: Schema, place: str) -> Iterator[str]:
        """Each break as `place: what`; `place` grows by the member's name, or by `[]`."""
        pair = (id(old), id(new))
        if pair in self._open:
            return
        self._open.append(pair)
        olds, news = _alternatives(old, self.old), _alternatives(new, self.new)
        if len(olds) == len(news) == 1:
            yield from self._one(olds[0], news[0], place)
        else:
            yield from self._several(olds, news, place)
        self._open.pop()

    def _several(self, olds: list[Schema], news: list[Schema], place: str) -> Iterator[str]:
        sent, expected = self._by_direction(olds, news)
        for number, each in enumerate(sent, start=1):
            fits = (not any(True for _ in self._one(*self._by_age(each, other), place)) for other in expected)
            if not any(fits):
                yield f"{place} {self.side.other(f'form {number} of {len(sent)}')}"

    def _one(self, old: Schema, new: Schema, place: str) -> Iterator[str]:
        yield from self._values(old, new, place)
        yield from self._limits(old, new, place)
        yield from self._members(old, new, place)
        if "items" in old and "items" in new:
            yield from self.breaks(old["items"], new["items"], f"{place}[]")
        elif "items" in self._by_direction(old, new)[1]:
            yield f"{place}[] {self.side.other('anything')}"
        for keyword in sorted(old.keys() | new.keys()):
            known = keyword in COMPARED or keyword in ANNOTATIONS or keyword.startswith("x-")
            if not known and old.get(keyword) != new.get(keyword):
                yield f"{place}: {keyword} has changed, and what that breaks is not known here"

    def _values(self, old: Schema, new: Schema, place: str) -> Iterator[str]:
        sent, expected = self._by_direction(old, new)
        wider = _types(sent) - _types(expected)
        if wider:
            named = " or ".join(sorted(wider)) if "type" in sent else "any type"
            yield f"{place} {self.side.other(named)}"
        elif "enum" in expected:
            taken = expected["enum"]
            values = [each for each in sent.get("enum", ["others"]) if each not in taken]
            if values:
                yield f"{place} {self.side.other(', '.join(map(str, values)))}"
        if self.side is Side.REQUEST and "default" in old and old["default"] != new.get("default"):
            now = new.get("default", "none")
            yield f"{place}: default: {old['default']} → {now}, for those who leave it out"

    def _limits(self, old: Schema, new: Schema, place: str) -> Iterator[str]:
        sent, expected = self._by_direction(old, new)
        for sign, bounds in ((1, LOWER), (-1, UPPER)):
            for keyword, exclusive in bounds.items():
                inner, outer = (_bound(each, keyword, exclusive, sign) for each in (sent, expected))
                if outer is not None and (inner is None or inner < outer):
                    was, is_ = (_stated(each, keyword, exclusive) for each in (old, new))
                    yield f"{place}: {keyword}: {was} → {is_}"
        for keyword in EXACT:
            inner, outer = sent.get(keyword), expected.get(keyword)
            if outer and inner != outer and not _narrower(keyword, inner, outer):
                yield f"{place}: {keyword}: {_stated(old, keyword)} → {_stated(new, keyword)}"

    def _members(self, old: Schema, new: Schema, place: str) -> Iterator[str]:
        sent, expected = self._by_direction(old, new)
        olds, news = old.get("properties", {}), new.get("properties", {})
        for name in olds:
            if name not in news:
                yield f"{place}.{name} {self.side.gone}"
            else:
                yield from self.breaks(olds[name], news[name], f"{place}.{name}")
        gone = olds.keys() - news.keys()
        for name in sorted({*expected.get("required", ())} - {*sent.get("required", ())} - gone):
            yield f"{place}.{name} {self.side.missing}"
        yield from self._others(old, new, place)

    def _others(self, old: Schema, new: Schema, place: str) -> Iterator[str]:
        """Members without a name of their own."""
        was, is_ = (each.get("additionalProperties", True) for each in (old, new))
        sent, expected = self._by_direction(was, is_)
        if isinstance(was, Mapping) and isinstance(is_, Mapping):
            yield from self.breaks(was, is_, f"{place}.*")
        elif isinstance(expected, Mapping) and sent is True:
            yield f"{place}.* {self.side.other('anything')}"
        elif expected is False and sent is not False and self.side is Side.REQUEST:
            yield f"{place}.* {self.side.other('members without a name here')}"
        if self.side is Side.RESPONSE and isinstance(was, Mapping):
            olds = old.get("properties", {})
            for name, each in new.get("properties", {}).items():
                if name not in olds:
                    yield from self.breaks(was, each, f"{place}.{name}")

    def _by_direction(self, old: Any, new: Any) -> tuple[Any, Any]:
        """What is sent, and what is expected."""
        return (old, new) if self.side is Side.REQUEST else (new, old)

    def _by_age(self, sent: Schema, expected: Schema) -> tuple[Schema, Schema]:
        return (sent, expected) if self.side is Side.REQUEST else (expected, sent)


def resolved(value: Mapping[str, Any], document: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a reference into the document's components leads to, or the value itself."""
    while "$ref" in value:
        found: Any = document
        for step in str(value["$ref"]).removeprefix("#/").split("/"):
            found = found[step]
        value = found
    return value


def _alternatives(schema: Schema, document: Mapping[str, Any]) -> list[Schema]:
    """What any one of is enough, each with what holds for all of them."""
    flat = _flat(schema, document)
    choices = [*flat.get("oneOf", ()), *flat.get("anyOf", ())]
    if not choices:
        return [flat]
    common = {name: value for name, value in flat.items() if name not in ("oneOf", "anyOf")}
    return [_both(common, each) for choice in choices for each in _alternatives(choice, document)]


def _flat(schema: Schema, document: Mapping[str, Any]) -> Schema:
    """Without `allOf`: all that its parts ask for at once."""
    schema = resolved(schema, document)
    flat: Schema = {name: value for name, value in schema.items() if name != "allOf"}
    for part in schema.get("allOf", ()):
        flat = _both(flat, _flat(part, document))
    return flat


def _both(one: Schema, other: Schema) -> Schema:
    merged = {**one, **other}
    merged |= {name: max(one[name], other[name]) for name in LOWER if name in one and name in other}
    merged |= {name: min(one[name], other[name]) for name in UPPER if name in one and name in other}
    if "enum" in one and "enum" in other:
        merged["enum"] = [each for each in one["enum"] if each in other["enum"]]
    if "required" in one and "required" in other:
        merged["required"] = [*one["required"], *other["required"]]
    if "properties" in one and "properties" in other:
        merged["properties"] = {**one["properties"], **other["properties"]}
    return merged


def _types(schema: Schema) -> frozenset[str]:
    """An integer is a number, so what takes numbers takes integers."""
    stated = schema.get("type")
    if stated is None:
        return TYPES
    named = frozenset([stated] if isinstance(stated, str) else stated)
    null = frozenset({"null"} if schema.get("nullable") else ())
    return named | null | (frozenset({"integer"}) if "number" in named else frozenset())


def _bound(schema: Schema, keyword: str, exclusive: str, sign: int) -> tuple[float, bool] | None:
    """Comparable: the greater, the narrower. OpenAPI 3.1 gives the number to the exclusive keyword itself."""
    left_out = schema.get(exclusive, False) if exclusive else False
    if keyword not in schema and (left_out is False or left_out is True):
        return None
    if left_out is not True and left_out is not False:
        return (sign * left_out, True)
    return (sign * schema[keyword], bool(left_out))


def _narrower(keyword: str, inner: Any, outer: Any) -> bool:
    if keyword == "multipleOf":
        return inner is not None and inner % outer == 0
    return (keyword, inner, outer) in NARROWER


def _stated(schema: Schema, keyword: str, exclusive: str = "") -> str:
    left_out = schema.get(exclusive, False) if exclusive else False
    if left_out is False or (left_out is True and keyword not in schema):
        return str(schema.get(keyword, "none"))
    return f"{schema[keyword] if left_out is True else left_out}, left out"
