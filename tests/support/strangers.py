"""Another user of the machine: a process of `nobody`'s, which may enter no folder of ours."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.signed import Request

# Imported first: afterwards the environment's folder is closed.
_SOURCE = """
import encodings.idna, http.client, json, os, sys
files, calls = json.loads(sys.stdin.read())
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
got = {"uid": os.getuid()}
for name in files:
    try:
        open(name).close()
        got[name] = "read"
    except PermissionError:
        got[name] = "refused"
for name, (host, method, target, headers, body) in calls.items():
    connection = http.client.HTTPConnection(host, timeout=30)
    connection.request(method, target, body, headers)
    got[name] = connection.getresponse().status
print(json.dumps(got))
"""
NOBODY = 65534


def tried(files: Iterable[Path], requests: Mapping[str, Request]) -> dict[str, Any]:
    """By file `read` or `refused`, by request the status. Skips where only root could do that."""
    if os.getuid() != 0:
        pytest.skip("only root can start another user's process")
    calls = {
        name: (each.host, each.method, each.target, each.headers, each.body.decode())
        for name, each in requests.items()
    }
    done = subprocess.run(
        [sys.executable, "-c", _SOURCE],
        input=json.dumps([[str(each) for each in files], calls]),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    got: dict[str, Any] = json.loads(done.stdout)
    assert got.pop("uid") == NOBODY
    return got
