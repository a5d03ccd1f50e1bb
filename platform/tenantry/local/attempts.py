"""Every way to a tenant's data, secrets, queues and functions that AWS offers a role, as well-formed calls.

What one of them writes or deletes is a probe, whose sort key nothing else has. A message that gets into a
queue names no contact message, so its notifier drops it; only a purge that gets through takes what was there.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from tenantry.components.table import PARTITION_KEY, SORT_KEY

PROBE = "tenantry-isolation-probe"
Way = Callable[[Any], Any]
"""Takes boto3's client of the service."""


class Attempt(NamedTuple):
    """`writes` says that a probe may be left behind."""

    operation: str
    service: str
    way: Way
    writes: bool = False


def on_partition(table: str, partition: str) -> list[Attempt]:
    key = probe(partition)
    named = {"TableName": table, "Key": key}
    reading: Mapping[str, Way] = {
        "GetItem": lambda own: own.get_item(**named),
        "Query": lambda own: own.query(TableName=table, **_condition(PARTITION_KEY, partition)),
        "BatchGetItem": lambda own: own.batch_get_item(RequestItems={table: {"Keys": [key]}}),
        "TransactGetItems": lambda own: own.transact_get_items(TransactItems=[{"Get": named}]),
    }
    writing: Mapping[str, Way] = {
        "PutItem": lambda own: own.put_item(TableName=table, Item=key),
        "UpdateItem": lambda own: own.update_item(**named),
        "DeleteItem": lambda own: own.delete_item(**named),
        "BatchWriteItem": lambda own: own.batch_write_item(
            RequestItems={table: [{"PutRequest": {"Item": key}}]}
        ),
        "TransactWriteItems Put": lambda own: own.transact_write_items(
            TransactItems=[{"Put": {"TableName": table, "Item": key}}]
        ),
        "TransactWriteItems Delete": lambda own: own.transact_write_items(TransactItems=[{"Delete": named}]),
    }
    return [*_attempts(reading), *_attempts(writing, writes=True), *_partiql(table, partition)]


def on_inbox(table: str, theirs: tuple[str, str], own: tuple[str, str]) -> list[Attempt]:
    """Transactions by which another tenant would list what the role's own made: a record with its entry, and
    an entry beside a record of the own tenant.

    Args:
        theirs: the partitions of the other tenant's records and of the entries that list them.
    """
    record, entry = map(probe, theirs)
    beside = probe(own[0])

    def planted(*items: Mapping[str, Any]) -> Way:
        puts = [{"Put": {"TableName": table, "Item": item}} for item in items]
        return lambda client: client.transact_write_items(TransactItems=puts)

    ways = {
        "TransactWriteItems record": planted(record, entry),
        "TransactWriteItems entry": planted(beside, entry),
    }
    return _attempts(ways, writes=True)


def on_table(table: str) -> list[Attempt]:
    return _attempts(
        {
            "Scan": lambda own: own.scan(TableName=table, Limit=1),
            "ExecuteStatement scan": lambda own: own.execute_statement(
                Statement=f'SELECT * FROM "{table}"',  # noqa: S608 - the table's name is ours
                Limit=1,
            ),
            "DescribeTable": lambda own: own.describe_table(TableName=table),
        }
    )


def on_secret(name: str) -> list[Attempt]:
    ways: Mapping[str, Way] = {
        "GetSecretValue": lambda own: own.get_secret_value(SecretId=name),
        "DescribeSecret": lambda own: own.describe_secret(SecretId=name),
        "ListSecretVersionIds": lambda own: own.list_secret_version_ids(SecretId=name),
        "GetResourcePolicy": lambda own: own.get_resource_policy(SecretId=name),
    }
    return [Attempt(operation, "secretsmanager", way) for operation, way in ways.items()]


def on_queue(url: str) -> list[Attempt]:
    received = {"QueueUrl": url, "ReceiptHandle": PROBE}
    ways: Mapping[str, Way] = {
        "SendMessage": lambda own: own.send_message(QueueUrl=url, MessageBody=PROBE),
        "ReceiveMessage": lambda own: own.receive_message(QueueUrl=url, VisibilityTimeout=0),
        "ChangeMessageVisibility": lambda own: own.change_message_visibility(VisibilityTimeout=0, **received),
        "DeleteMessage": lambda own: own.delete_message(**received),
        "SetQueueAttributes": lambda own: own.set_queue_attributes(QueueUrl=url, Attributes={}),
        "GetQueueAttributes": lambda own: own.get_queue_attributes(QueueUrl=url, AttributeNames=["All"]),
        "PurgeQueue": lambda own: own.purge_queue(QueueUrl=url),
    }
    return [Attempt(operation, "sqs", way) for operation, way in ways.items()]


def on_function(name: str, role: str) -> list[Attempt]:
    """Its settings, its role's, and itself; what would change them changes nothing if it gets through."""
    functions: Mapping[str, Way] = {
        "GetFunctionConfiguration": lambda own: own.get_function_configuration(FunctionName=name),
        "GetPolicy": lambda own: own.get_policy(FunctionName=name),
        "Invoke": lambda own: own.invoke(FunctionName=name, InvocationType="DryRun"),
        "UpdateFunctionConfiguration": lambda own: own.update_function_configuration(FunctionName=name),
    }
    return [
        *(Attempt(operation, "lambda", way) for operation, way in functions.items()),
        Attempt("GetRole", "iam", lambda own: own.get_role(RoleName=name)),
        Attempt("AssumeRole", "sts", lambda own: own.assume_role(RoleArn=role, RoleSessionName=PROBE)),
    ]


def probe(partition: str) -> dict[str, dict[str, str]]:
    return {PARTITION_KEY: {"S": partition}, SORT_KEY: {"S": PROBE}}


def _partiql(table: str, partition: str) -> list[Attempt]:
    values = [{"S": partition}, {"S": PROBE}]
    where = f"WHERE {PARTITION_KEY} = ? AND {SORT_KEY} = ?"
    select = {"Statement": f'SELECT * FROM "{table}" {where}', "Parameters": values}  # noqa: S608 - as above
    insert = {
        "Statement": f"INSERT INTO \"{table}\" VALUE {{'{PARTITION_KEY}': ?, '{SORT_KEY}': ?}}",
        "Parameters": values,
    }
    delete = {"Statement": f'DELETE FROM "{table}" {where}', "Parameters": values}  # noqa: S608 - as above
    reading: Mapping[str, Way] = {
        "ExecuteStatement select": lambda own: own.execute_statement(**select),
        "BatchExecuteStatement": lambda own: _unbatched(own.batch_execute_statement(Statements=[select])),
        "ExecuteTransaction": lambda own: own.execute_transaction(TransactStatements=[select]),
    }
    writing: Mapping[str, Way] = {
        "ExecuteStatement insert": lambda own: own.execute_statement(**insert),
        "ExecuteStatement delete": lambda own: own.execute_statement(**delete),
    }
    return [*_attempts(reading), *_attempts(writing, writes=True)]


class RefusedInside(Exception):
    """A batch succeeded as a call, and its only statement did not."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def _unbatched(answer: dict[str, Any]) -> None:
    """A batch reports each statement by itself."""
    for each in answer["Responses"]:
        if "Error" in each:
            raise RefusedInside(str(each["Error"]["Code"]))


def _attempts(ways: Mapping[str, Way], writes: bool = False) -> list[Attempt]:
    return [Attempt(operation, "dynamodb", way, writes) for operation, way in ways.items()]


def _condition(attribute: str, value: str) -> dict[str, Any]:
    return {
        "KeyConditionExpression": f"{attribute} = :value",
        "ExpressionAttributeValues": {":value": {"S": value}},
        "Limit": 1,
    }
