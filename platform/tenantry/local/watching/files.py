"""Watch the files that a running platform is made from; no change is lost, however long an update takes."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from watchfiles import Change, watch

from tenantry.errors import Failed, WrongInput

SOURCES = frozenset({".py", ".yaml", ".yml"})
REQUIREMENTS = "requirements.txt"  # of a group
QUIET_MS = 50  # one save is several changes to the system; it is over when none follows within this time
GATHER_MS = 400  # the longest that changes are gathered while more follow
PAUSE_MS = 200


def watched(folders: Sequence[Path]) -> Iterator[set[Path]]:
    """The files that changed, whenever some did, and an empty set after each pause without a change.

    The watch begins now: what changes between two looks is part of the next.

    Raises:
        WrongInput: a folder is not there.
        Failed: the system cannot watch it.
    """
    if missing := [folder for folder in folders if not folder.is_dir()]:
        raise WrongInput(f"there is no folder {missing[0]}; watch one that exists")
    roots = [folder.resolve() for folder in folders]

    def counts(_change: Change, path: str) -> bool:
        return any(_is_source(Path(path), root) for root in roots)

    looks = watch(
        *roots,
        watch_filter=counts,
        debounce=GATHER_MS,
        step=QUIET_MS,
        rust_timeout=PAUSE_MS,
        yield_on_timeout=True,
    )
    try:
        next(looks)  # a generator begins with its first step
    except OSError as error:
        raise Failed(
            f"the system cannot watch {', '.join(map(str, roots))} ({error}); have it watch more files, "
            "or set WATCHFILES_FORCE_POLLING=true"
        ) from error
    return ({Path(path) for _, path in look} for look in looks)


def displayed(path: Path) -> str:
    """The path as a terminal in this folder opens it by a click."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _is_source(path: Path, root: Path) -> bool:
    """A folder counts too: one that is moved is reported itself, without what it holds."""
    if not path.is_relative_to(root):
        return False
    parts = path.relative_to(root).parts
    if any(part.startswith(".") or part == "__pycache__" for part in parts):
        return False
    return path.suffix in SOURCES or path.name == REQUIREMENTS or path.is_dir()
