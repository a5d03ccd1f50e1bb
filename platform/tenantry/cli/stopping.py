"""`down`: stop a platform on this machine; its data is kept unless --delete is given."""

from typing import Annotated

import typer

from tenantry.cli.output import marked, print_json, stderr, stdout
from tenantry.cli.places import Port
from tenantry.cli.tenants import AsJson
from tenantry.errors import WrongInput


def down(
    port: Port = None,
    everything: Annotated[bool, typer.Option("--all", help="Stop every platform that runs here.")] = False,
    delete: Annotated[
        bool, typer.Option("--delete", help="Also delete what is kept for the next start: data and all keys.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Stop what `up` started; the next start has the same data, keys and addresses."""
    from tenantry.local import key_values, state

    out = stderr() if as_json else stdout()
    swept = state.sweep(everything) if port is None else 0
    if swept:
        out.print(marked(f"{swept} without a readable record: down"))
    known = list(state.platforms()) if port is None else [each for each in [state.at(port)] if each]
    meant = [each for each in known if delete or each.alive or not each.keeps]
    if len(meant) > 1 and not everything:
        ports = ", ".join(str(each.record.port) for each in meant)
        raise WrongInput(f"several local platforms are here, on ports {ports}; give --port or --all")
    for platform in known:
        if platform not in meant:
            platform.stop()  # of a killed one, workers may run on
            continue
        platform.delete() if delete else platform.stop()
        rest = "; `tenantry up` brings its data and keys back" if platform.keeps else ""
        out.print(marked(f"the platform on port {platform.record.port} is down{rest}"), soft_wrap=True)
    unnamed = state.delete_unnamed(port) if delete else []
    for directory in unnamed:
        out.print(marked(f"{directory.name}, which no record names, is deleted"))
    if not meant and not swept:
        out.print("no local platform runs" + ("" if port is None else f" on port {port}"))
    if delete and key_values.forget():
        out.print(marked("the API keys' values are deleted"))
    if as_json:
        stopped = [{"port": each.record.port, "cell": each.cell, "kept": each.keeps} for each in meant]
        print_json({"stopped": stopped, "without_record": swept, "deleted": delete})
