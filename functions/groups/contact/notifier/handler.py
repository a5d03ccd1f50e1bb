"""The notifier: take a batch of the tenant's queue, deliver its entries side by side, say which come back.

Side by side, because one that hangs would use up the time of those behind it, and their receives with it.
An operator may have it send a test event too.
"""

import logging
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from agreed.webhooks import RESULTS, TEST
from api import capacity, logs, metrics, queue, secrets, table
from api import settings as common
from api.deadline import Invocation
from groups.contact.declaration import DELIVERED, FAILED, GROUP, NOTIFY, SWITCHED_OFF
from groups.contact.notifier import settings, trial
from groups.contact.notifier.deliveries import Channel, Deliveries, Outcome, Record
from groups.contact.notifier.failures import Undelivered
from groups.contact.notifier.mail import Mail
from groups.contact.notifier.settings import ByEmail, ToWebhook
from groups.contact.notifier.webhook import Webhook

THREADS: Final = 10  # the most that the queue hands over at once
QUEUE: Final = GROUP.queues[0].name
ROUTE: Final = GROUP.queues[0].consumer  # in log lines, where the other functions name a route


def handle(event: Mapping[str, Any], context: Invocation) -> dict[str, Any]:
    """The answer is Lambda's partial batch response: entries that it does not name are deleted."""
    tenant = common.current().tenant
    logs.begin(tenant=tenant, route=ROUTE, request_id="")
    if TEST in event:
        return {RESULTS: trial.sent(channels(), event[TEST])}
    deliveries = Deliveries(tenant, table.current(), channels(), common.current().max_receives)
    records = [Record.of(record) for record in event["Records"]]

    def take(record: Record) -> Outcome:
        outcome = deliveries.take(record, lambda: context.get_remaining_time_in_millis() / 1000)
        if outcome.rest is not None:
            _postpone(record, outcome.rest)
        return outcome

    with ThreadPoolExecutor(THREADS) as pool:
        taken = list(zip(records, pool.map(take, records), strict=True))
    for record, outcome in taken:
        _report(record, outcome)
    failed = [record.id for record, outcome in taken if outcome.rest is not None]
    for receiver, ended in Counter(_receiver(each) for _, each in taken if each.off).items():
        logs.end("a receiver is switched off", {SWITCHED_OFF: ended}, logging.WARNING, receiver=receiver)
    counts = metrics.take()
    logs.end(
        "taken",
        counts,
        entries=len(records),
        kept=len(failed),
        **capacity.units(counts),
    )
    return {"batchItemFailures": [{"itemIdentifier": each} for each in failed]}


@cache
def channels() -> Mapping[str, Channel]:
    """By receiver."""
    return {name: _channel(each) for name, each in settings.current().items()}


def _channel(means: ToWebhook | ByEmail) -> Channel:
    tenant = common.current().tenant
    if isinstance(means, ByEmail):
        return Mail(means.sender, means.receiver, tenant)
    return Webhook(means.url, means.target, tenant, partial(secrets.values, means.secret_arn))


def _receiver(outcome: Outcome) -> str:
    """Empty where the entry could not be read."""
    return (outcome.entry.receiver or NOTIFY.name) if outcome.entry else ""


def _postpone(record: Record, seconds: int) -> None:
    """If it fails, the entry rests for the queue's own visibility timeout."""
    try:
        queue.postpone(QUEUE, record.receipt_handle, seconds)
    except (BotoCoreError, ClientError) as error:
        logs.failure("an entry could not be postponed", error)


def _report(record: Record, outcome: Outcome) -> None:
    """Lines carry the id of the request that sent the message, as those of the contact function do."""
    about: dict[str, Any] = {"record_id": record.id, "receives": record.receives}
    if outcome.entry:
        about |= {"request_id": outcome.entry.request_id, "message_id": outcome.entry.id}
        about["receiver"] = _receiver(outcome)
    details = {"reason": outcome.reason, "rest_seconds": outcome.rest}
    if isinstance(outcome.error, Undelivered):
        details["cause"] = type(outcome.error.__cause__).__name__ if outcome.error.__cause__ else None
    elif outcome.error:
        logs.failure("an entry could not be handled", outcome.error, **about)
    expected = outcome.result == "given up" or (outcome.rest is None and outcome.result != "no receiver")
    (logs.info if expected else logs.warning)(outcome.result, **about, **details)
    if outcome.result == "delivered":
        metrics.count(DELIVERED)
    elif outcome.result in {"not delivered", "broken"}:
        metrics.count(FAILED)
