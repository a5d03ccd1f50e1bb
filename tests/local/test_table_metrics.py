"""What a table and its index consume is measured, whether or not the caller asked for it."""

from typing import Any

from tenantry.local.clients import Session
from tests.local.cloud import TABLE, make_table
from tests.support.measurements import measured

DYNAMODB, READ, WRITE = "AWS/DynamoDB", "ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"
KEY = {"pk": {"S": "acme#1"}, "sk": {"S": "1"}}
INDEXED = {**KEY, "state_key": {"S": "acme#new"}}


def used(root: Session) -> list[Any]:
    """The answers of a put, a transaction, a read of the index, and reads that ask more and more."""
    make_table(root)
    data = root.client("dynamodb")
    return [
        data.put_item(TableName=TABLE, Item=KEY),
        data.transact_write_items(TransactItems=[{"Put": {"TableName": TABLE, "Item": INDEXED}}]),
        data.query(
            TableName=TABLE,
            IndexName="by_state",
            KeyConditionExpression="state_key = :state",
            ExpressionAttributeValues={":state": INDEXED["state_key"]},
        ),
        data.get_item(TableName=TABLE, Key=KEY),
        data.get_item(TableName=TABLE, Key=KEY, ReturnConsumedCapacity="TOTAL", ConsistentRead=True),
        data.get_item(TableName=TABLE, Key=KEY, ReturnConsumedCapacity="INDEXES"),
    ]


def test_the_table_the_index_and_each_operation_are_measured(root: Session) -> None:
    *others, silent, total, by_index = used(root)
    index = {"TableName": TABLE, "GlobalSecondaryIndexName": "by_state"}
    assert measured(root, DYNAMODB, WRITE, TableName=TABLE) == 1 + 2
    assert measured(root, DYNAMODB, WRITE, **index) == 1
    assert measured(root, DYNAMODB, READ, TableName=TABLE) == 0 + 0.5 + 1 + 0.5
    assert measured(root, DYNAMODB, READ, **index) == 0.5
    latency = {"TableName": TABLE, "Operation": "GetItem"}
    assert measured(root, DYNAMODB, "SuccessfulRequestLatency", "SampleCount", **latency) == 3
    assert ["ConsumedCapacity" in each for each in (*others, silent)] == [False] * 4
    assert total["ConsumedCapacity"] == {"TableName": TABLE, "CapacityUnits": 1}
    assert by_index["ConsumedCapacity"]["Table"] == {"CapacityUnits": 0.5}
    assert silent["Item"] == INDEXED


def test_the_untouched_emulator_measures_no_table(untouched: Session) -> None:
    """When this fails, the repair is no longer needed."""
    used(untouched)
    assert measured(untouched, DYNAMODB, WRITE, TableName=TABLE) is None
