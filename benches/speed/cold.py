"""Measure cold starts: a fresh interpreter imports a handler and answers one request, ours and the peers'.

Ours are the packed artifacts, unpacked as Lambda does; the peers' packages are whole, with byte code. Each
child has the standard library and these folders alone. AWS answers on loopback over plain HTTP, so what TLS
costs, for all alike, is left out.
"""

import json
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benches.speed import aws, goals, requests
from benches.speed.goals import Measured
from benches.speed.timing import OnStep, Sample, child, in_turns
from tenantry import paths
from tenantry.groups import current
from tenantry.packing import artifact, functions
from tenantry.packing.artifact import Artifact

ROUNDS = 15
RUNNER = Path(__file__).with_name("first_request.py")
PEERS = Path(__file__).parent / ".venv"
CLIENTS = "bare handler with boto3 clients"
BOTH_CLIENTS = f"{CLIENTS}, DynamoDB and SQS"
BARE = "bare handler"


@dataclass(frozen=True)
class Start:
    """What is started: `module.name` out of the folders, asked with the event."""

    module: str
    name: str
    event: Mapping[str, Any]
    folders: tuple[Path, ...]
    clients: str = "dynamodb"

    def seconds(self, environment: Mapping[str, str]) -> float:
        return child(self.command(), {**environment, "CLIENTS": self.clients}).cpu

    def command(self) -> list[str | Path]:
        program: list[str | Path] = [sys.executable, "-I", "-S", "-B", RUNNER]
        return [*program, self.module, self.name, json.dumps(self.event), *self.folders]


def measure(on_step: OnStep) -> list[Measured]:
    with unpacked() as folders, aws.stand_in() as server:
        starts = {**ours(folders), **_peers()}
        environment = requests.environment(aws.address(server))
        runs: dict[str, Callable[[], float]] = {
            name: lambda start=start: start.seconds(environment)  # type: ignore[misc]
            for name, start in starts.items()
        }
        for name, run in runs.items():
            on_step(f"{name}: once, unmeasured")
            run()
        found = in_turns(runs, ROUNDS, on_step)
    every = _measured("items", found, CLIENTS, goals.ITEMS_COLD)
    return [
        replace(every, figures={f"{name}, ms of CPU": _milliseconds(each) for name, each in found.items()}),
        _measured("authorizer", found, CLIENTS, goals.AUTHORIZER_COLD),
        _measured("contact", found, BOTH_CLIENTS, goals.CONTACT_COLD),
    ]


@contextmanager
def unpacked() -> Iterator[tuple[Path, Path]]:
    """Code and packages as they are packed, in the order of Lambda's search path."""
    target = artifact.this_machine()
    packed = (
        artifact.code(functions.sources(current()), paths.BUILD, target),
        artifact.layer(paths.LAYER_REQUIREMENTS, paths.BUILD, target),
    )
    with tempfile.TemporaryDirectory() as scratch:
        folders = Path(scratch, "task"), Path(scratch, "opt")
        for each, folder in zip(packed, folders, strict=True):
            _unpack(each, folder)
        yield folders[0], folders[1] / "python"


def _unpack(packed: Artifact, folder: Path) -> None:
    with zipfile.ZipFile(packed.path) as archive:
        archive.extractall(folder)


def ours(folders: tuple[Path, ...]) -> dict[str, Start]:
    return {
        "items": Start("start", "items", requests.READ, folders),
        "authorizer": Start("start", "authorizer", requests.question(), folders),
        "contact": Start("start", "contact", requests.CONTACT, folders),
    }


def _peers() -> dict[str, Start]:
    [packages] = PEERS.glob("lib/python*/site-packages")
    folders = (paths.ROOT, packages)

    def peer(module: str, **other: Any) -> Start:
        return Start(f"benches.speed.peers.{module}", "handle", requests.READ, folders, **other)

    return {
        BARE: peer("bare"),
        CLIENTS: peer("clients"),
        BOTH_CLIENTS: peer("clients", clients="dynamodb,sqs"),
        "Chalice": peer("with_chalice"),
        "Powertools resolver": peer("with_powertools"),
        "Powertools with validation": peer("with_validation"),
        "FastAPI + Mangum": peer("with_fastapi"),
    }


def _measured(own: str, found: Mapping[str, Sample], peer: str, bound: float) -> Measured:
    ratio = found[own].median / found[peer].median
    figures = {f"{name}, ms of CPU": _milliseconds(found[name]) for name in (own, peer)}
    return Measured(1, f"cold start of {own}", ratio, bound, peer, figures=figures)


def _milliseconds(sample: Sample) -> float:
    return round(sample.median * 1000, 1)
