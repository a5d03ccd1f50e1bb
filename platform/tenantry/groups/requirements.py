"""Refuse requirements of a group from which its layer could not be built alike on every machine."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tenantry import paths
from tenantry.groups.installed import Installed
from tenantry.paths import shown
from tenantry.problems import Problem

_PIN = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(\[[\w ,.-]+\])?\s*==\s*[^\s;*]+\s*(;.*)?")
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
_COMMENT = re.compile(r"(^|\s)#.*")


class Requirement(NamedTuple):
    """One line, with its continuation lines: the text before its hashes, and any other options."""

    line: int
    text: str
    options: tuple[str, ...]


def problems(one: Installed) -> Iterator[Problem]:
    file = one.requirements
    if file is None:
        return
    platform = {_name(each.text) for each in _read(paths.LAYER_REQUIREMENTS)}
    try:
        listed = list(_read(file))
    except ValueError:
        yield Problem(shown(file), 1, "this is not text in UTF-8", "save it as such")
        return
    for each in listed:
        if found := _refused(each, platform):
            yield Problem(shown(file), each.line, *found)


def _refused(each: Requirement, platform: set[str]) -> tuple[str, str] | None:
    others = [option for option in each.options if not _HASH.fullmatch(option)]
    if not each.text or others:
        what = f"this is not a requirement: {' '.join([each.text, *others]).strip()}"
        return what, "write name==version with its hashes, without options of pip"
    if not _PIN.fullmatch(each.text):
        return f"{each.text} is not pinned", "write name==version"
    if not each.options:
        return f"{each.text} has no hash", "pin it with --hash, as `uv pip compile --generate-hashes` does"
    if _name(each.text) in platform:
        what = f"{_name(each.text)} is in the platform's layer, whose files take precedence"
        return what, "leave it out; packing/trimming.py lists what the layer leaves out of it"
    return None


def _read(file: Path) -> Iterator[Requirement]:
    start, parts = 1, ""
    for number, line in enumerate((*file.read_text(encoding="utf-8").splitlines(), ""), start=1):
        parts = f"{parts} {_COMMENT.sub('', line)}".rstrip()
        if parts.endswith("\\"):
            parts = parts[:-1]
            continue
        if parts.strip():
            words = re.split(r"\s(?=-)", parts)
            text, *options = (word.strip() for word in words)
            yield Requirement(start, text, tuple(options))
        start, parts = number + 1, ""


def _name(text: str) -> str:
    """The name as a package index spells it."""
    found = re.match(r"[\w.-]+", text)
    return re.sub(r"[-_.]+", "-", found[0]).lower() if found else ""
