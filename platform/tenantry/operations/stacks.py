"""Find a stack where it was deployed: Region and cell are those of Pulumi.<stack>.yaml, not of the shell."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tenantry import paths
from tenantry.errors import WrongInput
from tenantry.operations.engine import Engine
from tenantry.rules.naming import Names, stack_and_tenant


@dataclass(frozen=True, slots=True)
class Stack:
    """`cell` is None where the stack's file does not state it."""

    names: Names
    region: str
    cell: str | None

    def __str__(self) -> str:
        return f"stack {self.names.stack}, Region {self.region}"


def find(name: str, region: str | None = None) -> Stack:
    """The stack as its file in the project's root describes it; a Region given goes before the file's.

    Raises:
        WrongInput: the name cannot be a cell's stack's, or there is no Region.
    """
    names, tenant = stack_and_tenant(name)  # before the name becomes part of a path
    if tenant is not None:
        raise WrongInput(f"{name} is the stack of one tenant; give the cell's stack: --stack {names.stack}")
    file = paths.ROOT / f"Pulumi.{name}.yaml"
    config = _config(file)
    found = region or _text(config, "aws:region")
    if found is None:
        raise WrongInput(f"{file}: no aws:region can be read here; give --region, or the right --stack")
    return Stack(names, found, _text(config, "tenantry:cell"))


def with_tenants(cell: str) -> list[str]:
    """The cell's stack, and those of its tenants that are there, if they have stacks of their own."""
    if not leaves_tenants_out(cell):
        return [cell]
    begin = Names(cell).tenant_stack("")
    return [cell, *sorted(each for each in Engine(cell, paths.ROOT).stacks() if each.startswith(begin))]


def of_tenant(cell: str, slug: str) -> str:
    """The stack that declares the tenant: its cell's, or its own where the cell's file says so."""
    names = Names(cell)
    return names.tenant_stack(slug) if leaves_tenants_out(cell) else cell


def leaves_tenants_out(cell: str) -> bool:
    """Whether the tenants of a cell's stack have stacks of their own, by its file."""
    return settings(cell).get("tenantry:tenantStacks", "").lower() == "true"


def settings(name: str) -> dict[str, str]:
    """The stack's configuration as the engine hands it to the program, without what is encrypted."""
    project = _config(paths.ROOT / "Pulumi.yaml")
    own = _config(paths.ROOT / f"Pulumi.{name}.yaml")
    merged = {str(key): value for config in (project, own) for key, value in config.items()}
    encrypted = {key for key, value in merged.items() if isinstance(value, dict) and "secure" in value}
    return {
        key: value if isinstance(value, str) else json.dumps(value)
        for key, value in merged.items()
        if key not in encrypted
    }


def written(name: str) -> dict[str, Any]:
    """What stands in the stack's own file: `config`, and how its secrets are encrypted.

    Raises:
        WrongInput: it cannot be read.
    """
    file = paths.ROOT / f"Pulumi.{name}.yaml"
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise WrongInput(f"{file} cannot be read: {error}") from error
    return content if isinstance(content, dict) else {}


def document(file: Path) -> dict[Any, Any]:
    """Empty for a file that cannot be read: what is missed then is reported by its key."""
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        return {}
    return content if isinstance(content, dict) else {}


def _config(file: Path) -> dict[Any, Any]:
    config = document(file).get("config")
    return config if isinstance(config, dict) else {}


def _text(config: dict[Any, Any], key: str) -> str | None:
    """None also for an encrypted value, which is a mapping."""
    value = config.get(key)
    return value if isinstance(value, str) and value else None
