"""Every way to a tenant's data that DynamoDB offers, each a well-formed call on one partition."""

from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

Attempt = Callable[[Any], object]


def on_partition(table: str, partition: str) -> Mapping[str, Attempt]:
    """By operation; each takes boto3's DynamoDB client. What they write holds nothing but its key."""
    key = {"pk": {"S": partition}, "sk": {"S": "attempt"}}
    put = {"Put": {"TableName": table, "Item": key}}
    statement = f'SELECT * FROM "{table}" WHERE pk = ?'  # noqa: S608 - the names are the test's own
    values = [{"S": partition}]
    return {
        "GetItem": lambda db: db.get_item(TableName=table, Key=key),
        "PutItem": lambda db: db.put_item(TableName=table, Item=key),
        "UpdateItem": lambda db: db.update_item(TableName=table, Key=key),
        "DeleteItem": lambda db: db.delete_item(TableName=table, Key=key),
        "Query": lambda db: db.query(TableName=table, **_condition("pk", partition)),
        "BatchGetItem": lambda db: db.batch_get_item(RequestItems={table: {"Keys": [key]}}),
        "BatchWriteItem": lambda db: db.batch_write_item(
            RequestItems={table: [{"PutRequest": {"Item": key}}]}
        ),
        "TransactGetItems": lambda db: db.transact_get_items(
            TransactItems=[{"Get": {"TableName": table, "Key": key}}]
        ),
        "TransactWriteItems": lambda db: db.transact_write_items(TransactItems=[put]),
        "Scan": lambda db: db.scan(TableName=table),
        "ExecuteStatement": lambda db: db.execute_statement(Statement=statement, Parameters=values),
        "BatchExecuteStatement": lambda db: db.batch_execute_statement(
            Statements=[{"Statement": f"{statement} AND sk = 'attempt'", "Parameters": values}]
        ),
        "ExecuteTransaction": lambda db: db.execute_transaction(
            TransactStatements=[{"Statement": f"{statement} AND sk = 'attempt'", "Parameters": values}]
        ),
    }


def outcome(attempt: Attempt, client: Any) -> str:
    """`done`, or the error's code."""
    try:
        attempt(client)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "done"


def denied(code: str) -> bool:
    return code in ("AccessDenied", "AccessDeniedException")


def _condition(name: str, value: str) -> dict[str, Any]:
    return {
        "KeyConditionExpression": f"{name} = :value",
        "ExpressionAttributeValues": {":value": {"S": value}},
    }
