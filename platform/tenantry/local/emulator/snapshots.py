"""What a platform keeps over its end, as files in its own directory: snapshots, and journals of later writes.

A snapshot is a folder with the state of every service and the inventory of what is deployed, as of one
moment; its number counts up. The journal of the same number holds each write to a table since that moment.
However the process dies, the newest snapshot and the journals from its number on hold all that it had.
"""

import shutil
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from tenantry.errors import Failed
from tenantry.local.engine.inventory import JOURNAL as INVENTORY

RELEASE, PART, WRITES = "release", ".part", ".writes"


class KeptByAnotherRelease(Failed):
    """The emulator that is installed may not understand what an earlier one kept."""


def folder(directory: Path) -> Path:
    return directory / "kept"


def newest(directory: Path) -> int | None:
    """The number of the newest complete snapshot; None before the first deployment has ended."""
    home = folder(directory)
    numbers = [int(each.name) for each in home.iterdir() if each.name.isdigit()] if home.is_dir() else []
    return max(numbers, default=None)


def restored(directory: Path) -> int | None:
    """Put the newest snapshot's inventory in its place; answers its number.

    Raises:
        KeptByAnotherRelease: nothing was changed.
    """
    number = newest(directory)
    if number is None:
        return None
    snapshot = folder(directory) / str(number)
    kept = (snapshot / RELEASE).read_text()
    if kept != release():
        raise KeptByAnotherRelease(
            f"{directory} was kept by {kept}, and {release()} is installed; "
            "`tenantry up --fresh` starts empty"
        )
    shutil.copy2(snapshot / INVENTORY, directory / INVENTORY)
    return number


def begun(directory: Path, number: int) -> Path:
    """An empty folder for snapshot `number`, with the inventory as it is now; `complete` makes it valid."""
    part = folder(directory) / f"{number}{PART}"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=0o700, parents=True)
    (part / RELEASE).write_text(release())
    shutil.copy2(directory / INVENTORY, part / INVENTORY)
    return part


def complete(part: Path) -> None:
    """From here on it is the newest; what it makes superfluous goes."""
    number = int(part.name.removesuffix(PART))
    part.rename(part.with_name(str(number)))
    for each in part.parent.iterdir():
        if each.stem.isdigit() and int(each.stem) < number:
            shutil.rmtree(each) if each.is_dir() else each.unlink()


def journal(directory: Path, number: int) -> Path:
    return folder(directory) / f"{number}{WRITES}"


def writes(directory: Path, since: int) -> Iterator[str]:
    """The lines of all journals from that number on, oldest first, but one that was cut off."""
    numbers = sorted(int(each.stem) for each in folder(directory).glob(f"*{WRITES}"))
    for number in numbers:
        if number >= since:
            for line in journal(directory, number).read_text().splitlines(keepends=True):
                if line.endswith("\n"):
                    yield line


def release() -> str:
    return f"ministack {version('ministack')}"
