"""Refuse webhooks that no consumer could deliver: each part that they name is the group's own and fits."""

import re
from collections.abc import Iterator

from agreed.declarations import RECEIVER, Group, Webhooks
from agreed.webhooks import FAILING_SINCE, OFF_REASON, OFF_SINCE
from tenantry.groups.installed import Installed
from tenantry.groups.sources import Finding, PythonSource

OPTION = "webhooks"  # below the group's name in a tenant's file
_EVENT = re.compile(r"[a-z][a-z0-9]*(\.[a-z][a-z0-9_]*)+")
_STATE = {FAILING_SINCE, OFF_SINCE, OFF_REASON}


def declared(one: Installed, source: PythonSource) -> Iterator[Finding]:
    group, webhooks = one.group, one.group.webhooks
    for option in group.options:
        if option.name == OPTION:
            line = source.line(option.name, of="Option")
            yield line, "the key webhooks lists the receivers of events", "choose another name"
    for metric in group.metrics:
        if "receiver" in metric.dimensions and (webhooks is None or metric != webhooks.off):
            line = source.line(metric.name, of="Metric")
            yield line, f"{metric.name} is counted by receiver", "only `Webhooks.off` may be"
    for secret in group.secrets:
        if "__" in secret.name or (webhooks and secret.name.startswith(f"{webhooks.secret}_")):
            line, what = source.line(secret.name, of="Secret"), f"{secret.name!r} cannot name a secret"
            yield (
                line,
                what,
                ("use no more than one _ in a row, and another beginning than the secret of webhooks has"),
            )
    if webhooks:
        yield from _events(webhooks, source)
        for what, remedy, near in _parts(group, webhooks):
            yield source.line(near, of="Webhooks"), what, remedy


def _events(webhooks: Webhooks, source: PythonSource) -> Iterator[Finding]:
    types = [event.type for event in webhooks.events]
    if not types:
        yield source.line(webhooks.queue, of="Webhooks"), "webhooks have no events", "declare one"
    for type_ in types:
        if not _EVENT.fullmatch(type_) or types.count(type_) > 1:
            remedy = "write each once, such as contact.received"
            yield source.line(type_, of="Event"), f"{type_!r} cannot be the type of an event", remedy


def _parts(group: Group, webhooks: Webhooks) -> Iterator[tuple[str, str, str]]:
    """What is missing, what to do, and near which value it stands."""
    records = {record.kind: record for record in group.records}
    queues = {queue.name: queue for queue in group.queues}
    secrets = {secret.name for secret in group.secrets}
    if webhooks.queue not in queues:
        what = f"webhooks go through a queue {webhooks.queue}, which is not declared"
        yield what, "declare it in queues", webhooks.queue
    elif webhooks.secret not in queues[webhooks.queue].function.secrets:
        what = f"{queues[webhooks.queue].consumer} does not read the secret of webhooks, {webhooks.secret}"
        yield what, "name it in the consumer's secrets", webhooks.secret
    if webhooks.secret not in secrets:
        what = f"webhooks are signed with a secret {webhooks.secret}, which is not declared"
        yield what, "declare it in secrets", webhooks.secret
    record = records.get(webhooks.record)
    if record is None or [each.form for each in record.fields].count("deliveries") != 1:
        what = f"webhooks report records {webhooks.record}, which keep no deliveries"
        yield what, 'give the record one field of the form "deliveries"', webhooks.record
    kept = records.get(RECEIVER)
    if kept is None or not {each.name for each in kept.fields} >= _STATE:
        what = f"webhooks need records of the kind {RECEIVER}"
        yield what, f"declare one with the fields {', '.join(sorted(_STATE))}", webhooks.queue
    if webhooks.single and webhooks.single not in {option.name for option in group.options}:
        yield f"there is no option {webhooks.single}", "declare it in options", webhooks.single
    if webhooks.single and (record is None or webhooks.single_state not in {f.name for f in record.fields}):
        what = f"{webhooks.record} has no field {webhooks.single_state or 'for the state of single'}"
        yield what, "name the field that keeps it in single_state", webhooks.record
    if webhooks.off not in group.metrics or webhooks.off.dimensions != ("tenant", "receiver"):
        what = f"webhooks count by {webhooks.off.name}, which is not among the metrics by tenant and receiver"
        yield what, 'add it to metrics, with dimensions=("tenant", "receiver")', webhooks.off.name
