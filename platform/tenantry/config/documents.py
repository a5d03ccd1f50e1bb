"""Read a YAML document into plain values and the line of each, refusing what only surprises.

Parsing events are read instead of composed nodes: they know the line of an alias and of a second key, and
a document that nests too deeply is left before it costs anything. PyYAML reads here, because its C parser
is many times faster than ruamel.yaml. Scalars are read by YAML 1.2: `no` and `1_000` are texts.
An empty value is refused: whether it means the default or a line forgotten, only its author knows.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from tenantry.problems import Loc, Problem, dotted, shown

MAX_DEPTH = 16  # the deepest field, auth.jwks.keys[0].key_ops[0], lies at 6
UNREAD = object()  # stands for a value whose problem is already reported

PARSER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
# Control characters, and the invisible ones that end a line or reverse it for the reader only.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
)
_LINE_END = re.compile(r"\r\n|\r|\n")
_LINE_ENDS = re.compile(rb"\r\n|\r|\n")
_CONSTANTS = {"": None, "~": None} | {
    spelling: value
    for word, value in (("null", None), ("true", True), ("false", False))
    for spelling in (word, word.capitalize(), word.upper())
}
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,17})?(?:[eE][-+]?[0-9]{1,3})?")


@dataclass(slots=True)
class YamlDocument:
    """Values are dict, tuple, str, int, float, bool, None or UNREAD; `lines` has one for every loc read."""

    file: str
    length: int = 1  # in lines; the parser places what is missing at the end on a line after the last
    values: Any = UNREAD
    lines: dict[Loc, int] = field(default_factory=dict)
    unread: set[Loc] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def line(self, loc: Loc) -> int:
        """The line of a loc or, when it is not in the file, of what should hold it."""
        while loc and loc not in self.lines:
            loc = loc[:-1]
        return self.lines.get(loc, 1)

    def report(self, line: int, what: str, remedy: str) -> None:
        self.problems.append(Problem(self.file, min(line, self.length), what, remedy))

    def refuse(self, loc: Loc, line: int, what: str, remedy: str) -> object:
        """Report a value that is not read, so that nothing else complains of it."""
        self.report(line, what, remedy)
        self.unread.add(loc)
        return UNREAD


def read_document(file: str, content: bytes, required: bool = False) -> YamlDocument:
    """`required`: nothing works without the file, so that it is no remedy to remove it."""
    document = YamlDocument(file, length=len(_LINE_ENDS.findall(content)) + 1)
    text = _decode(document, content)
    if text is None:
        return document
    try:
        _read(document, yaml.parse(text, Loader=PARSER), required)
    except yaml.YAMLError as error:
        document.values = UNREAD
        _report_syntax(document, text, error)
    except _TooDeep as error:
        document.values = UNREAD
        document.report(
            error.line, f"the values are nested more than {MAX_DEPTH} levels deep", "nest them less deeply"
        )
    return document


def _decode(document: YamlDocument, content: bytes) -> str | None:
    try:
        text = content.decode("utf-8-sig")  # Windows editors put a byte order mark first
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        document.report(line, "the file is not UTF-8", "save it as UTF-8")
        return None
    unwanted = _UNWANTED.search(text)
    if unwanted:
        line = len(_LINE_END.findall(text, 0, unwanted.start())) + 1
        code = f"U+{ord(unwanted[0]):04X}"
        document.report(line, f"the line holds an invisible character, {code}", "take it out")
        return None
    return text


def _read(document: YamlDocument, events: Iterator[Event], required: bool) -> None:
    content: Event | None = None
    for event in events:
        if isinstance(event, DocumentStartEvent):
            if content is not None:
                line = _line(event)
                document.report(line, "a second document starts here", "keep one document to a file")
                return
            content = next(events)
            document.lines[()] = _line(content)
            document.values = _value(document, events, content, ())
    if content is None or document.values is None:
        remedy = "fill it in" if required else "fill it in, or remove it"
        document.refuse((), document.line(()), "the file is empty", remedy)
    elif not isinstance(document.values, dict) and document.values is not UNREAD:
        what = f"the file holds {shown(document.values)}"
        document.refuse((), document.line(()), what, "write it as `key: value` lines")


def _value(document: YamlDocument, events: Iterator[Event], event: Event, loc: Loc) -> Any:
    line = _line(event)
    if len(loc) > MAX_DEPTH:
        raise _TooDeep(line)
    if isinstance(event, AliasEvent):
        remedy = "write the value out, so that a change in one place stays in one place"
        return document.refuse(loc, line, f"*{event.anchor} repeats a value by reference", remedy)
    value: Any
    if isinstance(event, ScalarEvent):
        value = plain(event.value) if event.implicit[0] else event.value
    elif isinstance(event, SequenceStartEvent):
        value = _sequence(document, events, loc)
    else:
        value = _mapping(document, events, loc)
    if isinstance(event, ScalarEvent | SequenceStartEvent | MappingStartEvent) and event.tag is not None:
        remedy = "take the tag out; quote the value if it is meant as text"
        return document.refuse(loc, line, f"the value has the tag {shown(event.tag)}", remedy)
    if value is None and loc:
        return document.refuse(loc, line, f"{dotted(loc)} is empty", "fill it in, or take the line out")
    return value


def _sequence(document: YamlDocument, events: Iterator[Event], loc: Loc) -> tuple[Any, ...]:
    values: list[Any] = []
    while not isinstance(event := next(events), CollectionEndEvent):
        item = (*loc, len(values))
        document.lines[item] = _line(event)
        values.append(_value(document, events, event, item))
    return tuple(values)


def _mapping(document: YamlDocument, events: Iterator[Event], loc: Loc) -> dict[str, Any]:
    values: dict[str, Any] = {}
    while not isinstance(event := next(events), CollectionEndEvent):
        line = _line(event)
        if isinstance(event, ScalarEvent):
            key = event.value
        else:
            key = f"(line {line})"
            document.report(line, "a key is not a plain name", "write `name: value`")
            _value(document, events, event, (*loc, key))
        item = (*loc, key)
        if key in values:
            first = document.lines[item]
            document.report(line, f"{shown(key)} is given twice, first on line {first}", "keep one of them")
            _value(document, events, next(events), (*loc, f"{key} (again)"))
            continue
        document.lines[item] = line
        value = _value(document, events, next(events), item)
        if isinstance(event, ScalarEvent):
            values[key] = value
    return values


def _line(event: Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def plain(text: str) -> str | int | float | bool | None:
    """What an unquoted scalar means. Spellings that YAML's versions read differently stay texts."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


class _TooDeep(Exception):
    def __init__(self, line: int) -> None:
        self.line = line
        super().__init__(line)


def _report_syntax(document: YamlDocument, text: str, error: yaml.YAMLError) -> None:
    lines = _LINE_END.split(text)
    mark, fault = None, "it cannot be parsed"
    if isinstance(error, yaml.MarkedYAMLError):
        mark, fault = error.problem_mark or error.context_mark, error.problem or fault
        # Of a value left open the place where it opens says more than the place where the file ends.
        at_end = mark is not None and not "".join(lines[mark.line :]).strip()
        if error.context_mark and (at_end or (error.context or "").startswith("while scanning")):
            mark = error.context_mark
    line = min(mark.line + 1, len(lines)) if mark else 1
    while line > 1 and not lines[line - 1].strip():
        line -= 1
    content = lines[line - 1]
    remedy = "correct the line"
    if "\t" in content[: len(content) - len(content.lstrip())]:
        remedy = "indent with spaces, not with a tab"
    elif fault.startswith("mapping values are not allowed"):
        remedy = "check the indentation, and quote a value that holds a colon"
    document.report(line, f"this is not YAML: {fault}", remedy)
