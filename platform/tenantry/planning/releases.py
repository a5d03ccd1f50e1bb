"""Compare what the project declares with what it declared at a revision of git."""

import os
import subprocess
import sys
import tarfile
import tempfile
from io import BytesIO
from pathlib import Path

from tenantry import paths
from tenantry.config import Cell, Platform, load_platform
from tenantry.costs.inventory import cell_inventory
from tenantry.errors import Failed, WrongInput
from tenantry.groups.folders import listed
from tenantry.planning.declared import Declared, of_platform
from tenantry.problems import ConfigErrors

ASKED = Path("platform", "tenantry", "planning", "declared.py")
# What the program is made of; the rest of the project declares nothing.
PROGRAM = ("platform", "functions", "requirements", "Pulumi.yaml")


def compared(revision: str, folder: Path, registered: bool = True) -> tuple[Declared, Declared]:
    """What the project declared at a revision, by that revision's own code, and what it declares today.

    Where both have the same code, resources are asked for of those tenants alone whose files came to
    something else: of a thousand tenants, registering all would take minutes.

    Args:
        revision: whatever git takes for a commit.
        folder: of the tenants' files today; the same one is read in the revision.
        registered: whether resources are asked for, beside what the files say.

    Raises:
        ConfigErrors: today's files are wrong.
        WrongInput: git does not know the revision, or it is older than this command, or its files are wrong.
        Failed: git cannot be run.
    """
    below = folder.resolve()
    if not below.is_relative_to(paths.ROOT):
        raise WrongInput(f"{folder} is outside of the project, so git has no earlier state of it here")
    commit, within = _commit(revision), below.relative_to(paths.ROOT)
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch, "project")
        if _has_the_code_of_today(commit):
            _extract(commit, root, within)
            return of_the_same_code(_loaded(root / within, revision), load_platform(folder), registered)
        _extract(commit, root)
        _link_groups(root)
        if not (root / ASKED).exists():
            raise WrongInput(f"{revision} is from before `tenantry plan`; name a later revision")
        return _asked(root, revision, within), of_platform(load_platform(folder), None if registered else ())


def of_the_same_code(old: Platform, new: Platform, registered: bool = True) -> tuple[Declared, Declared]:
    """Two states of the files, with the resources of those tenants that differ and of what they share.

    All tenants of a cell differ where its domain does: each has a path of it.
    """
    was, is_ = ({each.slug: each for each in of.tenants} for of in (old, new))
    cells = {cell.name: cell for cell in old.cells}
    moved = {cell.name for cell in new.cells if cell.name in cells and cell.domain != cells[cell.name].domain}
    changed = {
        slug for slug in was.keys() | is_.keys() if was.get(slug) != is_.get(slug) or was[slug].cell in moved
    }
    reached = moved | {of[slug].cell for of in (was, is_) for slug in changed & of.keys()}
    asked, sharing = (changed, reached) if registered else ((), ())
    after = of_platform(new, asked, sharing=sharing)
    alike = {
        cell.name for cell in new.cells if cell.name in cells and _shares(cell) == _shares(cells[cell.name])
    }
    known = {
        slug: after.tenants[slug]
        for slug, tenant in is_.items()
        if slug not in changed and tenant.cell in alike
    }
    return of_platform(old, asked, known, sharing), after


def _shares(cell: Cell) -> tuple[int, dict[str, int]]:
    """All of the cell that a tenant's cost depends on, beside the tenant's own file."""
    return len(cell.tenants), cell_inventory(cell)


def _loaded(folder: Path, revision: str) -> Platform:
    try:
        return load_platform(folder)
    except ConfigErrors as wrong:
        first = next(iter(wrong.problems))
        raise WrongInput(f"what {revision} declares cannot be read: {first}") from None


def _commit(revision: str) -> str:
    try:
        found = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    except subprocess.CalledProcessError:
        raise WrongInput(f"git does not know a revision {revision!r} of this project") from None
    return found.decode().strip()


def _has_the_code_of_today(commit: str) -> bool:
    """Folders of groups beside the project are those of today either way."""
    changed = _git("diff", "--name-only", commit, "--", *PROGRAM)
    return not (changed or _git("ls-files", "--others", "--exclude-standard", "--", *PROGRAM))


def _extract(commit: str, root: Path, *folders: Path) -> None:
    """The whole project, or these of its folders."""
    root.mkdir()
    there = [str(each) for each in folders if _git("ls-tree", commit, "--", str(each))]
    if folders and not there:
        return
    packed = _git("archive", "--format=tar", commit, *there)
    with tarfile.open(fileobj=BytesIO(packed)) as tar:
        tar.extractall(root, filter=_within)  # noqa: S202 - by the filter for data


def _link_groups(root: Path) -> None:
    """Folders of groups beside the project are those of today."""
    for each in listed():
        beside = Path(os.path.normpath(root / each))
        if not Path(each).is_absolute() and not beside.is_relative_to(root):
            beside.parent.mkdir(parents=True, exist_ok=True)
            beside.symlink_to((paths.ROOT / each).resolve(), target_is_directory=True)


def _within(member: tarfile.TarInfo, root: str) -> tarfile.TarInfo | None:
    """A link that leads out of the project holds nothing of the revision's."""
    try:
        return tarfile.data_filter(member, root)
    except tarfile.FilterError:
        return None


def _asked(root: Path, revision: str, folder: Path) -> Declared:
    source = os.pathsep.join(str(root / each) for each in ("platform", "functions"))
    done = subprocess.run(  # noqa: S603 - the project's own code, at a revision that the operator named
        [sys.executable, "-P", "-m", "tenantry.planning.declared", str(folder)],
        cwd=root,
        env={**os.environ, "PYTHONPATH": source},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["it gave no reason"])[-1]
        raise WrongInput(f"what {revision} declares cannot be read: {reason}")
    try:
        return Declared.read(done.stdout)
    except LookupError as missing:
        raise WrongInput(
            f"{revision} does not report {missing} of what it declares, which this plan compares; name a "
            "later revision"
        ) from None


def _git(*arguments: str) -> bytes:
    try:
        return subprocess.run(  # noqa: S603 - own arguments; the revision follows --end-of-options
            ["git", "-C", str(paths.ROOT), *arguments],  # noqa: S607 - the operator's own git
            capture_output=True,
            check=True,
        ).stdout
    except FileNotFoundError:
        raise Failed(
            "there is no git on PATH; install it: `tenantry plan` compares with a git revision"
        ) from None
