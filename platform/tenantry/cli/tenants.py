"""`validate` and `new`: the tenants' files."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tenantry.cli.output import NAMED, Notice, Table, marked, print_json, stdout, summed, warn
from tenantry.errors import WrongInput
from tenantry.problems import Problem, unknown

if TYPE_CHECKING:
    from tenantry.config import Platform
    from tenantry.config.capacity import QuotaUsage
    from tenantry.costs.fit import Misfit


def _nearest() -> Path:
    """The folder `tenants` of the project that this folder belongs to, as a path from here."""
    try:
        here = Path.cwd()
    except FileNotFoundError:  # it was deleted under the shell
        return Path("tenants")
    for above in (here, *here.parents):
        if (above / "Pulumi.yaml").is_file() and (above / "tenants").is_dir():
            return Path(os.path.relpath(above / "tenants", here))
    return Path("tenants")


Folder = Annotated[Path, typer.Option("--tenants", help="The folder of tiers.yaml and the cells.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]
Everything = Annotated[
    bool, typer.Option("--all", help="Show every warning, not only the first of each kind.")
]
TENANTS = _nearest()
ALL_CELLS = "All cells in one account"
LISTED = 10  # slugs of a cell; the rest is a number


def validate(tenants: Folder = TENANTS, everything: Everything = False, as_json: AsJson = False) -> None:
    """Check all files; show how much of its quotas each cell would use."""
    from tenantry import paths
    from tenantry.config import ConfigErrors, granted, load_platform
    from tenantry.config.capacity import account_capacity, cell_capacity
    from tenantry.config.issuers import advice
    from tenantry.config.quotas import STAGES_PER_API
    from tenantry.costs import prices
    from tenantry.costs.fit import Basis, misfits

    try:
        platform = load_platform(tenants)
    except ConfigErrors as errors:
        if as_json:
            print_json({"problems": [asdict(each) for each in errors.problems]})
            raise typer.Exit(2) from None
        raise
    known = granted.load(paths.ROOT)
    cells = {
        cell.name: cell_capacity(cell, known.get(cell.name, granted.DEFAULTS)) for cell in platform.cells
    }
    of_all = granted.least(known.get(name, granted.DEFAULTS) for name in cells)
    account = account_capacity(platform, of_all) if len(cells) > 1 else ()
    usage = {**{f"cell {name}": rows for name, rows in cells.items()}, ALL_CELLS: account}
    listed = prices.load()
    unfit = {
        tenant.slug: misfits(tenant, Basis(listed, known.get(tenant.cell, granted.DEFAULTS).concurrency))
        for tenant in platform.tenants
    }
    issuers = {
        tenant.slug: tuple(advice(described))
        for tenant in platform.tenants
        if (described := tenant.auth.described())
    }
    for line in summed((*_of_quotas(usage), *_of_misfits(unfit), *_of_issuers(issuers)), everything):
        warn(line)
    if as_json:
        sums = {"account": _as_json(account)} if account else {}
        unfit_tenants = [{"tenant": slug, **asdict(each)} for slug, found in unfit.items() for each in found]
        held = {name: _as_json(rows) for name, rows in cells.items()}
        advised = [{"tenant": slug, "advice": each} for slug, found in issuers.items() for each in found]
        print_json({"problems": [], "cells": held, **sums, "misfits": unfit_tenants, "issuers": advised})
        return
    for name, rows in cells.items():
        slugs = [tenant.slug for tenant in platform.cell(name).tenants]
        stdout().print(_capacity_table(f"Cell {name}: {_listed(slugs)}", rows))
    if account:
        stdout().print(_capacity_table(ALL_CELLS, account))
    counts = (_counted(len(platform.tenants), "tenant"), _counted(len(cells), "cell"))
    stdout().print(marked(f"all files are valid: {' in '.join(counts)}"))
    stdout().print(
        f"  a new cell holds {STAGES_PER_API} tenants at first: AWS raises the stages only of an API "
        "that exists",
        soft_wrap=True,
    )


def new(
    slug: Annotated[str, typer.Argument(help="3 to 32 of a-z, 0-9 and single hyphens.")],
    cell: Annotated[str, typer.Option("--cell", help="The cell's folder; it is made if it does not exist.")],
    tier: Annotated[str, typer.Option("--tier", help="One of the tiers in tiers.yaml.")],
    as_json: AsJson = False,
    tenants: Folder = TENANTS,
) -> None:
    """Write a valid, commented file for a new tenant."""
    from tenantry.config.template import tenant_file

    try:
        text = tenant_file(slug, cell, tier)
    except ValueError as error:
        raise WrongInput(str(error)) from None
    _require_room(tenants, slug, cell, tier)
    path = tenants / cell / f"{slug}.yaml"
    path.parent.mkdir(exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:  # never over a file that is there
            try:
                file.write(text)
                file.flush()
            except BaseException:
                path.unlink()  # no part of one
                raise
    except FileExistsError:
        raise WrongInput(f"{path} exists already; choose another slug, or edit the file") from None
    if as_json:
        print_json({"tenant": slug, "cell": cell, "tier": tier, "file": path})
        return
    stdout().print(marked(f"wrote {path}"))
    stdout().print("  next: edit it, then `tenantry validate` and `tenantry up`")


def platform_for(folder: Path, slug: str | None) -> "Platform":
    """Of one tenant, even if others' files are wrong, for which a warning is printed; of all, if None is
    named.

    Raises:
        ConfigErrors: a file that matters is wrong.
    """
    from tenantry.config import load_platform, read_platform

    if slug is None:
        return load_platform(folder)
    platform, beside = read_platform(folder).around(slug)
    warn_of_others(beside)
    return platform


def warn_of_others(problems: Sequence[Problem]) -> None:
    for each in problems[:NAMED]:
        warn(f"left aside: {each}")
    if len(problems) > NAMED:
        warn(f"left aside: {len(problems) - NAMED} more problems; `tenantry validate` shows all")


def _listed(slugs: Sequence[str]) -> str:
    more = f" and {len(slugs) - LISTED:,} more" if len(slugs) > LISTED else ""
    return (", ".join(slugs[:LISTED]) or "no tenants") + more


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _require_room(folder: Path, slug: str, cell: str, tier: str) -> None:
    """Other tenants' files count whether they are valid or not."""
    from tenantry.config import ConfigErrors, read_platform

    found = read_platform(folder)
    if found.platform is None:
        raise ConfigErrors(found.problems)
    warn_of_others(found.problems)
    tiers = [each.name for each in found.platform.tiers]
    if tier not in tiers:
        raise WrongInput(unknown("tier", tier, tiers))
    for file in found.files:
        if file.slug == slug:
            raise WrongInput(f"{file.path} exists already; slugs are unique over all cells: choose another")
    for each in found.platform.cells:
        standing = sum(file.cell == cell and file.slug not in each.removed for file in found.files)
        if each.name == cell and standing >= each.stages_quota:
            raise WrongInput(
                f"cell {cell} is full: {standing} of {each.stages_quota} stages; "
                "choose another cell, or raise cells.<cell>.stages_quota in tiers.yaml once AWS has raised "
                "it for this cell's API"
            )


def _of_quotas(usage: "Mapping[str, Iterable[QuotaUsage]]") -> Iterator[Notice]:
    """AWS raises most quotas on request, which may take days: not an error, but a warning at 80 %."""
    for where, rows in usage.items():
        for row in rows:
            if row.exceeded or row.near:
                over = "is over" if row.exceeded else f"is {row.used / row.limit:.0%} of"
                raised = "AWS never raises it: use" if row.hard else "have AWS raise it, or use"
                yield (
                    row.name,
                    f"{where}: {row.name}: {row.used:,} {over} the quota of {row.limit:,} per {row.per}; "
                    f"{raised} another account or Region for some ({row.source})",
                )


def _of_misfits(unfit: "Mapping[str, Iterable[Misfit]]") -> Iterator[Notice]:
    """A workload is a guess about the future: not an error either."""
    for slug, found in unfit.items():
        for each in found:
            does = "does not fit" if each.fatal else "may cost less, or answer faster, otherwise"
            yield each.rule, f"{slug}: its workload {does}: {each.reason}; instead: {each.instead}"


def _of_issuers(issuers: "Mapping[str, Iterable[str]]") -> Iterator[Notice]:
    """What an issuer writes may differ from what its maker documents: not an error."""
    for slug, found in issuers.items():
        for each in found:
            yield each, f"{slug}: auth: {each}"


def _as_json(rows: "Iterable[QuotaUsage]") -> list[dict[str, Any]]:
    return [{**asdict(row), "exceeded": row.exceeded} for row in rows]


def _capacity_table(title: str, rows: "Iterable[QuotaUsage]") -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    table.add_column("would hold")
    table.add_column("used", justify="right")
    table.add_column("of", justify="right")
    table.add_column("per")
    for row in rows:
        cells = (row.name, f"{row.used:,}", f"{row.limit:,}", row.per)
        if row.exceeded:
            table.add_row(*cells, "over", style="red")  # rich adds the column, only where it is needed
        else:
            table.add_row(*cells)
    return table
