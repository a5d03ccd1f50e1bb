"""`webhooks listen`: show what the local platform delivers, and forward it to a developer's own server."""

import json
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from tenantry.cli.output import harmless, stderr, stdout
from tenantry.cli.places import Port, Slug
from tenantry.cli.streams import require_reader
from tenantry.errors import Failed, WrongInput

if TYPE_CHECKING:
    from tenantry.local.listening import Forwarded

POLL_SECONDS = 0.5


def listen(
    slug: Slug,
    forward: Annotated[
        str,
        typer.Option(
            "--forward", metavar="URL", help="Where to forward them, such as http://localhost:3000/hook."
        ),
    ],
    receiver: Annotated[
        str | None,
        typer.Option(
            "--receiver", metavar="NAME", help="Only this receiver's deliveries; default: all receivers'."
        ),
    ] = None,
    port: Port = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs: one JSON object per line.")] = False,
) -> None:
    """Forward what the local platform delivers to your own server, with its signature; Ctrl-C stops it."""
    from tenantry.local import state
    from tenantry.local.listening import Listener, target
    from tenantry.problems import unknown

    to = target(forward)
    addresses = state.find(port).tenant(slug).receivers
    if not addresses:
        raise Failed(f"{slug} has no receiver of webhooks; list one below webhooks in its file")
    if receiver is not None and receiver not in addresses:
        raise WrongInput(unknown("receiver", receiver, addresses))
    meant = {name: url for name, url in addresses.items() if receiver in (None, name)}
    try:
        listener = Listener(meant, to)
        stderr().print(f"forwarding {', '.join(meant)} of {slug} to {forward}; Ctrl-C stops it")
        while True:
            for each in listener.look():
                _print(each, as_json)
                require_reader()
            time.sleep(POLL_SECONDS)
    except KeyboardInterrupt:
        return  # how listening ends


def _print(each: "Forwarded", as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps({"time": datetime.now(UTC).isoformat(), **each._asdict()}) + "\n")
        return
    answer = each.problem or f"{each.status}  {each.milliseconds:,} ms"
    line = f"{datetime.now().astimezone():%H:%M:%S}  {each.receiver}  {each.event}  {each.id}  → {answer}"
    taken = each.status is not None and 200 <= each.status < 300
    stdout().print(harmless(line), style="" if taken else "red", soft_wrap=True)
