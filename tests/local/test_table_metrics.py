"""What a table consumes is measured, whether or not the caller asked for it."""

from typing import Any

from tenantry.local.clients import Session
from tests.local.cloud import TABLE, make_table
from tests.support.measurements import measured

DYNAMODB, READ, WRITE = "AWS/DynamoDB", "ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"
KEY = {"pk": {"S": "acme#1"}, "sk": {"S": "1"}}
OTHER = {"pk": {"S": "acme#1"}, "sk": {"S": "2"}}


def used(root: Session) -> list[Any]:
    """The answers of a put, a transaction, a batch, and reads that ask more and more."""
    make_table(root)
    data = root.client("dynamodb")
    return [
        data.put_item(TableName=TABLE, Item=KEY),
        data.transact_write_items(TransactItems=[{"Put": {"TableName": TABLE, "Item": KEY}}]),
        data.batch_get_item(RequestItems={TABLE: {"Keys": [KEY, OTHER], "ConsistentRead": True}}),
        data.get_item(TableName=TABLE, Key=KEY),
        data.get_item(TableName=TABLE, Key=KEY, ReturnConsumedCapacity="TOTAL", ConsistentRead=True),
        data.get_item(TableName=TABLE, Key=KEY, ReturnConsumedCapacity="INDEXES"),
    ]


def test_the_table_and_each_operation_are_measured(root: Session) -> None:
    *others, silent, total, by_index = used(root)
    assert measured(root, DYNAMODB, WRITE, TableName=TABLE) == 1 + 2
    assert measured(root, DYNAMODB, READ, TableName=TABLE) == 2 + 0.5 + 1 + 0.5
    for operation, calls in (("GetItem", 3), ("BatchGetItem", 1)):
        latency = {"TableName": TABLE, "Operation": operation}
        assert measured(root, DYNAMODB, "SuccessfulRequestLatency", "SampleCount", **latency) == calls
    assert ["ConsumedCapacity" in each for each in (*others, silent)] == [False] * 4
    assert total["ConsumedCapacity"] == {"TableName": TABLE, "CapacityUnits": 1}
    assert by_index["ConsumedCapacity"]["Table"] == {"CapacityUnits": 0.5}
    assert silent["Item"] == KEY


def test_the_untouched_emulator_measures_no_table(untouched: Session) -> None:
    """When this fails, the repair is no longer needed."""
    used(untouched)
    assert measured(untouched, DYNAMODB, WRITE, TableName=TABLE) is None
