"""Cut the layer down to what functions import and read: each cut is one entry here, and a cold start's gain.

Without the cuts functions do the same, only slower: `tenantry:plainArtifacts` leaves them out. Tests tell
when a library no longer has what is named here, or a function needs it after all.
"""

import gzip
import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from tenantry.errors import Failed

# botocore describes over 400 services with all their operations, and reads a service's whole description when
# a client is made. These are the ones that functions call.
OPERATIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "apigateway": ("GetUsage",),
    "dynamodb": ("BatchGetItem", "GetItem", "Query", "TransactWriteItems", "UpdateItem"),
    "logs": ("FilterLogEvents",),
    "secretsmanager": ("GetSecretValue",),
    "sesv2": ("SendEmail",),
    "sqs": ("ChangeMessageVisibility", "SendMessage", "SendMessageBatch"),
}
# Of its metadata a package keeps METADATA: some read their own version from it when they are imported.
NOT_IMPORTED: Final = ("*.dist-info/[!M]*", "bin", "tests", "*.pyi", "py.typed")
# What comes to more than a few modules, and nothing of ours imports.
UNUSED: Final = (
    "aws_lambda_powertools/event_handler",
    "aws_lambda_powertools/utilities/[!_j]*",  # all but jmespath_utils, which the logger imports
    "cffi",  # cryptography imports its C module alone, which lies beside it
    "pycparser",  # cffi's
    "dateutil/zoneinfo",
)


class UnknownOperation(Failed):
    """botocore describes no such service or operation."""


def trim(packages: Path) -> None:
    found = [path for pattern in NOT_IMPORTED for path in packages.rglob(pattern)]
    found += [path for pattern in UNUSED for path in packages.glob(pattern)]
    for path in found:
        _remove(path)
    _trim_descriptions(packages / "botocore" / "data")


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)  # with a folder that is gone already


def _trim_descriptions(data: Path) -> None:
    """Each service's newest description, cut to the operations, and the endpoints of these services alone.

    They are written as plain JSON: botocore reads both forms, and unpacking costs more than reading.
    """
    prefixes = {_trim_service(data / service, operations) for service, operations in OPERATIONS.items()}
    for folder in data.iterdir():
        if folder.is_dir() and folder.name not in OPERATIONS:
            shutil.rmtree(folder)
    endpoints = _read(data, "endpoints")
    for partition in endpoints["partitions"]:
        partition["services"] = {
            name: where for name, where in partition["services"].items() if name in prefixes
        }
    _write(data, "endpoints", endpoints)


def _trim_service(folder: Path, operations: tuple[str, ...]) -> str:
    """The name by which `endpoints` knows the service."""
    if not folder.is_dir():
        raise UnknownOperation(f"botocore does not describe {folder.name}; see OPERATIONS in {__file__}")
    *older, newest = sorted(folder.iterdir())
    for version in older:
        shutil.rmtree(version)
    model = cut_to(_read(newest, "service-2"), operations)
    for file in newest.glob("*.json*"):
        name = file.name.partition(".")[0]
        if name == "endpoint-rule-set-1":
            _write(newest, name, _read(newest, name))
        elif name != "service-2":
            file.unlink()  # examples, paginators and waiters
    _write(newest, "service-2", model)
    return str(model["metadata"]["endpointPrefix"])


def cut_to(model: dict[str, Any], operations: tuple[str, ...]) -> dict[str, Any]:
    """A service's description with these operations, and the shapes that they reach."""
    missing = set(operations) - model["operations"].keys()
    if missing:
        service = model["metadata"]["serviceId"]
        raise UnknownOperation(f"botocore describes no {', '.join(sorted(missing))} of {service}")
    kept = {name: model["operations"][name] for name in operations}
    shapes: dict[str, Any] = {}
    pending = list(_references(kept))
    while pending:
        name = pending.pop()
        if name not in shapes:
            shapes[name] = model["shapes"][name]
            pending += _references(shapes[name])
    cut: dict[str, Any] = _undocumented({**model, "operations": kept, "shapes": shapes})
    return cut


def _references(node: Any) -> Iterator[str]:
    match node:
        case {"shape": str(name)}:
            yield name
        case dict():
            for each in node.values():
                yield from _references(each)
        case list():
            for each in node:
                yield from _references(each)


def _undocumented(node: Any) -> Any:
    """A member may be called `documentation` too; its value is not text."""
    match node:
        case dict():
            return {
                name: _undocumented(each)
                for name, each in node.items()
                if not (name == "documentation" and isinstance(each, str))
            }
        case list():
            return [_undocumented(each) for each in node]
    return node


def _read(folder: Path, name: str) -> Any:
    plain, packed = folder / f"{name}.json", folder / f"{name}.json.gz"
    return json.loads(plain.read_bytes() if plain.exists() else gzip.decompress(packed.read_bytes()))


def _write(folder: Path, name: str, content: Any) -> None:
    (folder / f"{name}.json.gz").unlink(missing_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(content, separators=(",", ":")))
