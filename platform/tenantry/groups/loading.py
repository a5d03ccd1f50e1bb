"""Run each group's declaration, and refuse, with file and line, what cannot be a group."""

import runpy
import sys
import traceback
from functools import cache
from pathlib import Path

from agreed.declarations import Group
from tenantry.groups import checks, shapes
from tenantry.groups.folders import folders
from tenantry.groups.installed import Groups, Installed
from tenantry.groups.sources import PythonSource
from tenantry.paths import shown
from tenantry.problems import ConfigErrors, Problem

DECLARATION = "declaration.py"


@cache
def current() -> Groups:
    """The groups of this platform, read once.

    Raises:
        ConfigErrors: a group's folder is wrong.
    """
    return load(folders())


def forget() -> None:
    """The next `current` reads the folders again."""
    current.cache_clear()


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
        remedy = f"add {DECLARATION}, as `tenantry groups new` writes it, or move the folder elsewhere"
        problems.append(Problem(shown(file), 1, "this folder of groups is not a group", remedy))
        return None
    try:
        forbidden = [
            Problem(
                shown(file),
                each.line,
                f"a declaration imports {each.module}",
                "import agreed.declarations only",
            )
            for each in PythonSource(file).imports()
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
    misfits = [Problem(shown(file), *finding) for finding in shapes.findings(declared, PythonSource(file))]
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
