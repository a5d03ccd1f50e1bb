"""The child process: the repaired emulator and the local issuer, on sockets that the parent already holds.

The first line of stdin is the secret of its administrator. It lives as long as the parent keeps its end of
stdin open. A line `detach` there sets it free; an end of file before that means that the parent is gone, and
the server ends and removes its directory, unless something is kept there. However it ends, its process group,
which holds the functions' workers, ends with it.
"""

import argparse
import asyncio
import logging
import os
import resource
import shutil
import signal
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tenantry.local import clients
from tenantry.local.emulator import domains, repairs, snapshots
from tenantry.local.emulator.front import Front
from tenantry.local.emulator.keeping import Keeper
from tenantry.local.emulator.repairs.authorization import callers
from tenantry.local.issuer import IssuerServer
from tenantry.local.receiver import Receiver

DETACH = "detach"
SAVE = signal.SIGUSR1  # take a snapshot now: a deployment has ended
DRAIN_SECONDS = 1  # for requests in flight at the end; a running function gets no longer


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m tenantry.local.emulator.server", description=__doc__)
    arguments.add_argument("--directory", type=Path, required=True, help="scratch space, the server's own")
    arguments.add_argument("--gateway-socket", type=int, required=True, help="file descriptor")
    arguments.add_argument("--issuer-socket", type=int, required=True, help="file descriptor")
    arguments.add_argument("--keep", action="store_true", help="what it holds is there again after its end")
    options = arguments.parse_args()
    if os.getpgrp() != os.getpid():
        arguments.error("start it in a process group of its own: it ends its whole group")
    os.environ.pop("PYTHONPATH", None)  # it led here; functions must not find the platform by it
    _allow_many_files()
    secret = sys.stdin.readline().strip()
    if not secret:  # the parent is gone already
        _abandon(options.directory)
        return
    root = clients.root(secret)
    repairs.apply(root)
    issuer = IssuerServer(
        socket.socket(fileno=options.issuer_socket), options.directory / "issuer", Receiver(secret)
    )
    threading.Thread(target=issuer.serve_forever, daemon=True).start()
    keeper = Keeper(options.directory) if options.keep else None
    asyncio.run(_serve(options.gateway_socket, options.directory, root, keeper))


async def _serve(
    gateway_socket: int, directory: Path, root: clients.Credentials, keeper: Keeper | None
) -> None:
    from hypercorn.asyncio import serve
    from hypercorn.config import Config
    from ministack.app import app

    loop = asyncio.get_running_loop()
    ended, abandoned = asyncio.Event(), threading.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)

    def abandon() -> None:
        abandoned.set()
        loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=_watch_parent, args=(abandon,), daemon=True).start()
    config = Config()
    config.bind = [f"fd://{gateway_socket}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = DRAIN_SECONDS
    config.loglevel = "WARNING"
    front: Any = Front(app, _hosts(), callers.secret_of(root), domains.registered())
    if keeper:
        front = keeper.watched(front)
        loop.add_signal_handler(SAVE, keeper.save)
    try:
        async with asyncio.TaskGroup() as tasks:
            saving = tasks.create_task(keeper.run()) if keeper else None
            await serve(front, config, shutdown_trigger=ended.wait)
            if saving:
                saving.cancel()
    except Exception:
        logging.getLogger(__name__).exception("the emulator failed")
    finally:
        if keeper:
            keeper.save_last()
        if abandoned.is_set():
            _abandon(directory)
        os.killpg(0, signal.SIGKILL)  # leaving the loop would wait for running functions instead


def _abandon(directory: Path) -> None:
    if snapshots.newest(directory) is None:
        shutil.rmtree(directory, ignore_errors=True)


def _hosts() -> list[str]:
    """The names that this platform hands out: its own, and those by which functions are led to a proxy."""
    port = os.environ["GATEWAY_PORT"]
    proxies = (url for name, url in os.environ.items() if name.startswith("AWS_ENDPOINT_URL"))
    return [f"127.0.0.1:{port}", f"localhost:{port}", *(urlsplit(url).netloc for url in proxies)]


def _watch_parent(abandon: Callable[[], None]) -> None:
    if sys.stdin.readline().strip() != DETACH:
        abandon()


def _allow_many_files() -> None:
    """Each worker takes three pipes; macOS allows 256 files unless asked for more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4096 if hard == resource.RLIM_INFINITY else min(4096, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


if __name__ == "__main__":
    main()
