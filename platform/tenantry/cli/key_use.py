"""Before a key is retired: show when it was last used, and ask for a yes if that was lately."""

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from tenantry.cli.output import stderr, working
from tenantry.cli.places import chosen
from tenantry.errors import WrongInput

if TYPE_CHECKING:
    from tenantry.config.rotation import KeyKind
    from tenantry.operations.metering.key_use import Use
    from tenantry.operations.places import Place

Where = tuple[str | None, str | None, int | None]
"""Stack, Region and port, as the options give them."""


def require_unused(slug: str, kind: "KeyKind", name: str, folder: Path, where: Where, yes: bool) -> None:
    """Ask for a yes where the key was used within a week.

    Raises:
        WrongInput: nobody at a terminal said so, nor --yes.
        Failed: what runs cannot be asked.
    """
    from tenantry.operations.metering.key_use import of_api_key, of_signing_key

    place = _place(slug, folder, where)
    if place is None:
        _say(f"whether {name} is used is not known, because {slug} does not run here; --stack STACK asks AWS")
        return
    with working("looking for its last use"):
        use = (of_api_key if kind == "api" else of_signing_key)(place, slug, name)
    said = _words(use, kind, name, place)
    if use.last is not None and not yes and not sys.stdin.isatty():
        raise WrongInput(f"{said}; give --yes to retire it all the same")
    _say(said)
    if use.last is not None and not yes and not typer.confirm(f"Retire {name} all the same?", err=True):
        raise WrongInput(f"{name} was not retired")


def _place(slug: str, folder: Path, where: Where) -> "Place | None":
    """Where the tenant runs by these files: the stack that is named, or a local platform."""
    from tenantry.local import state

    stack, region, port = where
    if stack is None and region is None and port is None:
        running = [each for each in state.platforms() if each.alive and each.folder == folder.resolve()]
        if not any(slug == tenant.slug for each in running for tenant in each.tenants):
            return None
        port = running[0].record.port if len(running) == 1 else None
    return chosen(stack, region, port, slug)


def _words(use: "Use", kind: "KeyKind", name: str, place: "Place") -> str:
    from tenantry.operations.metering.key_use import RECENT_DAYS

    if use.last is None:
        return f"{name} was not used in {RECENT_DAYS} days, by {place}"
    moment = isinstance(use.last, datetime)
    last = f"{use.last:%Y-%m-%d %H:%M:%S}" if moment else f"{use.last:%Y-%m-%d}"
    what = "calls" if kind == "api" else "verdicts on tokens"
    return f"{name} was last used {last} UTC, by {place}; today: {use.today:,} {what}"


def _say(text: str) -> None:
    stderr().print(text, soft_wrap=True)
