"""A tenant's records made up, files of them, and DynamoDB that holds them or has endlessly many."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from agreed import partitions
from tenantry.operations.backup.archives import CHECKPOINT, END, Header, Tally, encoded
from tenantry.operations.backup.records import Attributes, StoredRecord
from tenantry.operations.backup.tenant_data import PAGE, TenantData
from tenantry.rules.naming import Names

NAMES = Names("demo")
NOW = "2026-01-02T03:04:05.678Z"
_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def ulid(number: int) -> str:
    """In the order of the numbers."""
    return "01J" + "".join(_DIGITS[(number >> 5 * place) % 32] for place in range(22, -1, -1))


def item(number: int, collection: str = "orders", data: str = '{"n":1}', **changed: Any) -> StoredRecord:
    fields = {"created_at": NOW, "updated_at": NOW, "version": 1, "data": data, **changed}
    return StoredRecord.read({"kind": "items/item", "collection": collection, "id": ulid(number), **fields})


def message(number: int, **changed: Any) -> StoredRecord:
    fields = {"created_at": NOW, "updated_at": NOW, "version": 1, "email": "a@b.example", "message": "Hello"}
    return StoredRecord.read(
        {"kind": "contact/message", "id": ulid(number), **fields, "state": "new", **changed}
    )


def header(**changed: str) -> Header:
    fields = {
        "tenant": "acme",
        "stack": "demo",
        "region": "eu-west-1",
        "isolation": "pooled",
        "table": "tenantry_demo",
        "started": NOW,
    }
    return Header(**{**fields, **changed})


def lines(records: Iterable[StoredRecord], page: int = 2) -> Iterator[bytes]:
    """A whole file's, with a checkpoint after each page."""
    tally = Tally()
    yield tally.add(encoded(header().line))
    for number, record in enumerate(records, 1):
        yield tally.add(encoded(record.line), record.position)
        if number % page == 0:
            yield tally.add(tally.seal(CHECKPOINT))
    yield tally.seal(END)


def sealed(*values: dict[str, Any]) -> bytes:
    """A file whose seal holds, whatever its lines say: as an enemy would write it."""
    tally = Tally()
    for value in values:
        tally.add(encoded(value))
        tally.records += 1
    tally.records -= 1  # the header
    return b"".join(map(encoded, values)) + tally.seal(END)


def written(path: Path, records: Iterable[StoredRecord]) -> Path:
    with path.open("wb") as file:
        file.writelines(lines(records, PAGE))
    return path


def created(dynamodb: Any, table: str) -> None:
    dynamodb.create_table(
        TableName=table,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        BillingMode="PAY_PER_REQUEST",
    )


def stored(data: TenantData) -> list[Attributes]:
    """All that the table holds of the tenant but counts, in the order of its keys."""
    return by_key(each for each in everything(data) if "#count#" not in each["pk"]["S"])


def by_key(records: Iterable[Attributes]) -> list[Attributes]:
    return sorted(records, key=lambda each: (each["pk"]["S"], each["sk"]["S"]))


def counts(data: TenantData) -> dict[str, int]:
    """By collection or state, summed over the shards."""
    sums: dict[str, int] = {}
    for each in everything(data):
        if "#count#" in each["pk"]["S"]:
            name = each["sk"]["S"]
            sums[name] = sums.get(name, 0) + int(each["n"]["N"])
    return sums


def everything(data: TenantData) -> Iterator[Attributes]:
    for page in data.dynamodb.get_paginator("scan").paginate(TableName=data.table, ConsistentRead=True):
        yield from (each for each in page["Items"] if each["pk"]["S"].startswith(f"{data.tenant}#"))


@dataclass
class Endless:
    """DynamoDB that makes `items` records of acme as they are asked for, and keeps none that it is given."""

    items: int
    writes: int = 0
    meta: Any = field(default_factory=lambda: SimpleNamespace(region_name="eu-west-1"))

    def query(self, **asked: Any) -> dict[str, Any]:
        values = asked["ExpressionAttributeValues"]
        partition, after = values[":partition"]["S"], values.get(":after", {}).get("S", "")
        if partition == partitions.counts("acme", "items", "item", 3):
            return {"Items": [{"pk": {"S": partition}, "sk": {"S": "orders"}, "n": {"N": str(self.items)}}]}
        if partition != partitions.records("acme", "items", "item", "orders"):
            return {"Items": []}
        first = self._number(after) + 1 if after else 0
        last = min(first + asked["Limit"], self.items)
        more = {"LastEvaluatedKey": {}} if last < self.items else {}
        like = item(0).stored("acme")
        return {"Items": [like | {"sk": {"S": ulid(number)}} for number in range(first, last)], **more}

    def transact_write_items(self, **asked: Any) -> None:
        self.writes += sum("Put" in each for each in asked["TransactItems"])

    def _number(self, id_: str) -> int:
        return sum(_DIGITS.index(digit) << 5 * place for place, digit in enumerate(reversed(id_[3:])))
