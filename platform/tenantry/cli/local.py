"""`build`, `up`, `status` and `credentials`: the platform on this machine."""

import signal
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from tenantry.cli.output import Table, marked, print_json, stderr, stdout, warn, working
from tenantry.cli.places import Port
from tenantry.cli.tenants import TENANTS, AsJson, Folder
from tenantry.errors import Failed, WrongInput
from tenantry.local import PORT
from tenantry.problems import unknown

if TYPE_CHECKING:
    from tenantry.config import Cell
    from tenantry.local.state import LocalPlatform, LocalTenant

_HINTS = ("a token:  {} token TENANT", "a call:   {} call TENANT GET /health", "the end:  {} down")


def build(as_json: AsJson = False) -> None:
    """Pack the code and the layer that `up` and `pulumi up` use; again only when they have changed."""
    from tenantry.groups import current
    from tenantry.packing import artifact, functions

    packs = functions.pack(current(), artifact.this_machine()).artifacts
    if as_json:
        made = [{"file": each.path, "bytes": each.path.stat().st_size} for each in packs]
        print_json({"artifacts": made})
        return
    for packed in packs:
        stdout().print(
            marked(f"{packed.path.name} ({packed.path.stat().st_size / 1024:,.0f} KiB)"), soft_wrap=True
        )


def up(
    cell: Annotated[str | None, typer.Option("--cell", help="Which cell; default: the only one.")] = None,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="The port it listens on; 0 takes a free one.")
    ] = PORT,
    detach: Annotated[bool, typer.Option("--detach", help="Return once it runs; `down` stops it.")] = False,
    watch: Annotated[
        bool,
        typer.Option(
            "--watch", help="Apply each edit of functions, contract and tenants' files while it runs."
        ),
    ] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Start empty: delete what the last platform on this port kept.")
    ] = False,
    as_json: AsJson = False,
    tenants: Folder = TENANTS,
) -> None:
    """Run the platform on this machine: no account, no Docker, nothing beyond loopback.

    It goes on with the data, keys and addresses of the last platform on its port; with --port 0, nothing is
    kept.
    """
    from tenantry.cli import watching
    from tenantry.config import load_platform
    from tenantry.local import pins, state
    from tenantry.local import platform as local

    if watch and detach:
        raise WrongInput("--watch stays in the foreground; leave out --detach")
    if watch and as_json:
        raise WrongInput("--watch reports to people; leave out --json")
    earlier = state.at(port) if port else None
    if earlier and earlier.alive and not fresh:
        print_json({"started": False, **_shown(earlier)}) if as_json else _say_it_runs(earlier)
        return
    looks = watching.begun(tenants) if watch else None
    chosen = choose(load_platform(tenants).cells, cell)
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, _interrupt)
    if fresh:
        _delete_kept(port, stderr() if as_json else stdout())
    kept = earlier is not None and earlier.keeps
    began = time.monotonic()
    with working("starting") as show:
        emulator, platform = local.start(
            chosen, tenants, port or None, lambda step: show(f"{step} …"), keep=port != 0
        )
    with emulator:
        if detach:
            emulator.detach()  # before anything is printed, which may fail
        for each in pins.left_out(chosen, platform.last.runs):
            warn(each)
        goes_on = kept and not fresh
        if as_json:
            print_json({"started": True, "kept": goes_on, **_shown(platform)})
            sys.stdout.flush()
        else:
            _announce(platform, time.monotonic() - began, goes_on)
        if detach:
            return
        if not as_json:
            stdout().print("  Ctrl-C stops it" + ("; edits are served as they are saved" if looks else ""))
        try:
            watching.serve(platform, looks, tenants) if looks else _wait(platform)
            if not platform.was_stopped:
                raise Failed("the emulator has died; `tenantry up` starts it again")
        except BaseException:  # Ctrl-C too
            platform.stop()
            raise
        emulator.forget()
    out = stderr() if as_json else stdout()
    out.print(marked("stopped by another command: `tenantry down`, or `tenantry up --fresh`"), soft_wrap=True)


def status(
    slug: Annotated[
        str | None, typer.Argument(metavar="[TENANT]", help="Only this tenant; default: all.")
    ] = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Show what runs, with addresses and keys."""
    from tenantry.local import state

    platform = state.find(port)
    tenants = platform.tenants if slug is None else (platform.tenant(slug),)
    if as_json:
        print_json(_shown(platform, tenants))
        return
    stdout().print(_tenants_table(tenants))
    stdout().print(f"cell {platform.cell} at {platform.endpoint}")


def credentials(port: Port = None) -> None:
    """Print the credentials of the local platform's administrator as shell variables, for AWS's tools."""
    from tenantry.local import clients, state

    platform = state.find(port)
    root = clients.root(platform.record.secret)
    variables = {
        "AWS_ACCESS_KEY_ID": root.access_key,
        "AWS_SECRET_ACCESS_KEY": root.secret_key,
        "AWS_SESSION_TOKEN": "",  # one of the user's own would go along
        "AWS_REGION": clients.REGION,
        "AWS_DEFAULT_REGION": clients.REGION,  # boto3 and version 1 of the AWS CLI read this one
        "AWS_ENDPOINT_URL": platform.endpoint,
    }
    for name, value in variables.items():
        typer.echo(f"export {name}={value}")


def _say_it_runs(platform: "LocalPlatform") -> None:
    stdout().print(
        f"cell {platform.cell} runs already at {platform.endpoint}; nothing was changed.\n"
        "  `tenantry update` brings it to what the files say; `tenantry up --fresh` starts it anew, empty",
        soft_wrap=True,
    )


def _shown(platform: "LocalPlatform", tenants: "Iterable[LocalTenant] | None" = None) -> dict[str, Any]:
    shown = [tenant.shown for tenant in (platform.tenants if tenants is None else tenants)]
    return {"endpoint": platform.endpoint, "cell": platform.cell, "tenants": shown}


def _delete_kept(port: int, out: Console) -> None:
    from tenantry.local import state

    earlier = state.at(port) if port else None
    if earlier is None:
        if port:
            state.delete_unnamed(port)
        return
    earlier.delete()
    slugs = ", ".join(tenant.slug for tenant in earlier.tenants)
    out.print(
        f"deleted what cell {earlier.cell} had on port {port}: items, messages, secrets, signing keys, logs "
        f"and counts of {slugs}; API keys keep their values",
        soft_wrap=True,
    )


def choose(cells: "tuple[Cell, ...]", name: str | None) -> "Cell":
    names = ", ".join(each.name for each in cells) or "none"
    chosen = [each for each in cells if name in (None, each.name)]
    if len(chosen) > 1:
        raise WrongInput(f"there are several cells: {names}; choose one with --cell")
    if not chosen:
        raise WrongInput(
            unknown("cell", name, [each.name for each in cells]) if name else "there is no cell yet"
        )
    if not chosen[0].tenants:
        raise WrongInput(f"cell {chosen[0].name} has no tenant; `tenantry new` makes one")
    return chosen[0]


def _announce(platform: "LocalPlatform", seconds: float, goes_on: bool) -> None:
    stdout().print(_tenants_table(platform.tenants))
    stdout().print(marked(f"up in {seconds:.1f} s at {platform.endpoint}, on this machine only"))
    for hint in _HINTS:
        stdout().print("  " + hint.format(_own_name()), style="dim")
    if goes_on:
        stdout().print("  with the data and keys of the last run; `tenantry up --fresh` starts empty")


def _own_name() -> str:
    """As the user called it, which may be by a path."""
    return sys.argv[0] if Path(sys.argv[0]).name == "tenantry" else "tenantry"


def _wait(platform: "LocalPlatform") -> None:
    while platform.alive:
        time.sleep(0.5)


def _interrupt(_signal: int, frame: FrameType | None) -> None:
    """As Ctrl-C does just now: while a program is declared that is no exception, of which the SDK would wait
    for what is half registered, but the end of the loop's task.
    """
    handler = signal.getsignal(signal.SIGINT)
    if not callable(handler):  # ignored, as in a shell's background job
        raise KeyboardInterrupt
    handler(signal.SIGINT, frame)


def _tenants_table(tenants: "Iterable[LocalTenant]") -> Table:
    """Two columns, so that an address stays on one line of a narrow terminal."""
    table = Table("tenant", "URL, routes, API keys", show_lines=True)
    for tenant in tenants:
        shown = tenant.shown
        state = "" if shown["status"] == "active" else f"\n{shown['status']}"
        kind = f"{shown['tier']}, {shown['isolation']}\n{shown['auth']} tokens"
        about = Text.assemble((shown["tenant"], "bold"), f"\n{kind}", (state, "red"))
        keys = [f"{name}: {value}" for name, value in shown["api_keys"].items()]
        options = [
            f"{group}.{name}: {value}"
            for group, own in shown["options"].items()
            for name, value in own.items()
        ]
        webhooks = [
            f"{group}.webhooks {each.name}: {each.url}"
            for group, listed in tenant.webhooks.items()
            for each in listed
        ]
        lines = [shown["url"], *shown["addresses"], " ".join(shown["routes"]), *keys, *options, *webhooks]
        table.add_row(about, "\n".join(lines))
    return table
