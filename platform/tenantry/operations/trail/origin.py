"""Say who acts, and from which commit."""

import getpass
import os
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

By = Mapping[str, str | None]


def by(arn: str | None = None) -> By:
    """Of a run of GitHub Actions, who started it; else the user of this machine.

    Args:
        arn: of the credentials that are used on AWS.
    """
    if os.environ.get("GITHUB_ACTIONS") == "true":
        return _run(os.environ, arn)
    return {"name": f"{_user()}@{socket.gethostname()}", "run": None, "arn": arn}


def _run(variables: Mapping[str, str], arn: str | None) -> By:
    """GitHub's reference, "Variables": all of them are set in every run."""
    where = f"{variables['GITHUB_SERVER_URL']}/{variables['GITHUB_REPOSITORY']}/actions/runs"
    run = f"{where}/{variables['GITHUB_RUN_ID']}/attempts/{variables['GITHUB_RUN_ATTEMPT']}"
    return {"name": variables["GITHUB_TRIGGERING_ACTOR"], "run": run, "arn": arn}


def commit(project: Path) -> dict[str, Any] | None:
    """None where the folder is not a checkout of git's, or there is no git."""
    head = _git(project, "rev-parse", "HEAD")
    if head is None:
        return None
    return {"head": head, "dirty": _git(project, "status", "--porcelain") != ""}


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return str(os.getuid())


def _git(project: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603 - constant arguments
            ["git", "-C", str(project), *arguments],  # noqa: S607 - as the operator has it
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None
