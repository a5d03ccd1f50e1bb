"""Ask an earlier release of the project, as git has it, what it declares."""

import os
import subprocess
import sys
import tarfile
import tempfile
from io import BytesIO
from pathlib import Path

from tenantry import paths
from tenantry.errors import Failed, WrongInput
from tenantry.groups.folders import listed
from tenantry.planning.declared import Declared

ASKED = Path("platform", "tenantry", "planning", "declared.py")


def declared_at(revision: str, folder: Path) -> Declared:
    """What the project declared at a revision, by that revision's own code.

    Args:
        revision: whatever git takes for a commit.
        folder: of the tenants' files today; the same one is read in the revision.

    Raises:
        WrongInput: git does not know the revision, or it is older than this command, or its files are wrong.
        Failed: git cannot be run.
    """
    below = folder.resolve()
    if not below.is_relative_to(paths.ROOT):
        raise WrongInput(f"{folder} is outside of the project, so git has no earlier state of it here")
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch, "project")
        _extract(revision, root)
        if not (root / ASKED).exists():
            raise WrongInput(f"{revision} is from before `tenantry plan`; name a later revision")
        return _asked(root, revision, below.relative_to(paths.ROOT))


def _extract(revision: str, root: Path) -> None:
    """The whole project; folders of groups beside it are those of today."""
    try:
        commit = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    except subprocess.CalledProcessError:
        raise WrongInput(f"git knows no revision {revision!r} of this project") from None
    packed = _git("archive", "--format=tar", commit.decode().strip())
    with tarfile.open(fileobj=BytesIO(packed)) as tar:
        tar.extractall(root, filter=_within)  # noqa: S202 - by the filter for data
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
            f"{revision} does not say {missing} of what it declares, which this plan compares; "
            "name a later revision"
        ) from None


def _git(*arguments: str) -> bytes:
    try:
        return subprocess.run(  # noqa: S603 - own arguments; the revision follows --end-of-options
            ["git", "-C", str(paths.ROOT), *arguments],  # noqa: S607 - the operator's own git
            capture_output=True,
            check=True,
        ).stdout
    except FileNotFoundError:
        raise Failed("there is no git on PATH; `tenantry plan` compares with a revision of it") from None
