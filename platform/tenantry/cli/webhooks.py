"""`webhooks`: manage a tenant's receivers of events, and forward what is delivered locally."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from tenantry.cli import moments
from tenantry.cli.listening import listen
from tenantry.cli.output import FAILED, Table, harmless, marked, print_json, stdout, working
from tenantry.cli.places import Port, Region, Slug, StackOption, chosen
from tenantry.cli.tenants import AsJson
from tenantry.errors import Failed, WrongInput

if TYPE_CHECKING:
    from tenantry.operations.places import Place
    from tenantry.operations.webhooks.deployed import Deployed

webhooks = typer.Typer(help="Manage the receivers of a tenant's events.", no_args_is_help=True)

Receiver = Annotated[str | None, typer.Argument(metavar="RECEIVER", help="Only this receiver; default: all.")]


@webhooks.command("list")
def list_receivers(
    slug: Slug,
    stack: StackOption = None,
    region: Region = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Show the receivers, what they take and their state, and how much waits for them."""
    from tenantry.operations.aws import refusals_reported
    from tenantry.operations.webhooks.deployed import deployed, host
    from tenantry.operations.webhooks.health import counts, health

    place = chosen(stack, region, port, slug)
    with refusals_reported(place.region):
        groups = deployed(place, slug)
        dynamodb, sqs = place.client("dynamodb"), place.client("sqs")
        rows = [
            {"group": each.group.name, "name": receiver.name, "host": host(receiver)}
            | {"events": list(receiver.events), **health(each, receiver.name, dynamodb)._asdict()}
            for each in groups
            for receiver in each.receivers
        ]
        queues = {each.group.name: counts(*_queues(place, each), sqs)._asdict() for each in groups}
    if as_json:
        print_json({"tenant": slug, "receivers": rows, "queues": queues})
        return
    table = Table("receiver", "events", "to", "state")
    for row in rows:
        since = f" since {row['since']}" if row["since"] else ""
        state = f"{row['state']}{since}" + (f": {row['reason']}" if row["reason"] else "")
        table.add_row(str(row["name"]), "\n".join(row["events"]), str(row["host"]), harmless(state))
    stdout().print(table)
    for name, own in queues.items():
        said = f"{own['waiting']:,} waiting, {own['resting']:,} between attempts"
        stdout().print(f"{name}: about {said}, {own['dead']:,} dead letters", soft_wrap=True)


@webhooks.command("test")
def try_receivers(
    slug: Slug,
    receiver: Receiver = None,
    stack: StackOption = None,
    region: Region = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Send a signed test event, and show what each webhook answers; exit 1 if one does not accept it."""
    from tenantry.operations.aws import refusals_reported
    from tenantry.operations.webhooks.trial import send_test

    place = chosen(stack, region, port, slug)
    with refusals_reported(place.region):
        lambda_, meant = place.client("lambda"), _meant(place, slug, receiver)
        called = [(each, [name for name in names if not each.mails(name)]) for each, names in meant]
        if not any(names for _, names in called):
            raise WrongInput(f"events of {slug} go by e-mail; a test is sent only to webhooks")
        results = [
            result for each, names in called if names for result in send_test(each.function, names, lambda_)
        ]
    if as_json:
        print_json({"tenant": slug, "results": [each._asdict() for each in results]})
    else:
        for each in results:
            said = f"{each.receiver}: {each.problem or f'took {each.id}'}"
            stdout().print(marked(said, good=not each.problem), soft_wrap=True)
    if any(each.problem for each in results):
        raise typer.Exit(FAILED)


@webhooks.command("enable")
def enable(
    slug: Slug,
    receiver: Receiver = None,
    stack: StackOption = None,
    region: Region = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Switch receivers on again; `webhooks resend` sends what they missed."""
    from tenantry.operations.aws import refusals_reported
    from tenantry.operations.webhooks.health import switch_on

    place = chosen(stack, region, port, slug)
    with (
        place.trail().act("webhooks enable", slug, receiver=receiver) as act,
        refusals_reported(place.region),
    ):
        dynamodb = place.client("dynamodb")
        before = {
            name: switch_on(each, name, dynamodb)
            for each, names in _meant(place, slug, receiver)
            for name in names
        }
        act.outcome["receivers"] = {name: was.state for name, was in before.items()}
    if as_json:
        rows = [{"name": name, "was": was._asdict()} for name, was in before.items()]
        print_json({"tenant": slug, "receivers": rows})
        return
    for name, was in before.items():
        said = f"on again, off since {was.since}" if was.state == "off" else "was on"
        stdout().print(marked(f"{name}: {said}"), soft_wrap=True)


@webhooks.command("resend")
def resend(
    slug: Slug,
    record: Annotated[
        str | None,
        typer.Option("--id", metavar="ID", help="Only this event, whether it was delivered or not."),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="MOMENT", help="All events since: 2h, 3d, 2026-11-27T18:00:00Z."),
    ] = None,
    receiver: Annotated[
        str | None, typer.Option("--receiver", metavar="NAME", help="To this receiver only; default: all.")
    ] = None,
    everything: Annotated[
        bool,
        typer.Option("--all", help="With --since: also events that were delivered, and to new receivers."),
    ] = False,
    stack: StackOption = None,
    region: Region = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Send events again, by an id or since a moment, from stored records and dead letters."""
    from agreed.identifiers import ID
    from tenantry.operations.aws import refusals_reported

    if (record is None) == (since is None):
        raise WrongInput("give --id for one event, or --since for all since a moment")
    if everything and since is None:
        raise WrongInput("--all goes with --since; --id also sends what was delivered")
    if record is not None and not ID.fullmatch(record):
        raise WrongInput(f"--id is {record!r}; write an id, such as 01JD3Z6K0V8Q4T7M2N5P9R1S3W")
    epoch_ms = moments.moment_ms(since) if since is not None else None
    place = chosen(stack, region, port, slug)
    sent, off = 0, []
    with (
        place.trail().act(
            "webhooks resend", slug, id=record, since_ms=epoch_ms, receiver=receiver, all=everything
        ) as act,
        refusals_reported(place.region),
        working("looking for events") as show,
    ):
        dynamodb = place.client("dynamodb")
        for each, names in _meant(place, slug, receiver):
            on, switched_off = _by_state(each, names, dynamodb, named=receiver is not None)
            off += switched_off
            if not on:
                continue
            job = _resending(place, each, on, lambda count: show(f"{count:,} sent"))
            if epoch_ms is None:
                sent += job.one(str(record))
            else:
                sent += job.since(epoch_ms, dynamodb, everything=everything)
            act.outcome.update(sent=sent, switched_off=off)
    if as_json:
        print_json({"tenant": slug, "sent": sent, "switched_off": off})
        return
    left = f"; left out, switched off: {', '.join(off)}" if off else ""
    stdout().print(marked(f"{slug}: {sent:,} put into the queue{left}"), soft_wrap=True)


webhooks.command("listen")(listen)


def _meant(place: "Place", slug: str, receiver: str | None) -> "list[tuple[Deployed, list[str]]]":
    """By group, the names of the receivers that a command concerns."""
    from tenantry.operations.webhooks import deployed

    found = deployed.chosen(deployed.deployed(place, slug), receiver)
    return [(each, [own.name for own in each.receivers if receiver in (None, own.name)]) for each in found]


def _by_state(
    group: "Deployed", names: list[str], dynamodb: Any, *, named: bool
) -> tuple[list[str], list[str]]:
    """The receivers that are on, and those that are off. Raises Failed: the one that was named is off."""
    from tenantry.operations.webhooks.health import health

    known = {name: health(group, name, dynamodb) for name in names}
    off = [name for name, own in known.items() if own.state == "off"]
    if named and off:
        raise Failed(
            f"{off[0]} is switched off since {known[off[0]].since}; once it is well, "
            f"`tenantry webhooks enable {group.tenant} {off[0]}`, and then resend"
        )
    return [name for name in names if name not in off], off


def _resending(place: "Place", group: "Deployed", names: list[str], on_sent: Any) -> Any:
    from tenantry.operations.webhooks.resending import Resending

    queue, dead = _queues(place, group)
    return Resending(group, frozenset(names), queue, dead, place.client("sqs"), on_sent)


def _queues(place: "Place", group: "Deployed") -> tuple[str, str]:
    """URLs of the queue and of its dead letters."""
    from tenantry.operations.dead_letters import urls
    from tenantry.operations.redrive import NoQueue

    found = urls(place.client("sqs"), place.names, group.tenant, group.queue)
    if found is None:
        raise NoQueue(f"{group.tenant} has no queue {group.queue.name} in {place}; deploy it again")
    return found
