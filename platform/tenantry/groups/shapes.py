"""Refuse a declaration whose parts do not have the types that `agreed.declarations` gives them.

Python itself accepts anything that a declaration passes, and a forgotten comma turns a tuple into a text.
"""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from types import UnionType
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

from agreed.declarations import Group
from tenantry.groups.sources import Finding, PythonSource

WORDS = {bool: "True or False", int: "a whole number", str: "a text"}


class Misshapen(NamedTuple):
    """`near` are the values by which its line is found, the closest first; `of` is what they are given to."""

    near: tuple[object, ...]
    of: str
    what: str
    remedy: str


def findings(group: Group, source: PythonSource) -> Iterator[Finding]:
    for misfit in _misfits(group, Group, "GROUP", ()):
        yield source.line(*misfit.near, of=misfit.of), misfit.what, misfit.remedy


def _misfits(value: Any, hint: Any, name: str, around: tuple[object, ...]) -> Iterator[Misshapen]:
    """`name` is the part's and its field's, such as "Queue.batch"."""
    origin, arguments = get_origin(hint), get_args(hint)
    near, of = (value, *around), _called(name)
    if origin is Literal:
        if value not in arguments:
            yield Misshapen(near, of, f"{name} is {value!r}", f"use one of {', '.join(map(repr, arguments))}")
    elif origin in (Union, UnionType):
        if value is not None:
            hint = next(each for each in arguments if each is not type(None))
            yield from _misfits(value, hint, name, around)
    elif origin is tuple:
        yield from _in_tuple(value, arguments, name, around)
    elif is_dataclass(hint):
        yield from _in_part(value, hint, name, around)
    elif type(value) is not hint:
        yield Misshapen(near, of, f"{name} is {value!r}", f"write {WORDS.get(hint, hint.__name__)}")


def _in_tuple(value: Any, members: Any, name: str, around: tuple[object, ...]) -> Iterator[Misshapen]:
    if not isinstance(value, tuple):
        what, remedy = f"{name} is not a tuple", "write (…,) around it, with the comma"
        yield Misshapen(
            (_named(value), *around), f"{_called(type(value).__name__)} {_called(name)}", what, remedy
        )
    elif members[-1] is Ellipsis:
        for each in value:
            yield from _misfits(each, members[0], name, around)
    elif len(value) != len(members):
        what = f"{name} has {len(value)} members"
        yield Misshapen((*value, *around), _called(name), what, f"write {len(members)}")
    else:
        for each, hint in zip(value, members, strict=True):
            yield from _misfits(each, hint, name, around)


def _in_part(value: Any, part: Any, name: str, around: tuple[object, ...]) -> Iterator[Misshapen]:
    if type(value) is not part:
        what = f"{name} holds {value!r}"
        yield Misshapen((_named(value), *around), _called(name), what, f"write {part.__name__}(…) there")
        return
    hints, own = get_type_hints(part), (_named(value), *around)
    for field in fields(part):
        inner = getattr(value, field.name)
        yield from _misfits(inner, hints[field.name], f"{part.__name__}.{field.name}", own)


def _named(value: Any) -> object:
    """What a part is called in its source: its first field; any other value stands for itself."""
    return getattr(value, fields(value)[0].name) if is_dataclass(value) else value


def _called(name: str) -> str:
    """By what a part is made."""
    part = name.partition(".")[0]
    return f"{part} use" if part == "Use" else part
