"""Find where a stack's record is kept: beside the state, unless the stack's file names another place."""

import json
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from tenantry import paths
from tenantry.errors import Failed, WrongInput
from tenantry.operations import stacks
from tenantry.operations.stores import Folder, Store, store
from tenantry.operations.trail import origin
from tenantry.operations.trail.engine_history import EngineHistory
from tenantry.operations.trail.heads import Heads
from tenantry.operations.trail.trail import Trail

SETTING = "tenantry:audit"


def of_cell(cell: str) -> Trail:
    """Of a cell on this machine, beside the state of its local platforms; it outlives them."""
    lines = Folder(_cells() / cell)
    return Trail(lines, _heads(lines), origin.by, partial(origin.commit, paths.ROOT))


def cells() -> list[str]:
    """Those on this machine that have a record."""
    return sorted(each.name for each in _cells().iterdir()) if _cells().is_dir() else []


def of_stack(stack: str, arn: Callable[[], str | None], backend: str | None = None) -> Trail:
    """Of a cell's stack on AWS, and of the stacks of its tenants.

    Args:
        arn: whose credentials are used on AWS, if they are.
        backend: where the state is, if it is not where the engine finds it by itself.

    Raises:
        Failed: the state is at a place where none can be kept, or the engine is not logged in.
    """
    lines, history = stored(stack, backend)
    by, commit = lambda: origin.by(arn()), partial(origin.commit, paths.ROOT)
    return Trail(lines, _heads(lines), by, commit, history)


def stored(stack: str, backend: str | None = None) -> tuple[Store, EngineHistory | None]:
    """Where the stack's lines are; and its engine's history, where the engine keeps one by files.

    Raises:
        Failed: as `of_stack`.
    """
    project, backend = _project(), backend or _backend()
    url = stacks.settings(stack).get(SETTING) or backend
    lines = store(url, paths.ROOT, f".tenantry/audit/{project}/{stack}")
    if lines is None:
        parts = urlsplit(url)
        raise Failed(
            f"the state is at {parts.scheme}://{parts.hostname}, where no record can be kept; "
            f"set {SETTING} to s3://YOUR-BUCKET in Pulumi.yaml"
        )
    history = store(backend, paths.ROOT, f".pulumi/history/{project}")
    return lines, EngineHistory(history, stack) if history else None


def _cells() -> Path:
    return paths.local_state() / "audit" / "lines"


def _heads(lines: Store) -> Heads:
    return Heads(paths.local_state() / "audit" / "heads", str(lines))


def _backend() -> str:
    """As the engine finds it (pulumi/pulumi, pkg/workspace/creds.go)."""
    if url := os.environ.get("PULUMI_BACKEND_URL"):
        return url
    if url := (stacks.document(paths.ROOT / "Pulumi.yaml").get("backend") or {}).get("url"):
        return str(url)
    file = Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi") / "credentials.json"
    try:
        current = json.loads(file.read_bytes()).get("current")
    except (OSError, ValueError, AttributeError):
        current = None
    if not current:
        raise Failed("the state's location is not known; set PULUMI_BACKEND_URL, or use `pulumi login`")
    return str(current)


def _project() -> str:
    name = stacks.document(paths.ROOT / "Pulumi.yaml").get("name")
    if not isinstance(name, str):
        raise WrongInput(f"{paths.ROOT / 'Pulumi.yaml'} has no name of a project; add it")
    return name
