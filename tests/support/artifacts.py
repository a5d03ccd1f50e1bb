"""Look into packed artifacts, and run what they hold away from this machine's own packages."""

import json
import subprocess
import sys
import zipfile
from typing import Any

from tenantry.packing.artifact import Artifact


def contents(packed: Artifact) -> dict[str, bytes]:
    with zipfile.ZipFile(packed.path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def sources(**files: str) -> dict[str, bytes]:
    return {f"{name}.py": text.encode() for name, text in files.items()}


def isolated(program: str, *arguments: str, told: Any = None) -> subprocess.CompletedProcess[str]:
    """Runs in an interpreter with the standard library alone and, as in Lambda, an environment of its own."""
    return subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", program, *arguments],
        input=json.dumps(told),
        capture_output=True,
        text=True,
        check=False,
        env={},
        timeout=60,
    )
