"""What a table consumes is measured, whether or not the caller asked for it."""

from typing import Any

from tenantry.local.clients import Session
from tests.local.cloud import TABLE, make_table
from tests.support.measurements import measured

READ, WRITE = "ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"


def used(root: Session) -> list[Any]:
    """The answers of a put, a transaction, a read that asks and one that does not."""
    make_table(root)
    data, key = root.client("dynamodb"), {"pk": {"S": "acme#1"}, "sk": {"S": "1"}}
    put = {"TableName": TABLE, "Item": key}
    return [
        data.put_item(**put),
        data.transact_write_items(TransactItems=[{"Put": put}]),
        data.get_item(TableName=TABLE, Key=key, ReturnConsumedCapacity="TOTAL", ConsistentRead=True),
        data.get_item(TableName=TABLE, Key=key),
    ]


def test_reads_and_writes_are_measured_and_told_to_those_who_ask(root: Session) -> None:
    answers = used(root)
    assert ["ConsumedCapacity" in each for each in answers] == [False, False, True, False]
    assert measured(root, "AWS/DynamoDB", WRITE, TableName=TABLE) == 1 + 2
    assert measured(root, "AWS/DynamoDB", READ, TableName=TABLE) == 1 + 0.5
    assert answers[3]["Item"] == {"pk": {"S": "acme#1"}, "sk": {"S": "1"}}


def test_the_untouched_emulator_measures_no_table(untouched: Session) -> None:
    """When this fails, the repair is no longer needed."""
    used(untouched)
    assert measured(untouched, "AWS/DynamoDB", WRITE, TableName=TABLE) is None
