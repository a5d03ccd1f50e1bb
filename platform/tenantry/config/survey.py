"""Find the files that make a platform; anything else among them is reported as a problem.

`<folder>/tiers.yaml` and `<folder>/<cell>/<slug>.yaml` count, and beside the tiers, if they are there,
platform.yaml and rings.yaml. Hidden files, README.md and the folder
`schema` are left alone. Links are not followed: a tenant's file is where its path says.
"""

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tenantry.config.documents import YamlDocument, read_document
from tenantry.config.slugs import CELL_RULE, SLUG_RULE, is_cell_name, is_slug
from tenantry.problems import Problem, shown

TIERS = "tiers.yaml"
SITES, RINGS = "platform.yaml", "rings.yaml"
SCHEMA = "schema"
MAX_BYTES = 65_536  # a tenant's file has one or two thousand
_IGNORED = ("README.md",)


@dataclass(frozen=True, slots=True)
class TenantPath:
    slug: str
    cell: str
    path: Path


@dataclass(slots=True)
class Survey:
    tiers: Path | None = None
    sites: Path | None = None
    rings: Path | None = None
    cells: dict[str, Path] = field(default_factory=dict)
    tenants: list[TenantPath] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def report(self, path: Path, what: str, remedy: str) -> None:
        self.problems.append(Problem(str(path), 1, what, remedy))


def survey(folder: Path) -> Survey:
    found = Survey()
    for path, mode in _entries(found, folder):
        if stat.S_ISDIR(mode):
            if path.name != SCHEMA:
                _cell(found, path)
        elif path.name in (TIERS, SITES, RINGS):
            if _is_file(found, path, mode):
                setattr(found, {TIERS: "tiers", SITES: "sites", RINGS: "rings"}[path.name], path)
        elif path.suffix == ".yaml":
            found.report(path, "the path does not name a cell", "move the file into its cell's folder")
        else:
            found.report(path, f"only {TIERS} and cells' folders belong here", "move it elsewhere")
    named = {problem.file for problem in found.problems}
    if found.tiers is None and not named & {str(folder), str(folder / TIERS)}:
        found.report(folder / TIERS, "there is no such file", "write one that names the tiers")
    return found


def content(path: Path) -> bytes | Problem:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        return _unreadable(path, error)
    if len(data) > MAX_BYTES:
        return Problem(str(path), 1, f"the file is larger than {MAX_BYTES:,} bytes", "make it smaller")
    return data


def read(path: Path, proposed: Mapping[Path, bytes], required: bool = False) -> YamlDocument:
    """The file's content, or the content that is proposed in its place."""
    found = proposed[path] if path in proposed else content(path)
    if isinstance(found, Problem):
        return YamlDocument(str(path), problems=[found])
    return read_document(str(path), found, required)


def _cell(found: Survey, folder: Path) -> None:
    if not is_cell_name(folder.name):
        found.report(folder, f"{shown(folder.name)} cannot be a cell's name", f"use {CELL_RULE}")
    found.cells[folder.name] = folder
    for path, mode in _entries(found, folder):
        if not _is_file(found, path, mode):
            continue
        if path.suffix == ".yml":
            found.report(path, "a tenant's file ends in .yaml", f"rename it to {path.stem}.yaml")
        elif path.suffix != ".yaml":
            found.report(path, "this is not a tenant's file", "move it elsewhere, or end its name in .yaml")
        else:
            if not is_slug(path.stem):
                found.report(path, f"{shown(path.stem)} cannot be a slug", f"use {SLUG_RULE}")
            found.tenants.append(TenantPath(path.stem, folder.name, path))


def _entries(found: Survey, folder: Path) -> list[tuple[Path, int]]:
    """Path and mode of what lies in the folder, in the order of names; of a link, the link's own mode."""
    try:
        with os.scandir(folder) as entries:
            names = [(entry.name, entry.stat(follow_symlinks=False).st_mode) for entry in entries]
    except OSError as error:
        found.problems.append(_unreadable(folder, error))
        return []
    counted = [(name, mode) for name, mode in names if not name.startswith(".") and name not in _IGNORED]
    return [(folder / name, mode) for name, mode in sorted(counted)]


def _is_file(found: Survey, path: Path, mode: int) -> bool:
    if stat.S_ISLNK(mode):
        found.report(path, "this is a symbolic link", "put the file itself here")
    elif stat.S_ISDIR(mode):
        found.report(path, "this is a folder", "keep tenants' files directly in their cell's folder")
    elif not stat.S_ISREG(mode):
        found.report(path, "this is not a regular file", "remove it")
    return stat.S_ISREG(mode)


def _unreadable(path: Path, error: OSError) -> Problem:
    reason = (error.strerror or type(error).__name__).lower()
    return Problem(str(path), 1, f"it cannot be read: {reason}", "check the path and its permissions")
