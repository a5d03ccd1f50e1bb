"""Import every deployed handler from its sources before an update, with the variables that its function has.

So a handler that does not compile or import is found while the one before it goes on serving.
"""

import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from tenantry.errors import Failed
from tenantry.groups import Groups
from tenantry.local.clients import REGION
from tenantry.local.watching import importing
from tenantry.local.watching.files import displayed
from tenantry.packing.artifact import Artifact
from tenantry.packing.functions import origin

SECONDS = 30  # an import takes a fraction of one; whatever takes longer waits for something


class HandlerFault(Failed):
    """A handler does not compile or import; the message names file and line."""


def require_handlers(
    functions: Any,
    groups: Groups,
    sources: Mapping[str, bytes],
    layers: Iterable[Artifact],
    changed: Collection[Path],
) -> None:
    """Raise HandlerFault unless the changed sources compile and all handlers import.

    Args:
        functions: boto3's client of Lambda.
        sources: what is packed, by path in the artifact.
        layers: of the groups that have requirements of their own.
    """
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as packages:
        for name, content in sources.items():
            file = Path(folder, name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        for layer in layers:
            with zipfile.ZipFile(layer.path) as packed:
                packed.extractall(packages)
        fault = _first_fault(functions, [folder, f"{packages}/python"], changed)
    if fault is None:
        return
    what = f"; handler {fault['handler']} does not import" if fault["handler"] else ""
    file = Path(fault["file"])
    if file.is_relative_to(folder):
        file = origin(groups, file.relative_to(folder).as_posix())
    where = f"{displayed(file)}:{fault['line']}: " if fault["file"] else ""
    raise HandlerFault(f"{where}{fault['error']}{what}")


def _first_fault(functions: Any, folders: list[str], changed: Collection[Path]) -> dict[str, Any] | None:
    files = sorted(str(each) for each in changed if each.suffix == ".py" and each.exists())
    asked = {"folders": folders, "files": files, "handlers": _handlers(functions)}
    command = [sys.executable, "-I", "-B", importing.__file__]  # -B: the sources' folder stays as it is
    try:
        done = subprocess.run(  # noqa: S603 - every part is ours
            command,
            input=json.dumps(asked),
            env=_environment(functions.meta.endpoint_url),
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise HandlerFault(f"importing the handlers did not end within {SECONDS} s") from None
    if done.returncode:
        raise HandlerFault(f"the handlers cannot be imported: {done.stderr.strip()}")
    found: dict[str, Any] | None = json.loads(done.stdout)
    return found


def _handlers(functions: Any) -> list[tuple[str, dict[str, str]]]:
    """Each handler once, with the variables of one of its functions: tenants' values differ, names do not."""
    found: dict[str, dict[str, str]] = {}
    for page in functions.get_paginator("list_functions").paginate():
        for each in page["Functions"]:
            found.setdefault(each["Handler"], each.get("Environment", {}).get("Variables", {}))
    return sorted(found.items())


def _environment(endpoint: str) -> dict[str, str]:
    return {
        "LANG": "C.UTF-8",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "nobody",  # clients may be made at import, and no call
        "AWS_SECRET_ACCESS_KEY": "nobody",
    }
