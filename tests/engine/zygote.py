"""Run programs of stacks in forks of one process that has imported what they need: a start costs CPU seconds.

`python -m tests.engine.zygote SOCKET` serves; `environment` makes what the engine takes for a virtual
environment.
"""

import json
import os
import runpy
import signal
import socket
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

# Without packages: none of them has to be found. The engine lists those of a program to find its providers.
_CLIENT = """\
#!{python} -IS
import json, os, socket, sys
if sys.argv[1:4] == ["-m", "pip", "list"]:
    print("[]")
    sys.exit()
words = [each for each in sys.argv[1:] if each != "-u"]
if not words[0].endswith("pulumi-language-python-exec"):
    os.execv("{python}", ["{python}", *sys.argv[1:]])
with socket.socket(socket.AF_UNIX) as wire:
    wire.connect("{address}")
    said = json.dumps({{"words": words, "folder": os.getcwd(), "environment": dict(os.environ)}}).encode()
    socket.send_fds(wire, [len(said).to_bytes(4, "big")], [0, 1, 2])
    wire.sendall(said)
    sys.exit(int(wire.recv(8) or b"1"))
"""


def environment(folder: Path, address: Path) -> Path:
    python = folder / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(_CLIENT.format(python=os.path.realpath(sys.executable), address=address))
    python.chmod(0o700)
    return folder


def _run(wire: socket.socket) -> NoReturn:
    size, handles, *_ = socket.recv_fds(wire, 4, 3)
    asked: dict[str, Any] = json.loads(wire.makefile("rb").read(int.from_bytes(size, "big")))
    for number, handle in enumerate(handles):
        os.dup2(handle, number)
    os.environ.clear()
    os.environ.update(asked["environment"])
    os.chdir(asked["folder"])
    sys.argv = asked["words"]
    threading.Thread(target=_end_with, args=(wire,), daemon=True).start()
    code: Any = 1
    try:
        runpy.run_path(sys.argv[0], run_name="__main__")
        code = 0
    except SystemExit as ended:
        code = ended.code or 0
    finally:  # whatever threads it has
        sys.stdout.flush()
        sys.stderr.flush()
        with suppress(OSError):  # it was ended
            wire.sendall(str(code if isinstance(code, int) else 1).encode())
        os._exit(0)


def _end_with(wire: socket.socket) -> NoReturn:
    """The engine ends a program by ending whom it takes for it."""
    wire.recv(1)
    os._exit(1)


def main() -> None:

    from tenantry import recording, turns, wanted  # noqa: F401

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(sys.argv[1])
        listening.listen(64)
        while True:
            wire, _ = listening.accept()
            with wire:
                if os.fork() == 0:
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    listening.close()
                    _run(wire)


if __name__ == "__main__":
    main()
