"""Find where a stack's record is kept: beside the state, unless the stack's file names another place."""

import json
import os
from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3

from tenantry import paths
from tenantry.errors import Failed, WrongInput
from tenantry.operations import stacks
from tenantry.operations.aws import refusals_reported
from tenantry.operations.trail import origin
from tenantry.operations.trail.engine_history import EngineHistory
from tenantry.operations.trail.heads import Heads
from tenantry.operations.trail.shelves import BucketShelf, FolderShelf, Shelf
from tenantry.operations.trail.trail import Trail

SETTING = "tenantry:audit"
# Of a bucket's URL (gocloud.dev/blob/s3blob): what says where it is, and how the engine writes to it.
PLACES, MANNERS = {"region", "endpoint", "profile"}, {"awssdk", "ssetype", "kmskeyid"}


def of_cell(cell: str) -> Trail:
    """Of a cell on this machine, beside the state of its local platforms; it outlives them."""
    shelf = FolderShelf(_cells() / cell)
    return Trail(shelf, _heads(shelf), origin.by, partial(origin.commit, paths.ROOT))


def cells() -> list[str]:
    """Those on this machine that have a record."""
    return sorted(each.name for each in _cells().iterdir()) if _cells().is_dir() else []


def of_stack(stack: str, arn: Callable[[], str | None]) -> Trail:
    """Of a stack on AWS.

    Args:
        arn: whose credentials are used on AWS, if they are.

    Raises:
        Failed: the state is at a place where none can be kept, or the engine is not logged in.
    """
    lines, history = shelves(stack)
    by, commit = lambda: origin.by(arn()), partial(origin.commit, paths.ROOT)
    return Trail(lines, _heads(lines), by, commit, EngineHistory(history) if history else None)


def shelves(stack: str) -> tuple[Shelf, Shelf | None]:
    """Where the stack's lines are; and its engine's history, where the engine keeps one by files.

    Raises:
        Failed: as `of_stack`.
    """
    project, backend = _project(), _backend()
    lines = _shelf(stacks.settings(stack).get(SETTING) or backend, f".tenantry/audit/{project}/{stack}")
    by_files = urlsplit(backend).scheme in ("file", "s3")
    return lines, _shelf(backend, f".pulumi/history/{project}/{stack}") if by_files else None


def _cells() -> Path:
    return paths.local_state() / "audit" / "lines"


def _heads(shelf: Shelf) -> Heads:
    return Heads(paths.local_state() / "audit" / "heads", str(shelf))


def _shelf(url: str, path: str) -> Shelf:
    parts = urlsplit(url)
    match parts.scheme:
        case "file":
            folder = Path(f"{parts.netloc}{parts.path}").expanduser()
            return FolderShelf(paths.ROOT / folder / path)
        case "s3":
            prefix = f"{parts.path.strip('/')}/{path}/".lstrip("/")
            return BucketShelf(partial(_client, **_asked(parts.query)), parts.netloc, prefix)
    raise Failed(
        f"the state is at {parts.scheme}://{parts.hostname}, where no record can be kept; "
        f"set {SETTING} to s3://YOUR-BUCKET in Pulumi.yaml"
    )


def _asked(query: str) -> dict[str, str]:
    asked = {name: values[-1] for name, values in parse_qs(query).items()}
    if unknown := sorted(set(asked) - PLACES - MANNERS):
        raise Failed(
            f"the bucket's URL has {unknown[0]}, which is not known here; set {SETTING} to a URL without it"
        )
    return {name: value for name, value in asked.items() if name in PLACES}


@lru_cache
def _client(region: str | None = None, endpoint: str | None = None, profile: str | None = None) -> Any:
    with refusals_reported(region or "of the bucket"):
        session = boto3.Session(profile_name=profile, region_name=region)
        return session.client("s3", endpoint_url=endpoint)


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
        raise Failed("it is not known where the state is; set PULUMI_BACKEND_URL, or use `pulumi login`")
    return str(current)


def _project() -> str:
    name = stacks.document(paths.ROOT / "Pulumi.yaml").get("name")
    if not isinstance(name, str):
        raise WrongInput(f"{paths.ROOT / 'Pulumi.yaml'} names no project")
    return name
