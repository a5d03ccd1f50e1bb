"""`console`: a page that shows the running platform."""

from functools import partial
from typing import Annotated

import typer

from tenantry.cli.output import stderr, stdout
from tenantry.cli.places import Port, Region, StackOption, chosen
from tenantry.cli.tenants import TENANTS, Folder

LISTEN = 4580  # beside the local platform's 4566


def console(
    stack: StackOption = None,
    region: Region = None,
    port: Port = None,
    listen: Annotated[
        int,
        typer.Option(
            "--listen", min=0, max=65535, help="The page's own port on loopback; 0 takes a free one."
        ),
    ] = LISTEN,
    tenants: Folder = TENANTS,
    open_: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
) -> None:
    """Show all tenants of a running platform on a local web page, until Ctrl-C."""
    from tenantry.console.app import application
    from tenantry.console.fleet import read
    from tenantry.console.month import month_so_far
    from tenantry.console.server import serve
    from tenantry.console.source import HERE, ON_AWS, RunningPlatform

    place = chosen(stack, region, port)

    def listening(address: str) -> None:
        stdout().print(address, soft_wrap=True)
        stderr().print(f"shows {place}; Ctrl-C stops it", soft_wrap=True)
        if open_:
            typer.launch(address)

    freshness = HERE if stack is None else ON_AWS
    fleet = partial(read, stack) if stack else lambda: None
    source = RunningPlatform(place, partial(month_so_far, folder=tenants), freshness, fleet)
    serve(application(source), listen, listening)
