"""Bring the platform up for the demo tenants, use it as clients and as intruders do, and take it down.

One line per claim, with a tick or a cross; any cross is a non-zero exit.
"""

import os
import subprocess
import sys
import tempfile
import time

from rich.console import Console

import claims
from observer import Observer
from tenantry.local import state


def main() -> int:
    out = Console(highlight=False)
    # A state of its own: a platform that the developer has running is not touched.
    with tempfile.TemporaryDirectory(prefix="tenantry-demo-") as home:
        os.environ["TENANTRY_STATE"] = home
        began = time.monotonic()
        try:
            tenantry("up", "--cell", "demo", "--port", "0", "--detach")
            observer = Observer(state.find(None), out)
            for scene in claims.SCENES:
                out.print(f"\n[bold]{scene.__doc__}[/]")
                scene(observer)
        finally:
            tenantry("down", "--all")
    kept, total = observer.kept, observer.kept + observer.broken
    colour = "red" if observer.broken else "green"
    out.print(f"\n[bold {colour}]{kept} of {total} claims hold[/], in {time.monotonic() - began:.0f} s")
    return 1 if observer.broken else 0


def tenantry(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "tenantry.cli", *arguments], check=True)  # noqa: S603 - own command


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)  # the command has said why
    except KeyboardInterrupt:
        sys.exit(130)  # 128 + SIGINT; the platform is down by now
