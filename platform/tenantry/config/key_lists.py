"""Add and drop names in a list of a tenant's file, and leave every other byte alone.

The text is cut at the positions that the parser reports. Writing the parsed file out again would change the
indentation, folding and quotes of lines that nobody asked to change.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import yaml
from yaml.nodes import MappingNode, ScalarNode, SequenceNode

from tenantry.config.documents import PARSER, read_document
from tenantry.config.template import scalar
from tenantry.errors import WrongInput
from tenantry.problems import Loc, Problem, dotted

_BOM = "\ufeff"
_LINE_END = re.compile(r"\r\n|\r|\n")
_BULLET = re.compile(r" *-[ \t]+")
_REST = re.compile(r"[ \t]*(?:[ \t]#[^\r\n]*)?(?=[\r\n]|\Z)")  # nothing but a comment up to the line's end
_COMMENT = re.compile(r"#[^\r\n]*")


class NotEditable(WrongInput):
    """The list is written in a way that only people should edit; the message says where it is."""


@dataclass(frozen=True, slots=True)
class _List:
    """Where a list of names stands in the text: the spans of its entries, in characters."""

    text: str
    end: int
    flow: bool
    spans: tuple[tuple[int, int], ...]
    quote: str  # of the last entry; empty if it is plain

    def line_start(self, position: int) -> int:
        return max(self.text.rfind(end, 0, position) for end in "\r\n") + 1

    def alone(self, index: int) -> bool:
        """Whether the entry's lines hold nothing but it, its comma or bullet, and a comment."""
        start, end = self.spans[index]
        lead = self.text[self.line_start(start) : start]
        if self.flow:
            comma = self.text[end : end + 1] == ","
            return not lead.strip(" ") and bool(_REST.match(self.text, end + comma))
        return bool(_BULLET.fullmatch(lead) and _REST.match(self.text, end))

    def comma(self, index: int) -> int | None:
        """Where the comma after the entry is; None where there is none."""
        start = self.spans[index][1]
        stop = self.spans[index + 1][0] if index + 1 < len(self.spans) else self.end
        found = _COMMENT.sub(lambda each: " " * len(each[0]), self.text[start:stop]).find(",")
        return None if found < 0 else start + found


def added(file: str, content: bytes, loc: Loc, name: str) -> bytes:
    """The file with the name as the list's last.

    Args:
        file: what an error calls it.
        content: a file that the loader takes.
        loc: where its list of names is.

    Raises:
        NotEditable: the list is written in a way that is left to people.
    """
    return _edited(file, content, loc, (*_names(content, loc), name), lambda found: _add(found, name))


def retired(file: str, content: bytes, loc: Loc, name: str) -> bytes:
    """The file without that name, and without a comment that stands beside it.

    Args:
        file: what an error calls it.
        content: a file that the loader takes, whose list holds the name and others.
        loc: where its list of names is.

    Raises:
        NotEditable: the list is written in a way that is left to people.
    """
    names = _names(content, loc)
    index = names.index(name)
    return _edited(
        file, content, loc, names[:index] + names[index + 1 :], lambda found: _retire(found, index)
    )


def listed(file: str, content: bytes, loc: Loc, name: str) -> bytes:
    """The file with the name as the last of a list that need not be there; it then comes at the file's end.

    Args:
        loc: of two steps: the section, which holds nothing but such lists, and the list.

    Raises:
        NotEditable: the file or the section is written in a way that is left to people.
    """
    section, field = loc
    found = read_document("", content).values.get(section)
    if isinstance(found, dict) and found.get(field):
        return added(file, content, loc, name)
    text = content.decode("utf-8")
    if found is not None:
        whole = _with_line(text, section, f"{field}: [{scalar(name)}]")
        if whole is None:
            what = f"{section} has no {field} yet"
            raise NotEditable(str(Problem(file, 1, what, f"write {field}: [{name}] there by hand")))
        return _checked(file, content, whole.encode(), loc, (name,), 1)
    end = _line_end(text, len(text))
    apart = "" if text.endswith(("\n", "\r")) else end
    edited = f"{text}{apart}{section}:{end}  {field}: [{scalar(name)}]{end}".encode()
    return _checked(file, content, edited, loc, (name,), 1)


def _with_line(text: str, section: str | int, line: str) -> str | None:
    """The line as the section's first; None where the section is not one of lines."""
    mark = _BOM if text.startswith(_BOM) else ""
    body = text.removeprefix(mark)
    document: Any = yaml.compose(body, Loader=PARSER)
    node = next(value for name, value in document.value if name.value == section)
    if not isinstance(node, MappingNode) or node.flow_style or not node.value:
        return None
    first = node.value[0][0].start_mark
    start = first.index - first.column
    if body[start : first.index].strip(" "):
        return None
    return f"{mark}{body[:start]}{' ' * first.column}{line}{_line_end(body, start)}{body[start:]}"


def _names(content: bytes, loc: Loc) -> tuple[str, ...]:
    values = read_document("", content).values
    for key in loc:
        values = values[key]
    return tuple(values)


def _edited(
    file: str, content: bytes, loc: Loc, names: tuple[str, ...], edit: Callable[[_List], str]
) -> bytes:
    text = content.decode("utf-8")
    mark = _BOM if text.startswith(_BOM) else ""
    found, line = _find(text.removeprefix(mark), loc)
    edited = (mark + edit(found)).encode() if found else content
    return _checked(file, content, edited, loc, names, line)


def _checked(file: str, content: bytes, edited: bytes, loc: Loc, names: tuple[str, ...], line: int) -> bytes:
    """The edited text is read again: anything other than exactly the change that was meant is refused."""
    after = read_document(file, edited)
    if after.problems or after.values != _with(read_document(file, content).values, loc, names):
        what = f"{dotted(loc)} is written in a way that commands do not edit"
        raise NotEditable(str(Problem(file, line, what, "edit it by hand")))
    return edited


def _add(found: _List, name: str) -> str:
    text, last = found.text, len(found.spans) - 1
    start, end = found.spans[last]
    new = f"{found.quote}{name}{found.quote}" if found.quote else scalar(name)
    if not found.alone(last):
        return text[:end] + f", {new}" + text[end:]
    comma = found.comma(last) if found.flow else None
    rest = _REST.match(text, end if comma is None else comma + 1)
    stop = rest.end() if rest else end
    line = f"{_line_end(text, stop)}{text[found.line_start(start) : start]}{new}"
    if not found.flow:
        return text[:stop] + line + text[stop:]
    if comma is None:
        return text[:end] + "," + text[end:stop] + line + text[stop:]
    return text[:stop] + line + "," + text[stop:]


def _retire(found: _List, index: int) -> str:
    if found.flow:
        cuts = _flow_cuts(found, index)
    else:
        cuts = [_whole_line(found, index)] if found.alone(index) else []
    text = found.text
    for start, end in sorted(cuts, reverse=True):
        text = text[:start] + text[end:]
    return text


def _flow_cuts(found: _List, index: int) -> list[tuple[int, int]]:
    """An entry goes with one comma: its own or, where the list ends without one, that before it."""
    start, end = found.spans[index]
    comma = found.comma(index)
    entry = _whole_line(found, index) if found.alone(index) else (start, end if comma is None else comma + 1)
    if comma is None:
        before, previous = found.spans[index - 1][1], found.comma(index - 1)
        if previous is None or found.text[before:start].strip(" ") == ",":
            return [(before, end)]
        return [entry, (previous, previous + 1)]
    if not found.alone(index) and index + 1 < len(found.spans):
        following = found.spans[index + 1][0]
        if found.text[end:following].strip(" ") == ",":
            return [(start, following)]
    if not found.alone(index) and index and found.text[found.spans[index - 1][1] : start].strip(" ") == ",":
        return [(found.spans[index - 1][1], end)]
    return [entry]


def _whole_line(found: _List, index: int) -> tuple[int, int]:
    """The entry's line with its end; of a last line without one, the end before it."""
    start, end = found.spans[index]
    first = found.line_start(start)
    line_end = _LINE_END.search(found.text, end)
    if line_end:
        return first, line_end.end()
    return first - (2 if found.text[:first].endswith("\r\n") else 1), len(found.text)


def _line_end(text: str, position: int) -> str:
    """What ends the line here; at the end of the text, what ends the first one."""
    found = _LINE_END.match(text, position) or _LINE_END.search(text)
    return found[0] if found else "\n"


def _find(text: str, loc: Loc) -> tuple[_List | None, int]:
    """The list, unless something in it cannot be cut; and its line."""
    node: Any = yaml.compose(text, Loader=PARSER)
    for key in loc:
        node = next(value for name, value in node.value if name.value == key)
    entries = node.value if isinstance(node, SequenceNode) else []
    line = node.start_mark.line + 1
    if not all(isinstance(each, ScalarNode) and each.style not in ("|", ">") for each in entries):
        return None, line
    spans = tuple((each.start_mark.index, each.end_mark.index) for each in entries)
    flow = bool(node.flow_style)
    end = node.end_mark.index - 1 if flow else spans[-1][1]
    return _List(text, end, flow, spans, entries[-1].style or ""), line


def _with(values: Any, loc: Loc, names: tuple[str, ...]) -> Any:
    return {**values, loc[0]: _with(values.get(loc[0], {}), loc[1:], names)} if loc else names
