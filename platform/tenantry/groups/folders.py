"""Say which folders hold groups: the project's own, then those that `tenantry:groups` of Pulumi.yaml lists.

The list has one of the forms in which the Pulumi engine takes a list of the project's own configuration.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tenantry import paths
from tenantry.paths import shown
from tenantry.problems import ConfigErrors, Problem

PROJECT = "Pulumi.yaml"
KEY = "tenantry:groups"
TYPED = {"type": "array", "items": {"type": "string"}}
REMEDY = f"write {KEY}: [../our-groups], or the list as its default or value"


def folders() -> tuple[Path, ...]:
    """Those that hold groups.

    Raises:
        ConfigErrors: `tenantry:groups` is not a list of folders.
    """
    found = [paths.GROUPS]
    for entry in listed():
        folder = (paths.ROOT / entry).resolve()
        if not folder.is_dir():
            what = f"{KEY} lists {entry}, which is not a folder"
            raise _refusal(what, f"correct the path, from the folder of {PROJECT}")
        if any(folder.is_relative_to(each) or each.is_relative_to(folder) for each in found):
            what = f"{KEY} lists {entry}, which lies in another folder of groups, or contains one"
            raise _refusal(what, "list each folder once, and no folder inside another")
        found.append(folder)
    return tuple(found)


def listed() -> list[str]:
    """The folders as Pulumi.yaml lists them.

    Raises:
        ConfigErrors: `tenantry:groups` is not a list of texts.
    """
    project = paths.ROOT / PROJECT
    if not project.exists():
        return []
    try:
        content = yaml.safe_load(project.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise _refusal(f"this is not YAML: {error}".replace("\n", " "), "correct it") from None
    config = content.get("config") if isinstance(content, Mapping) else None
    if not isinstance(config, Mapping):
        return []
    if KEY.partition(":")[2] in config:
        raise _refusal(f"config has the key {KEY.partition(':')[2]}", f"write it as {KEY}")
    if KEY not in config:
        return []
    value = _value(config[KEY])
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise _refusal(f"{KEY} is not a list of folders", REMEDY)
    return value


def _value(entry: Any) -> Any:
    """What the engine would take for the value; None where it would take nothing, or the form is a different
    one.
    """
    if not isinstance(entry, Mapping):
        return entry
    typed = {key: value for key, value in entry.items() if key in TYPED}
    values = [value for key, value in entry.items() if key in ("default", "value")]
    known = entry.keys() <= {*TYPED, "default", "value", "description"}
    return values[0] if known and typed in ({}, TYPED) and len(values) == 1 else None


def _refusal(what: str, remedy: str) -> ConfigErrors:
    project = paths.ROOT / PROJECT
    lines = project.read_text(encoding="utf-8").splitlines()
    key = KEY.partition(":")[2]
    at = next((number for number, line in enumerate(lines, start=1) if f"{key}:" in line), 1)
    return ConfigErrors([Problem(shown(project), at, what, remedy)])
