"""Counts that writes keep in their own transaction, spread over shards so that writers seldom meet.

Each shard is a partition key of its own: one key takes about 1,000 write units a second, and a write within
a transaction costs two.

A shard may be negative (a delete picks another shard than the create did); only the sum means something.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from agreed import partitions
from api import deadline
from api.errors import Conflict, Unavailable
from api.table import Attributes, Refused, Table
from api.views import ALL

Partition = Callable[[str, int], str]  # of a tenant's counts, by shard
ATTEMPTS: Final = 6  # each on a shard of its own, while the request's time lasts
PAUSE_SECONDS: Final = 0.025  # the longest before the second attempt; 0.4 s between all six at most


def of(group: str, kind: str) -> Partition:
    """Where a kind of a group's records is counted."""
    return lambda tenant, shard: partitions.counts(tenant, group, kind, shard)


@dataclass(frozen=True, slots=True)
class Change:
    """One counter's step: `name` is a collection or a message state."""

    partition: Partition
    tenant: str
    name: str
    by: int

    def on(self, shard: int) -> Mapping[str, Attributes]:
        return {
            "Update": {
                "Key": {"pk": {"S": self.partition(self.tenant, shard)}, "sk": {"S": self.name}},
                "UpdateExpression": "ADD n :by",
                "ExpressionAttributeValues": {":by": {"N": str(self.by)}},
            }
        }


def write(table: Table, writes: Iterable[Mapping[str, Attributes]], changes: Iterable[Change] = ()) -> None:
    """The writes and their counts in one transaction; the writes keep their positions in `Refused`.

    What others were in the way of is tried again, as another transaction, on another shard.
    """
    records, steps = tuple(writes), tuple(changes)
    for attempt, shard in enumerate(random.sample(range(partitions.SHARDS), ATTEMPTS)):
        if attempt:
            deadline.pause(PAUSE_SECONDS * attempt)
        try:
            return table.transact(*records, *(step.on(shard) for step in steps))
        except Refused as refused:
            if not (refused.conflicted or refused.throttled):
                raise
            last = refused
    if last.conflicted:
        raise Conflict("others are changing the same resource; try again")
    raise Unavailable from last


class Counted(NamedTuple):
    """`last` is the name that the next page starts after; None where this page is the last one."""

    sums: dict[str, int]
    last: str | None


def page(table: Table, partition: Partition, tenant: str, after: str | None, limit: int) -> Counted:
    """The sums of the next names, in their order, by one Query of each shard.

    The shards are read one after another: a write between two of them may be in the sum by half.
    """
    sums: defaultdict[str, int] = defaultdict(int)
    ends = []
    for shard in range(partitions.SHARDS):
        records, more = table.page(partition(tenant, shard), after, limit, ALL)
        for record in records:
            sums[record["sk"]["S"]] += int(record["n"]["N"])
        if more:
            ends.append(str(records[-1]["sk"]["S"]))
    known = sorted(name for name in sums if not ends or name <= min(ends))  # beyond, a shard may have more
    shown = {name: sums[name] for name in known[:limit]}
    return Counted(shown, known[limit - 1] if ends or len(known) > limit else None)


def totals(table: Table, partition: Partition, tenant: str) -> dict[str, int]:
    """The sum per name, in the order of the names."""
    sums: defaultdict[str, int] = defaultdict(int)
    for shard in range(partitions.SHARDS):
        for record in table.all(partition(tenant, shard)):
            sums[record["sk"]["S"]] += int(record["n"]["N"])
    return dict(sorted(sums.items()))
