"""`logs`: a tenant's records, one per line, from the past or as they come in."""

import json
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from tenantry.cli import moments
from tenantry.cli.output import harmless, stderr, stdout
from tenantry.cli.places import Port, Region, Slug, StackOption, chosen
from tenantry.cli.streams import require_reader
from tenantry.errors import Failed, WrongInput

if TYPE_CHECKING:
    from tenantry.operations.logs.events import Event, Log
    from tenantry.operations.logs.lines import LogLine
    from tenantry.operations.places import Place

CALLS_PER_SECOND = 2.5  # of FilterLogEvents, half of what an account has: two people can follow
STYLES = {"ERROR": "red", "CRITICAL": "red", "WARNING": "yellow", "DEBUG": "dim"}


def logs(
    slug: Slug,
    follow: Annotated[
        bool, typer.Option("--follow", help="Keep showing records as they come in; Ctrl-C stops it.")
    ] = False,
    since: Annotated[str, typer.Option("--since", help="How far back: 90s, 15m, 2h, 3d.")] = "15m",
    group: Annotated[
        list[str] | None,
        typer.Option("--group", help="Only this log: access, authorizer or a function; repeatable."),
    ] = None,
    errors: Annotated[
        bool, typer.Option("--errors", help="Only failures: 5xx, and errors in records.")
    ] = False,
    request: Annotated[
        str | None,
        typer.Option(
            "--request", metavar="ID", help="Only this request, in the order in which it was handled."
        ),
    ] = None,
    stack: StackOption = None,
    region: Region = None,
    port: Port = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs: one JSON object per line.")] = False,
) -> None:
    """Show a tenant's records: requests, and what its functions logged."""
    from tenantry.operations.aws import refusals_reported
    from tenantry.operations.logs.ways import in_order

    start_ms = int((time.time() - moments.span(since)) * 1000)
    if request is not None and follow:
        raise WrongInput("--request shows a past request, --follow what comes in; give one of them")
    place = chosen(stack, region, port, slug)
    with refusals_reported(place.region):
        events = _events(place, slug, group, start_ms, request, follow)
        lines = (line for line in _lines(events) if _shown(line, errors, request, as_json))
        count = _print_all(lines if request is None else in_order(lines), as_json, follow)
    if not count and not follow:
        what = "of this request " if request is not None else ""
        stderr().print(f"nothing {what}in the last {since}; --since looks further back")


def _print_all(lines: "Iterable[LogLine]", as_json: bool, follow: bool) -> int:
    """The number of records."""
    count = 0
    try:
        for line in lines:
            count += 1
            _print(line, as_json)
            require_reader()
    except KeyboardInterrupt:
        if not follow:  # Ctrl-C is how following ends
            raise
    return count


def _events(
    place: "Place", slug: str, groups: list[str] | None, start_ms: int, request: str | None, follow: bool
) -> "Iterator[Event]":
    from tenantry.operations.logs.following import Follower, merged
    from tenantry.operations.logs.ways import phrase

    pattern = None if request is None else phrase(request)
    client = place.client("logs")
    read = _chosen(place, client, slug, groups)
    if not follow:
        yield from merged(client, read, start_ms, pattern)
        return
    follower = Follower(client, read, start_ms)
    while True:
        yield from follower.look()
        time.sleep(len(read) / CALLS_PER_SECOND)


def _chosen(place: "Place", client: object, slug: str, groups: list[str] | None) -> "list[Log]":
    from tenantry.operations.logs.events import found

    there = found(client, place.names, slug)
    if not there:
        raise Failed(f"{place} has no log of {slug}; check the slug, the stack's name and the Region")
    wanted = list(groups or there)
    if missing := [each for each in wanted if each not in there]:
        raise WrongInput(f"{slug} has no log {', '.join(missing)}; it has {', '.join(there)}")
    return [there[each] for each in dict.fromkeys(wanted)]


def _lines(events: "Iterable[Event]") -> "Iterator[LogLine]":
    from tenantry.operations.logs.lines import read

    return (line for line in map(read, events) if line is not None)


def _shown(line: "LogLine", errors: bool, request: str | None, as_json: bool) -> bool:
    """Lambda's reports of successful invocations are for programs alone."""
    from tenantry.operations.logs.ways import is_of

    if request is not None and not is_of(line, request):
        return False
    return line.is_error or (not errors and (as_json or line.kind != "report"))


def _print(line: "LogLine", as_json: bool) -> None:
    from tenantry.operations.logs.ways import SHORT_ID

    when = datetime.fromtimestamp(line.time_ms / 1000, UTC)
    if as_json:
        fields = {name: value for name, value in asdict(line).items() if name not in ("id", "time_ms")}
        sys.stdout.write(json.dumps({"time": when.isoformat(), **fields}) + "\n")
        return
    style = STYLES.get(line.level, "")
    answer = (line.route, "" if line.status is None else str(line.status))
    took = "" if line.milliseconds is None else f"{line.milliseconds:,.0f} ms"
    sentence = "  ".join(part for part in (*answer, took, line.message) if part)
    text = Text.assemble(
        (f"{when.astimezone():%m-%d %H:%M:%S.%f}"[:-3], "dim"),
        (f" {line.log:<10} ", "bold"),
        (f"{harmless(line.level):<8}", style),
        (f" {harmless(line.request[:SHORT_ID]):<{SHORT_ID}}  ", "dim"),
        (harmless(sentence), style),
    )
    stdout().print(text, soft_wrap=True)
