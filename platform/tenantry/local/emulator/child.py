"""Start the server as a process of its own, with an environment that holds nothing of the caller's."""

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import agreed
import tenantry
from tenantry.local.clients import ACCOUNT, REGION
from tenantry.local.emulator import processes

HOST = "127.0.0.1"


def spawn(
    directory: Path,
    gateway: socket.socket,
    keys: socket.socket,
    variables: Mapping[str, str],
    secret: str,
    keep: bool = False,
) -> subprocess.Popen[bytes]:
    """Start the server on sockets that listen already; the caller holds its stdin.

    Args:
        variables: more of the environment that functions inherit.
        secret: its administrator's; it goes by stdin, since commands and environments can be looked at.
        keep: what it holds is to outlast it, in `directory`.
    """
    sockets = {"--gateway-socket": gateway.fileno(), "--issuer-socket": keys.fileno()}
    with (directory / "emulator.log").open("wb") as log:
        child = subprocess.Popen(  # noqa: S603 - every part is ours
            [
                *(sys.executable, "-P", "-m", processes.SERVER_MODULE, "--directory", str(directory)),
                *(str(part) for option in sockets.items() for part in option),
                *(["--keep"] if keep else []),
            ],
            cwd=directory,
            env={**environment(directory, gateway.getsockname()[1], keep), **variables},
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            pass_fds=tuple(sockets.values()),
            start_new_session=True,  # the terminal's Ctrl-C is the parent's to handle
        )
    if child.stdin is not None:
        with contextlib.suppress(BrokenPipeError):  # it has ended; who waits for it finds out why
            child.stdin.write(f"{secret}\n".encode())
            child.stdin.flush()
    return child


def environment(directory: Path, port: int, keep: bool = False) -> dict[str, str]:
    """All that the server gets by itself: functions inherit it, so the caller's own environment stays out."""
    return {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "HOME": str(directory),
        "TMPDIR": str(directory / "tmp"),
        "PYTHONPATH": os.pathsep.join(str(Path(each.__path__[0]).parent) for each in (tenantry, agreed)),
        "STATE_DIR": str(directory / "state"),
        "S3_DATA_DIR": str(directory / "s3"),
        "S3_PERSIST": "1" if keep else "0",
        "BIND_HOST": HOST,
        "GATEWAY_PORT": str(port),
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_REGION": REGION,
        "AUTH": "true",
        "LAMBDA_EXECUTOR": "local",
        "LOG_LEVEL": "WARNING",
        "IOT_MTLS_ENABLED": "0",  # else it listens on 8883 of every interface
        "SFTP_ENABLED": "0",
        "DOCKER_HOST": f"unix://{directory}/no-docker",  # else it removes other emulators' containers
    }
