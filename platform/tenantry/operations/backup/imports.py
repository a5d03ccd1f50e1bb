"""Bring a tenant's records back from a file, into any slug; no text of the file becomes part of a key.

The whole file is verified before the first write. Then each batch is one transaction: records that are not
there yet, their entries, and their counts. So a record is listed and counted exactly once, whoever writes
beside it, wherever an import is killed, however often it is repeated. What is there already is never changed.
"""

import random
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from botocore.exceptions import ClientError

from agreed import partitions
from tenantry.errors import Failed, WrongInput
from tenantry.operations.aws import refusals_reported
from tenantry.operations.backup.archives import Damaged, Header, Reader, encoded
from tenantry.operations.backup.records import Attributes, StoredRecord
from tenantry.operations.backup.tenant_data import TenantData
from tenantry.operations.patience import patiently

WRITES = 100  # what a transaction takes
BATCH_BYTES = 2_000_000  # of lines; a transaction takes 4 MB
SHOWN = 10  # of the records that differ

OnProgress = Callable[[str, int, int], None]
"""Called with what is being done, the bytes of the file so far, and its size."""


@dataclass(slots=True)
class Imported:
    """`same` were there already; `kept` are there in another version, which stays: `differing` names some."""

    source: Header
    written: int = 0
    same: int = 0
    kept: int = 0
    differing: list[str] = field(default_factory=list)


def import_(data: TenantData, file: Path, on_progress: OnProgress) -> Imported:
    """Raises:
    WrongInput: there is no such file, or it is not a whole export; nothing was written.
    Failed: AWS refuses. The same call again completes it.
    """
    with _opened(file) as stream:
        size = file.stat().st_size
        checked = Reader(stream, str(file))
        for _ in checked.records():
            on_progress("checking", checked.tally.size, size)
        stream.seek(0)
        imported = Imported(checked.header)
        try:
            writing = Reader(stream, str(file))
            with refusals_reported(data.region):
                for batch in _batches(data.tenant, writing.records()):
                    _write(data, batch, imported)
                    on_progress("writing", writing.tally.size, size)
        except Damaged:
            raise _changed(file) from None
    if writing.tally.sha256 != checked.tally.sha256:
        raise _changed(file)
    return imported


def _batches(tenant: str, records: Iterable[StoredRecord]) -> Iterator[list[StoredRecord]]:
    """As many records as a transaction takes with all that each of them writes."""
    batch: list[StoredRecord] = []
    touched: set[Hashable] = set()
    size = 0
    for record in records:
        touches, length = set(_touches(tenant, record)), len(encoded(record.line))
        if batch and (len(touched | touches) > WRITES or size + length > BATCH_BYTES):
            yield batch
            batch, touched, size = [], set(), 0
        batch.append(record)
        touched |= touches
        size += length
    if batch:
        yield batch


def _touches(tenant: str, record: StoredRecord) -> Iterator[Hashable]:
    """What is written for it: itself, its entries, and the counter that it shares with others."""
    yield record.position
    yield from ((entry["pk"]["S"], entry["sk"]["S"]) for entry in record.entries(tenant))
    if counter := record.count(tenant, shard=0):
        yield counter


def _write(data: TenantData, batch: list[StoredRecord], imported: Imported) -> None:
    """One transaction; where some records are there already, another one without them."""
    left = batch
    while left:
        try:
            patiently(partial(_transact, data, left))
        except ClientError as error:
            left = _absent(data, left, error, imported)
        else:
            imported.written += len(left)
            return


def _absent(
    data: TenantData, batch: list[StoredRecord], error: ClientError, imported: Imported
) -> list[StoredRecord]:
    """Those of the batch that the refusal did not find; raises it, if it found none."""
    reasons = list(zip(batch, error.response.get("CancellationReasons", []), strict=False))
    found = [(record, reason) for record, reason in reasons if reason.get("Code") == "ConditionalCheckFailed"]
    if not found:
        raise error
    for record, reason in found:
        if reason.get("Item") == record.stored(data.tenant):
            imported.same += 1
            continue
        imported.kept += 1
        if len(imported.differing) < SHOWN:
            imported.differing.append("/".join(part for part in record.position if part))
    there = {record.position for record, _ in found}
    return [record for record in batch if record.position not in there]


def _transact(data: TenantData, records: list[StoredRecord]) -> None:
    """On one shard of the counters, another each time: functions that write meanwhile spread over all."""
    shard = random.randrange(partitions.SHARDS)  # noqa: S311 - a spread, no secret
    counts = Counter(count for record in records if (count := record.count(data.tenant, shard)))
    writes: list[dict[str, Any]] = [_put(data, record) for record in records]
    writes += [_enter(data, entry) for record in records for entry in record.entries(data.tenant)]
    writes += [_count(data, partition, name, by) for (partition, name), by in counts.items()]
    data.dynamodb.transact_write_items(TransactItems=writes)


def _put(data: TenantData, record: StoredRecord) -> dict[str, Attributes]:
    return {
        "Put": {
            "TableName": data.table,
            "Item": record.stored(data.tenant),
            "ConditionExpression": "attribute_not_exists(pk)",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }


def _enter(data: TenantData, entry: Attributes) -> dict[str, Any]:
    return {"Put": {"TableName": data.table, "Item": entry}}


def _count(data: TenantData, partition: str, name: str, by: int) -> dict[str, Any]:
    return {
        "Update": {
            "TableName": data.table,
            "Key": {"pk": {"S": partition}, "sk": {"S": name}},
            "UpdateExpression": "ADD n :by",
            "ExpressionAttributeValues": {":by": {"N": str(by)}},
        }
    }


def _changed(file: Path) -> Failed:
    return Failed(f"{file} was changed while it was read; import again from a file that nobody writes")


def _opened(file: Path) -> BinaryIO:
    if not file.is_file():
        raise WrongInput(f"{file} is not a file; give --from a file that `tenantry export` wrote")
    try:
        return file.open("rb")
    except OSError as error:
        raise WrongInput(f"{file}: {error.strerror}; give --from a file that you may read") from error
