"""`export` and `import`: a tenant's data to a file, and from it to the same or another tenant."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.filesize import decimal
from rich.progress import BarColumn, Progress, TextColumn

from tenantry.cli.output import marked, print_json, stderr, stdout
from tenantry.cli.places import Port, Region, Slug, StackOption, chosen, require_slug
from tenantry.cli.tenants import TENANTS, AsJson, Folder, platform_for
from tenantry.errors import WrongInput

if TYPE_CHECKING:
    from tenantry.operations.backup.tenant_data import TenantData
    from tenantry.operations.places import Place


class Isolation(StrEnum):
    POOLED = "pooled"
    SILO = "silo"


Where = Annotated[
    Isolation | None,
    typer.Option("--isolation", help="Which table; default: the one that the tenant's file says."),
]


def export(
    slug: Slug,
    to: Annotated[
        Path,
        typer.Option(
            "--to", metavar="FILE", help="The file; it is written as FILE.part until it is complete."
        ),
    ],
    port: Port = None,
    stack: StackOption = None,
    region: Region = None,
    isolation: Where = None,
    tenants: Folder = TENANTS,
    as_json: AsJson = False,
) -> None:
    """Write a tenant's items and contact messages to a file; an interrupted export resumes."""
    from tenantry.operations.backup.exports import export as export_tenant

    data, where = _find(slug, port, stack, region, isolation, tenants)
    _say(f"exporting {slug} from {where}, table {data.table}")
    with where.trail().act("export", slug, table=data.table, file=str(to)) as act, _progress() as show:
        exported = export_tenant(
            data, to, lambda records, size, all_: show(f"{records:,} records, {decimal(size)}", records, all_)
        )
        act.outcome.update(asdict(exported))
    if as_json:
        report = {"tenant": slug, "stack": data.names.stack, "table": data.table, "file": str(to)}
        print_json({**report, **asdict(exported)})
        return
    resumed = f", {exported.resumed:,} of them by an earlier run" if exported.resumed else ""
    stdout().print(
        marked(f"{exported.records:,} records of {slug}{resumed}, {decimal(exported.bytes)}, in {to}"),
        soft_wrap=True,
    )


def import_(
    slug: Slug,
    from_: Annotated[Path, typer.Option("--from", metavar="FILE", help="A file that `export` wrote.")],
    port: Port = None,
    stack: StackOption = None,
    region: Region = None,
    isolation: Where = None,
    tenants: Folder = TENANTS,
    as_json: AsJson = False,
) -> None:
    """Bring a tenant's data, or another's, back from a file; existing records stay as they are."""
    from tenantry.operations.backup.imports import import_ as import_tenant

    data, where = _find(slug, port, stack, region, isolation, tenants)
    _say(f"importing into {slug} of {where}, table {data.table}")
    with where.trail().act("import", slug, table=data.table, file=str(from_)) as act, _progress() as show:
        imported = import_tenant(
            data, from_, lambda doing, done, size: show(f"{doing}, {decimal(done)}", done, size)
        )
        act.outcome.update(written=imported.written, same=imported.same, kept=imported.kept)
    if as_json:
        report = {"tenant": slug, "stack": data.names.stack, "table": data.table, "file": str(from_)}
        print_json({**report, **asdict(imported)})
        return
    source = imported.source
    what = f"{imported.written:,} records written, {imported.same:,} were there already"
    origin = f"exported from {source.tenant} of stack {source.stack}, {source.started}"
    stdout().print(marked(f"{slug}: {what}; {origin}"), soft_wrap=True)
    if imported.kept:
        some = ", ".join(imported.differing)
        _say(f"{imported.kept:,} are there in another version, which was kept: {some}", style="yellow")


def _find(
    slug: str, port: int | None, stack: str | None, region: str | None, isolation: str | None, folder: Path
) -> "tuple[TenantData, Place]":
    """With --isolation, of a tenant that is removed too: its data may be there still."""
    from tenantry.operations.backup.tenant_data import TenantData

    require_slug(slug)
    place = chosen(stack, region, port)
    if isolation is None:
        isolation = _running(slug, port) if stack is None else _configured(slug, place, folder)
    return TenantData(slug, place.names, isolation, place.client("dynamodb")), place


def _running(slug: str, port: int | None) -> str:
    from tenantry.local import state

    return str(state.find(port).tenant(slug).shown["isolation"])


def _configured(slug: str, place: "Place", folder: Path) -> str:
    tenant = platform_for(folder, slug).tenant(slug)
    if place.cell not in (None, tenant.cell):
        raise WrongInput(
            f"{slug} has its file in cell {tenant.cell}, and {place}, deploys cell {place.cell}; give "
            "another --stack, or --isolation to say where its data is"
        )
    return tenant.isolation


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """Shows words, how much is done, and of how much."""
    columns = (
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.description}", markup=False),
    )
    with Progress(*columns, console=stderr(), transient=True) as progress:
        task = progress.add_task("", total=None)
        yield lambda words, done, total: progress.update(
            task, description=words, completed=done, total=max(total, 1)
        )


def _say(text: str, style: str | None = None) -> None:
    stderr().print(text, style=style, soft_wrap=True)
