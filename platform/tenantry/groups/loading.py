"""Find the groups' folders, run each one's declaration, and refuse, with file and line, what cannot be one.

Groups live in `functions/groups` and in the folders that `tenantry:groups` of Pulumi.yaml lists.
"""

import runpy
import sys
import traceback
from functools import cache
from pathlib import Path

import yaml

from agreed.declarations import Group
from tenantry import paths
from tenantry.groups import checks, shapes
from tenantry.groups.installed import Groups, Installed
from tenantry.groups.sources import Source
from tenantry.paths import shown
from tenantry.problems import ConfigErrors, Problem

DECLARATION = "declaration.py"
KEY = "tenantry:groups"


@cache
def current() -> Groups:
    """The groups of this platform, read once.

    Raises:
        ConfigErrors: a group's folder is at fault.
    """
    return load(folders())


def forget() -> None:
    """The next `current` reads the folders again."""
    current.cache_clear()


def folders() -> tuple[Path, ...]:
    """Those that hold groups, the project's own first.

    Raises:
        ConfigErrors: `tenantry:groups` is not a list of folders.
    """
    project = paths.ROOT / "Pulumi.yaml"
    settings = yaml.safe_load(project.read_text(encoding="utf-8")) if project.exists() else {}
    entry = (settings.get("config") or {}).get(KEY)
    listed = entry.get("default") if isinstance(entry, dict) else entry
    if listed is None:
        return (paths.GROUPS,)
    if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
        what, remedy = f"{KEY} is not a list of folders", "write one, such as [../our-groups]"
        raise ConfigErrors([Problem(shown(project), _line(project), what, remedy)])
    further = [(paths.ROOT / each).resolve() for each in listed]
    for folder in further:
        if not folder.is_dir():
            what = f"{KEY} lists {folder}, which is not a folder"
            raise ConfigErrors(
                [Problem(shown(project), _line(project), what, "correct the path, from Pulumi.yaml")]
            )
    return (paths.GROUPS, *further)


def load(roots: tuple[Path, ...]) -> Groups:
    """The groups in these folders, checked against each other.

    Raises:
        ConfigErrors: every fault of every group.
    """
    problems: list[Problem] = []
    found: list[Installed] = []
    for root in roots:
        for folder in sorted(each for each in root.iterdir() if _is_group(each)):
            installed = _read(folder, problems)
            if installed:
                found.append(installed)
    problems += checks.problems(found)
    if problems:
        raise ConfigErrors(problems)
    return Groups(tuple(sorted(found, key=lambda each: each.name)))


def _is_group(folder: Path) -> bool:
    return folder.is_dir() and not folder.name.startswith((".", "_"))


def _read(folder: Path, problems: list[Problem]) -> Installed | None:
    file = folder / DECLARATION
    if not file.exists():
        remedy = f"add {DECLARATION}, as `tenantry groups new` writes it, or move the folder away"
        problems.append(Problem(shown(file), 1, "this folder of groups is not a group", remedy))
        return None
    try:
        forbidden = [
            Problem(
                str(file),
                each.line,
                f"a declaration imports {each.module}",
                "import agreed.declarations only",
            )
            for each in Source(file).imports()
            if each.module.split(".")[0] not in sys.stdlib_module_names | {"agreed"}
        ]
        if forbidden:
            problems += forbidden
            return None
        declared = runpy.run_path(str(file)).get("GROUP")
    except (Exception, SystemExit) as error:  # whatever a declaration does wrong, its author is shown where
        what = f"this does not run: {type(error).__name__}: {error}"
        problems.append(Problem(shown(file), _failed_at(error, file), what, "correct it"))
        return None
    if not isinstance(declared, Group):
        problems.append(Problem(shown(file), 1, "GROUP is not a Group", "assign GROUP = Group(...)"))
        return None
    misfits = [Problem(shown(file), *finding) for finding in shapes.findings(declared, Source(file))]
    problems += misfits
    return None if misfits else Installed(declared, folder)


def _failed_at(error: BaseException, file: Path) -> int:
    if isinstance(error, SyntaxError):
        return error.lineno or 1
    lines = [
        frame.lineno or 1
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename == str(file)
    ]
    return lines[-1] if lines else 1


def _line(project: Path) -> int:
    lines = project.read_text(encoding="utf-8").splitlines()
    return next((number for number, line in enumerate(lines, start=1) if KEY in line), 1)
