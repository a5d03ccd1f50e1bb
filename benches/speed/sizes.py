"""Measure what is stored in Lambda: the code, the layer, and all functions of a thousand tenants.

Lambda's code storage counts each function's uploaded zip, and each layer version once ("Lambda quotas": 75 GB
per Region for uploaded functions and layers). Tenantry publishes no versions. Unpacked, a function may have
250 MB with its layers.
"""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

from benches.speed import aws, cold, goals, requests
from benches.speed.goals import Measured
from benches.speed.timing import OnStep
from tenantry import paths
from tenantry.groups import current
from tenantry.packing import artifact, functions

TENANTS = 1_000
FUNCTIONS = 1 + len(current().members)  # a tenant with all that there is, and its authorizer
KIB, GB = 1024, 10**9
# In a program before the others: says at the end what was opened.
OPENED = """
import json, runpy, sys
opened = set()
def note(event, arguments):
    if event == "open" and isinstance(arguments[0], str): opened.add(arguments[0])
    if event == "import" and arguments[1]: opened.add(arguments[1])
sys.addaudithook(note)
del sys.argv[0]
runpy.run_path(sys.argv[0])
print(json.dumps(sorted(opened)))
"""


def measure(on_step: OnStep) -> list[Measured]:
    on_step("packing")
    target = artifact.this_machine()
    code = artifact.code(functions.sources(current()), paths.BUILD, target).path
    layer = artifact.layer(paths.LAYER_REQUIREMENTS, paths.BUILD, target).path
    on_step("what first requests open")
    unused = _unused()
    packed = code.stat().st_size
    stored = (TENANTS * FUNCTIONS * packed + layer.stat().st_size) / GB
    layer_figures = {
        "layer zipped, KiB": layer.stat().st_size / KIB,
        "layer unpacked, KiB": _unpacked(layer) / KIB,
    }
    return [
        Measured(
            6,
            "code artifact",
            packed / KIB,
            goals.CODE_KIB,
            "a plain bound",
            unit="KiB",
            figures={"unpacked, KiB": _unpacked(code) / KIB},
        ),
        Measured(
            6,
            "largest file of the layer that no first request opens",
            max((size for _, size in unused), default=0) / KIB,
            goals.UNUSED_KIB,
            "a plain bound",
            unit="KiB",
            figures={"files in the layer": _files(layer), **layer_figures},
        ),
        Measured(
            6,
            f"code of {TENANTS:,} tenants' functions",
            stored,
            goals.CODE_STORAGE_GB,
            "Lambda's quota per Region",
            unit="GB",
            figures={
                "functions": TENANTS * FUNCTIONS,
                "code zipped, KiB": packed / KIB,
                "GB, if unpacked code counted": (TENANTS * FUNCTIONS * _unpacked(code) + _unpacked(layer))
                / GB,
            },
        ),
    ]


def _unpacked(packed: Path) -> int:
    with zipfile.ZipFile(packed) as archive:
        return sum(entry.file_size for entry in archive.infolist())


def _files(packed: Path) -> int:
    with zipfile.ZipFile(packed) as archive:
        return len(archive.namelist())


def _unused() -> list[tuple[str, int]]:
    """Files of the layer that no function opens at its start; authorities for TLS are opened out of sight."""
    with cold.unpacked() as folders, aws.stand_in() as server:
        opened = {str(folders[1] / "botocore" / "cacert.pem")}
        for start in cold.ours(folders).values():
            program = [cold.RUNNER, start.module, start.name, json.dumps(start.event), *start.folders]
            done = subprocess.run(  # noqa: S603 - the benches' own programs
                [sys.executable, "-I", "-S", "-B", "-c", OPENED, *map(str, program)],
                env=requests.environment(aws.address(server)),
                capture_output=True,
                text=True,
                check=True,
            )
            opened |= set(json.loads(done.stdout.splitlines()[-1]))
        files = [path for path in folders[1].rglob("*") if path.is_file() and str(path) not in opened]
        return [(path.name, path.stat().st_size) for path in files]
