"""Digest all that a stack's registration depends on: with what its last update recorded, it says without the
engine whether another update has anything to do.

Files count by their values, code by its bytes: a comment in a tenant's file is not a difference; one in the
program is, and costs an update that finds nothing to do. What others changed in AWS is not seen here.
"""

import ast
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from tenantry import paths
from tenantry.config.survey import TIERS
from tenantry.errors import WrongInput
from tenantry.groups import current
from tenantry.rules.naming import PART

WANTED = "wanted"  # the stack's output that holds the digest
LEAVING = "+"  # ends what is recorded where the next update has rights to take away (docs/decisions/0023)
PROGRAM = "tenantry.program"
REQUIREMENTS = ("platform.txt", "functions.txt")
CELL, TENANTS, ALLOW = "tenantry:cell", "tenantry:tenants", "tenantry:allow"
_LOADER = yaml.CBaseLoader if yaml.__with_libyaml__ else yaml.BaseLoader

Values = dict[str, Any]


@dataclass(frozen=True)
class Project:
    """The files below `root`, read once for all of its stacks."""

    root: Path = paths.ROOT

    def stacks(self) -> list[str]:
        """That have a file; whether they are of the platform, `settings` says."""
        return sorted(file.name[len("Pulumi.") : -len(".yaml")] for file in self.root.glob("Pulumi.*.yaml"))

    @property
    def name(self) -> str:
        """As Pulumi.yaml has it."""
        return str(self._values(self.root / "Pulumi.yaml").get("name", ""))

    def settings(self, stack: str) -> Values:
        """Of Pulumi.yaml and the stack's file, as written; a tenant's stack has those of its cell's too.

        Raises:
            WrongInput: a file cannot be read.
        """
        names = [stack]
        if tenant(stack):
            names.insert(0, stack.partition(PART)[0])
        files = [self.root / "Pulumi.yaml", *(self.root / f"Pulumi.{each}.yaml" for each in names)]
        merged: Values = {}
        for file in files:
            merged.pop(ALLOW, None)  # what one stack may delete says nothing of another
            merged.update(_mapping(self._values(file).get("config")))
        return merged

    def digest(self, stack: str) -> str:
        """Empty for a stack without a file here, whose settings are not known.

        Raises:
            WrongInput: a file cannot be read.
        """
        if not (self.root / f"Pulumi.{stack}.yaml").is_file():
            return ""
        settings = self.settings(stack)
        files = self._files(settings.get(TENANTS, "tenants"), settings.get(CELL, ""), tenant(stack))
        runtime = settings.get("tenantry:runtime", f"python3.{sys.version_info.minor}")
        whole = json.dumps([self._code, settings, files, runtime], sort_keys=True)
        return hashlib.sha256(whole.encode()).hexdigest()[:32]

    def tenants(self, stack: str) -> list[tuple[str, str]]:
        """Slug and tier of those that the stack declares, by their files."""
        settings, only = self.settings(stack), tenant(stack)
        folder = self.root / settings.get(TENANTS, "tenants") / settings.get(CELL, "")
        if settings.get("tenantry:tenantStacks") == "true" and not only:
            return []
        found = ((file.stem, self._values(file)) for file in sorted(folder.glob("*.yaml")))
        return sorted(
            (slug, str(values.get("tier", "")))
            for slug, values in found
            if only in ("", slug) and values.get("status") != "removed"
        )

    def _files(self, tenants: str, cell: str, only: str) -> Values:
        """The cell's files, or the one of a tenant alone, with the tiers that they name."""
        folder = self.root / tenants
        read = {file.stem: self._values(file) for file in sorted((folder / cell).glob("*.yaml"))}
        own = {slug: values for slug, values in read.items() if only in ("", slug)}
        tiers = self._values(folder / TIERS)
        named = {str(values.get("tier", "")) for values in own.values()}
        return {
            "tenants": own,
            "tiers": {name: each for name, each in _mapping(tiers.get("tiers")).items() if name in named},
            "cell": _mapping(tiers.get("cells")).get(cell),
        }

    @cached_property
    def _code(self) -> str:
        """The program's, the functions' and their packages'."""
        whole = hashlib.sha256()
        for name, content in sorted(self._sources()):
            whole.update(f"{name}\0{len(content)}\0".encode() + content)
        return whole.hexdigest()

    def _sources(self) -> Iterator[tuple[str, bytes]]:
        platform, functions = self.root / "platform", self.root / "functions"
        program = [*modules(platform, PROGRAM), platform / "__main__.py"]
        requirements = [self.root / "requirements" / name for name in REQUIREMENTS]
        beside = [each for each in current().installed if not each.folder.is_relative_to(functions)]
        for file in [*program, *requirements, *_shipped(functions)]:
            yield file.relative_to(self.root).as_posix(), file.read_bytes()
        for group in beside:
            for file in _shipped(group.folder):
                yield f"{group.name}/{file.relative_to(group.folder).as_posix()}", file.read_bytes()

    def _values(self, file: Path) -> Values:
        found = self._read.get(file)
        if found is None:
            found = self._read[file] = _parsed(file)
        return found

    @cached_property
    def _read(self) -> dict[Path, Values]:
        return {}


def tenant(stack: str) -> str:
    """The one that the stack declares alone; empty for a cell's stack."""
    return stack.partition(PART)[2]


def leaves_rights(before: Mapping[str, Mapping[str, str]], after: Mapping[str, Mapping[str, str]]) -> bool:
    """Whether the next update may have some to take away.

    Args:
        before: the policy of each function's role, by tenant and function; `after` likewise.
    """
    return any(
        after.get(slug, {}).get(function) not in (None, policy)
        for slug, policies in before.items()
        for function, policy in policies.items()
    )


def modules(folder: Path, name: str) -> list[Path]:
    """A module of this project with all that it imports of it, directly or not."""
    found: dict[str, Path] = {}
    waiting = [name]
    while waiting:
        module = waiting.pop()
        file = _file(folder, module)
        if module in found or file is None:
            continue
        found[module] = file
        waiting += [module.rpartition(".")[0], *_imports(file)]
    return sorted(found.values())


def _imports(file: Path) -> Iterator[str]:
    """A name that is imported from a package may be a module of it."""
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{each.name}" for each in node.names)


def _file(folder: Path, module: str) -> Path | None:
    path = folder.joinpath(*module.split(".")) if module else folder
    files = (path.with_suffix(".py"), path / "__init__.py")
    return next((each for each in files if module and each.is_file()), None)


def _shipped(folder: Path) -> Iterable[Path]:
    """What functions are made of and what declares them; not their tests."""
    for file in folder.rglob("*"):
        within = file.relative_to(folder).parts[:-1]
        if file.is_file() and not {"tests", "__pycache__"} & {*within}:
            yield file


def _parsed(file: Path) -> Values:
    try:
        values = yaml.load(file.read_bytes(), Loader=_LOADER)  # noqa: S506 - it makes texts, lists and mappings
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise WrongInput(f"{paths.shown(file)} cannot be read: {error}") from error
    return _mapping(values)


def _mapping(value: object) -> Values:
    """Empty for anything else: what is left empty reads as a text."""
    return value if isinstance(value, dict) else {}
