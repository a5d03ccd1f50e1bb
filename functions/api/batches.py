"""Take a batch of a tenant's queue, entry by entry, and name those that are to come back.

A function that needs more, such as rests of its own between attempts, answers Lambda itself.
"""

from collections.abc import Callable, Mapping
from typing import Any

from api import capacity, deadline, logs, metrics, settings
from api.deadline import Invocation
from api.queue import Entry

Batch = dict[str, list[dict[str, str]]]
"""Lambda's partial batch response: what it does not name is deleted."""


def take(name: str, event: Mapping[str, Any], invocation: Invocation, work: Callable[[Entry], None]) -> Batch:
    """Each entry comes at least once, so `work` must bear a repeat; one that it raises for comes back.

    Args:
        name: of the function, which stands in its log lines where others name a route.
    """
    logs.begin(tenant=settings.current().tenant, route=name, request_id="")
    failed = []
    with deadline.of(invocation):
        for record in event["Records"]:
            try:
                entry = Entry.of(record["body"])
                work(entry)
                logs.info("done", record_id=record["messageId"], request_id=entry.request_id)
            except Exception as error:  # one entry's failure is not its neighbours'
                logs.failure("an entry could not be handled", error, record_id=record["messageId"])
                failed.append({"itemIdentifier": record["messageId"]})
    counts = metrics.take()
    logs.end(
        "taken",
        counts,
        entries=len(event["Records"]),
        kept=len(failed),
        **capacity.units(counts),
    )
    return {"batchItemFailures": failed}
