"""The API as clients in other languages, and with other libraries, see it: one program of each calls it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import ROOT
from tests.support.platform import Tenant

CLIENTS = ROOT / "tests" / "fixtures" / "clients"
COMMANDS: Mapping[str, tuple[str, ...]] = {
    "client_httpx.py": (sys.executable,),
    "client_requests.py": (sys.executable,),
    "client_fetch.mjs": ("node",),
    "client_axios.cjs": ("node",),
    # Unoptimised: compiling is what takes the time, and no client computes anything.
    "client.go": ("go", "run", "-gcflags=all=-N -l"),
    "Client.java": ("java",),
}
# Exit code 0 where the library that a client needs is there.
LIBRARIES: Mapping[str, tuple[str, ...]] = {
    "client_requests.py": (sys.executable, "-c", "import requests"),
    "client_axios.cjs": ("node", "-e", "require.resolve('axios')"),
}
SECONDS = 180  # Go compiles its standard library first, where its cache is empty
SEEN = {
    "created": [201, '"1"'],
    "again": [201, "true", True],
    "read": [200, "gzip", True],
    "updated": [200, '"2"'],
    "stale": [412, "urn:tenantry:problem:precondition-failed"],
    "head": [200, '"2"', 0],
    "wrong_method": [405, "GET, POST, HEAD, OPTIONS"],
    "pages": [2, 1],
    "bad": [400, "application/problem+json", "/id"],
    "deleted": [204],
    "gone": [404],
    "message": [202],
}


@pytest.mark.parametrize("client", COMMANDS)
def test_a_client_of_another_language_sees_the_same(acme: Tenant, client: str, tmp_path: Path) -> None:
    """Created once however often it is sent, read compressed, replaced by version, paged through, deleted."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "API_URL": acme.url,
        "API_KEY": acme.key,
        "API_TOKEN": acme.own_token,
        "COLLECTION": f"seen-by-{client.replace('.', '-').replace('_', '-').lower()}",
        # Only what is on this machine: no module, no newer Go, no C compiler.
        "GOFLAGS": "-mod=mod",
        "GOPROXY": "off",
        "GOTOOLCHAIN": "local",
        "CGO_ENABLED": "0",
        "GOCACHE": os.environ.get("GOCACHE", str(tmp_path / "go")),
    }
    environment |= {name: os.environ[name] for name in ("NODE_PATH",) if name in os.environ}
    require(client, environment)
    assert seen(client, environment) == SEEN


def require(client: str, environment: Mapping[str, str]) -> None:
    command = COMMANDS[client][0]
    if shutil.which(command) is None:
        pytest.skip(f"there is no {command} on PATH: {client} was not tried")
    if client in LIBRARIES:
        found = subprocess.run(LIBRARIES[client], env=environment, capture_output=True, check=False)
        if found.returncode:
            pytest.skip(f"{command} finds no such library: {client} was not tried")


def seen(client: str, environment: Mapping[str, str]) -> Any:
    done = subprocess.run(
        [*COMMANDS[client], str(CLIENTS / client)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
