"""`usage`: what each tenant used in a month, by key, route and day."""

import csv
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tenantry.cli.output import Table, print_json, stderr, stdout, warn, working
from tenantry.cli.places import Port, Region, StackOption, chosen
from tenantry.cli.tenants import AsJson
from tenantry.errors import WrongInput

if TYPE_CHECKING:
    from tenantry.operations.metering.usage_reports import Report, UsageLine

COLUMNS = ("tenant", "day", "key", "key_id", "route", "requests", "2xx", "4xx", "5xx")
ALL_ROUTES = "all routes"
NO_KEY = "no key"

# Requests, and how many of them were answered with 2xx, 4xx and 5xx; None where nobody knows.
Counts = tuple[int | None, ...]
NOTHING: Counts = (0, 0, 0, 0)


def usage(
    slug: Annotated[
        str | None, typer.Argument(metavar="TENANT", help="The tenant's slug; default: all.")
    ] = None,
    month: Annotated[
        str | None, typer.Option("--month", metavar="YYYY-MM", help="The month, in UTC; default: this month.")
    ] = None,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="For spreadsheets: one line per day, key and route.")
    ] = False,
    stack: StackOption = None,
    region: Region = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Count requests by key, route and day, for billing."""
    from tenantry.operations.metering.usage_reports import report
    from tenantry.operations.running import survey

    if as_csv and as_json:
        raise WrongInput("--csv and --json are two formats; give one of them")
    start, end = _days(month)
    place = chosen(stack, region, port, slug)
    with working("counting") as show:
        running = survey(place)
        tenants = running.tenants if slug is None else (running.tenant(slug),)
        reports = [
            report(place, each, start, end, lambda count: show(f"{count:,} requests counted"))
            for each in tenants
        ]
    if as_csv:
        _print_csv(reports)
    elif as_json:
        incomplete = running.incomplete if slug is None else ()
        shown = [_as_json(each) for each in reports]
        print_json({"from": start, "to": end, "tenants": shown, "incomplete": incomplete})
    else:
        for each in reports:
            _print(each)
    for each in reports:
        _warn(each)
    if slug is None and running.left_out:
        warn(running.left_out)


def _days(month: str | None) -> tuple[date, date]:
    """The month's first day, and its last or today."""
    today = datetime.now(UTC).date()
    if month is None:
        return today.replace(day=1), today
    try:
        start = datetime.strptime(month, "%Y-%m").date()
    except ValueError:
        raise WrongInput(f"--month {month!r} is not a month; write it as {today:%Y-%m}") from None
    if start > today:
        raise WrongInput(f"--month {month} has not begun")
    last = (start + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return start, min(last, today)


def _print_csv(reports: "Iterable[Report]") -> None:
    """As RFC 4180 says, including its line ends."""
    writer = csv.writer(sys.stdout)
    writer.writerow(COLUMNS)
    for report in reports:
        for line in report.lines:
            route = ALL_ROUTES if line.route is None else line.route
            answers = ("" if each is None else each for each in (line.succeeded, line.refused, line.failed))
            row = (report.tenant.slug, line.day, line.key, line.key_id, route, line.requests, *answers)
            writer.writerow(_harmless(cell) for cell in row)


def _harmless(cell: object) -> object:
    """A spreadsheet would read text that begins with these characters as a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _as_json(report: "Report") -> dict[str, Any]:
    tenant = report.tenant
    return {
        "tenant": tenant.slug,
        "tier": tenant.tier,
        "requests": report.total,
        "lines": [asdict(line) for line in report.lines],
        "quota": asdict(tenant.quota) if tenant.quota else None,
        "keys": [
            {"id": key.id, "name": key.name, "planned": key.used, "remaining": key.remaining}
            for key in report.plan
        ],
        "logged_from": report.logged_from,
        "agreement": {
            "logged_with_key": report.keyed,
            "of_which_throttled": report.throttled,
            "planned": report.planned,
            "agrees": report.agrees,
        },
    }


def _print(report: "Report") -> None:
    title = f"{report.tenant.slug}, {report.start} to {report.end} (UTC)"
    table = Table(title=title, title_justify="left", title_style="bold")
    table.add_column("key")
    table.add_column("route")
    for name in ("requests", "2xx", "4xx", "5xx"):
        table.add_column(name, justify="right")
    for (key, route), counts in _grouped(report.lines).items():
        table.add_row(key, route, *map(_number, counts))
    table.add_section()
    total = _sum(_counts(line) for line in report.lines)
    table.add_row("total", "", *map(_number, total), style="bold")
    stdout().print(table)
    for notes in (*_by_day(report.lines), *_quotas(report)):
        stdout().print(notes)


def _by_day(lines: "Iterable[UsageLine]") -> Iterator[str]:
    days: dict[date, int] = {}
    for line in lines:
        days[line.day] = days.get(line.day, 0) + line.requests
    if days:
        yield "by day: " + ", ".join(f"{day:%m-%d} {count:,}" for day, count in sorted(days.items()))


def _quotas(report: "Report") -> Iterator[str]:
    """What is left now, for the keys that can still be used."""
    quota = report.tenant.quota
    for key in report.plan:
        if quota is not None and key.name is not None and key.remaining is not None:
            yield f"quota: {key.name} has {key.remaining:,} left of {quota.limit:,} a {quota.period.lower()}"


def _grouped(lines: "Iterable[UsageLine]") -> dict[tuple[str, str], Counts]:
    """Counts for the whole time, by key and route."""
    groups: dict[tuple[str, str], Counts] = {}
    for line in sorted(lines, key=lambda line: (line.key, line.route or "")):
        of = (line.key or NO_KEY, ALL_ROUTES if line.route is None else line.route)
        groups[of] = _sum((groups.get(of, NOTHING), _counts(line)))
    return groups


def _counts(line: "UsageLine") -> Counts:
    return line.requests, line.succeeded, line.refused, line.failed


def _sum(counts: Iterable[Counts]) -> Counts:
    return tuple(_total(column) for column in zip(NOTHING, *counts, strict=True))


def _total(counts: Counts) -> int | None:
    known = [each for each in counts if each is not None]
    return sum(known) if len(known) == len(counts) else None


def _number(count: int | None) -> str:
    return "" if count is None else f"{count:,}"


def _warn(report: "Report") -> None:
    from tenantry.operations.metering.usage import first_kept

    notes, first, planned = [], report.logged_from, first_kept()
    if first is None or first > report.start:
        when = "kept" if first is None else f"kept before {first}"
        from_ = f"those from {planned} on" if planned > report.start else "those days"
        notes.append(f"no access log is {when}; the usage plan counts {from_}, without routes and answers")
    if not report.agrees:
        notes.append(
            f"the access log has {report.keyed:,} requests with a key, {report.throttled:,} of them "
            f"throttled, and the usage plan counted {report.planned:,}, and may be half an hour behind"
        )
    for each in notes:
        text = f"{report.tenant.slug}: {each}"
        stderr().print(text, style="yellow", soft_wrap=True)
