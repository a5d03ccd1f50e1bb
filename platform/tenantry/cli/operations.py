"""`redrive`, `trigger` and `erase`: what an operator does to a platform that runs."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer
from rich.table import Column

from tenantry.cli.output import Table, marked, print_json, stderr, stdout, working
from tenantry.cli.places import Port, Region, Slug, StackOption, chosen, require_slug
from tenantry.cli.tenants import TENANTS, AsJson, Folder, platform_for
from tenantry.errors import Failed, WrongInput
from tenantry.problems import unknown

if TYPE_CHECKING:
    from tenantry.operations.erasure import Certificate
    from tenantry.operations.stacks import Stack


def redrive(
    slug: Slug,
    queue: Annotated[
        str | None, typer.Option("--queue", metavar="NAME", help="Only this queue; default: all.")
    ] = None,
    message: Annotated[
        str | None,
        typer.Option(
            "--message",
            metavar="ID",
            help="Only this record, even if it was handled; for queues without receivers.",
        ),
    ] = None,
    stack: StackOption = None,
    region: Region = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Put dead letters, which could not be delivered, back into a tenant's queues."""
    from agreed.identifiers import ID
    from tenantry.groups import current
    from tenantry.operations.aws import refusals_reported
    from tenantry.operations.redrive import redrive as redrive_tenant
    from tenantry.operations.redrive import resend

    queues = {each.name: each for each in current().queues}
    if queue is not None and queue not in queues:
        raise WrongInput(unknown("queue", queue, queues))
    if message is not None and not ID.fullmatch(message):
        raise WrongInput(f"--message is {message!r}; write an id, such as 01JD3Z6K0V8Q4T7M2N5P9R1S3W")
    place = chosen(stack, region, port, slug)
    meant = list(queues.values()) if queue is None else [queues[queue]]
    if message is not None:
        with_receivers = {each.webhooks.queue for each in current() if each.webhooks}
        meant = [each for each in meant if each.name not in with_receivers]
        if not meant:
            by = f"tenantry webhooks resend {slug} --id {message}"
            raise WrongInput(f"--message is for queues without receivers of events; use `{by}`")
        with (
            place.trail().act("redrive", slug, message=message) as act,
            refusals_reported(place.region),
        ):
            taken = resend(place.names, slug, meant, message, place.client("sqs"))
            act.outcome["queue"] = taken
        if as_json:
            print_json({"tenant": slug, "queue": taken, "message": message})
        else:
            stdout().print(marked(f"{slug}: {message} put into {taken}"), soft_wrap=True)
        return
    with (
        place.trail().act("redrive", slug, queues=[each.name for each in meant]) as act,
        refusals_reported(place.region),
        working("looking for dead letters") as show,
    ):
        done = redrive_tenant(
            place.names,
            slug,
            meant,
            place.client("sqs"),
            lambda moved, of: show(f"{moved:,} of about {of:,} put back"),
        )
        act.outcome.update(moved=done.moved, left=done.left)
    if as_json:
        print_json({"tenant": slug, "moved": done.moved, "left": done.left})
        return
    put = f"{done.moved:,} put back" if done.moved else "no dead letters"
    left = f", about {done.left:,} left; run it again" if done.left else ""
    stdout().print(marked(f"{slug}: {put}{left}"), soft_wrap=True)


def trigger(
    slug: Slug,
    schedule: Annotated[str, typer.Argument(metavar="SCHEDULE", help="The schedule's name.")],
    stack: StackOption = None,
    region: Region = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Run a tenant's schedule now, in addition to its clock."""
    from tenantry.groups import current
    from tenantry.operations import schedules
    from tenantry.operations.aws import refusals_reported

    known = current().schedules
    if schedule not in known:
        raise WrongInput(unknown("schedule", schedule, known))
    place = chosen(stack, region, port, slug)
    with (
        place.trail().act("trigger", slug, schedule=schedule) as act,
        refusals_reported(place.region),
    ):
        run = act.outcome["run"] = schedules.trigger(place.names, slug, schedule, place.client("lambda"))
    if as_json:
        print_json({"tenant": slug, "schedule": schedule, "run": run})
        return
    follow = f"tenantry logs {slug} --request {run}" + (f" --stack {stack}" if stack else "")
    stdout().print(marked(f"{slug}: {schedule} was started; {follow}"), soft_wrap=True)


def erase(
    slug: Slug,
    stack: Annotated[str, typer.Option("--stack", help="The stack that the tenant was removed from.")],
    certificate: Annotated[
        Path,
        typer.Option(
            "--certificate", metavar="FILE", help="The file for the certificate; it must not exist yet."
        ),
    ],
    region: Region = None,
    sign: Annotated[
        Path | None, typer.Option("--sign", metavar="PEM", help="Your private key, to sign the certificate.")
    ] = None,
    exports: Annotated[
        list[Path] | None,
        typer.Option("--export", metavar="FILE", help="An export file to delete too; repeatable."),
    ] = None,
    tenants: Folder = TENANTS,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    as_json: AsJson = False,
) -> None:
    """Delete everything that a removed tenant left on AWS, for good, and certify it."""
    from tenantry.operations import deployed, erasure, places, stacks

    require_slug(slug)
    where = stacks.find(stack, region)
    _require_removed(slug, where, tenants)
    key = erasure.SigningKey(sign) if sign else None
    asked = f"This deletes all data of {slug} in {where}, for good. Type its slug to go on"
    if not yes and typer.prompt(asked, err=True) != slug:
        raise WrongInput("that is not the slug; nothing was deleted")
    trail = places.on_aws(where).trail()
    files = [str(each) for each in exports or ()]
    with (
        # The outer one: the certificate is there before the end is recorded, and stays if that fails.
        trail.act("erase", slug, certificate=str(certificate), exports=files) as act,
        _reserved(certificate) as file,
    ):
        stderr().print(f"deleting what is left of {slug} in {where}", soft_wrap=True)
        with working("deleting") as show:
            done = erasure.erase(
                where.names,
                slug,
                deployed.clients(where.region),
                lambda what, count: show(f"{what}: {count:,} deleted"),
                exports or (),
            )
        act.outcome.update(
            deleted=sum(each.deleted for each in done.stores), left=done.left, signed=key is not None
        )
        written = erasure.document(done, key)
        _write(written, file)
    if as_json:
        print_json({"file": certificate, "left": done.left, "certificate": written})
    else:
        stdout().print(_deletions(done))
    if done.left:
        raise Failed(
            f"{done.left:,} are still there; run it again in some minutes, with another --certificate"
        )
    if not as_json:
        signed = "signed" if key else "not signed"
        said = f"nothing of {slug} is left; the certificate is {certificate}, {signed}"
        stdout().print(marked(said), soft_wrap=True)


def _deletions(done: "Certificate") -> Table:
    table = Table("where", "looked for", Column("deleted", justify="right"), Column("left", justify="right"))
    for each in done.stores:
        table.add_row(each.where, each.what, f"{each.deleted:,}", f"{each.left:,}")
    return table


@contextmanager
def _reserved(path: Path) -> Iterator[TextIO]:
    """A new file; it is deleted again if the work that it is for fails."""
    try:
        file = path.open("x", encoding="utf-8")
    except OSError as error:
        raise WrongInput(f"{path} cannot be written ({error.strerror}); nothing was deleted") from error
    try:
        yield file
    except BaseException:
        path.unlink()
        with suppress(OSError):  # of what the disk had no room for
            file.close()
        raise
    file.close()


def _write(certificate: dict[str, Any], file: TextIO) -> None:
    """To stdout if the file takes no more: what was erased cannot be certified a second time."""
    try:
        json.dump(certificate, file, indent=2)  # in ASCII: the name of an export need not be UTF-8
        file.flush()
        os.fsync(file.fileno())
    except OSError as error:
        print_json(certificate)
        raise Failed(
            f"{file.name} cannot be written ({error.strerror}); the certificate of what was deleted "
            "is on stdout alone: keep it"
        ) from error


def _require_removed(slug: str, stack: "Stack", folder: Path) -> None:
    """A tenant that moved to a cell of another stack counts as removed from this one."""
    for tenant in platform_for(folder, slug).tenants:
        if tenant.slug == slug and stack.cell in (None, tenant.cell):
            file = folder / tenant.cell / f"{slug}.yaml"
            raise WrongInput(
                f"{slug} is {tenant.status} in {file}; erase it once it is removed and that is deployed"
            )
