"""Prepare an emulator's directory, which its owner alone may enter, and remove it."""

import shutil
from pathlib import Path

from tenantry.local.emulator import snapshots
from tenantry.local.emulator.failures import EmulatorError


class DirectoryInUse(EmulatorError):
    """The directory holds something that the emulator did not make."""


def require_unused(directory: Path) -> None:
    """It may be there, and empty."""
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise DirectoryInUse(f"{directory} is not empty; remove it, or give the emulator another directory")


def make(directory: Path) -> None:
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    directory.chmod(0o700)
    for name in ("tmp", "state", "s3", "issuer"):
        (directory / name).mkdir(mode=0o700)


def empty(*folders: Path) -> None:
    for each in folders:
        shutil.rmtree(each, ignore_errors=True)
        each.mkdir(mode=0o700)


def remove(directory: Path) -> None:
    """With all that is in it, unless a platform kept something there."""
    if snapshots.newest(directory) is None:
        shutil.rmtree(directory, ignore_errors=True)
