"""A role limited by `dynamodb:LeadingKeys` reaches its own partition keys, by every data action, alone."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tenantry.local.clients import Session
from tests.local.cloud import TABLE, TABLE_ARN, make_role, make_table, session_of

OWN, COUNT, FOREIGN = "acme#items#item", "acme#items#count", "acme-eu#items#item"


def limited(actions: list[str], pattern: str, resource: str = TABLE_ARN) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Action": [f"dynamodb:{action}" for action in actions],
        "Resource": resource,
        "Condition": {
            "ForAllValues:StringLike": {"dynamodb:LeadingKeys": [pattern]},
            "Null": {"dynamodb:LeadingKeys": "false"},
        },
    }


STATEMENTS = [
    limited(
        ["GetItem", "PutItem", "DeleteItem", "Query", "BatchGetItem", "BatchWriteItem", "ConditionCheckItem"],
        "acme#items#item*",
    ),
    limited(["UpdateItem"], COUNT),
    limited(["Scan"], "*"),
    limited(["PartiQLSelect", "ExecuteStatement"], "acme#*", "*"),
]


@pytest.fixture(scope="module")
def db(root: Session) -> Any:
    make_table(root)
    return session_of(root, make_role(root, "acme", *STATEMENTS)).client("dynamodb")


def key(pk: str) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": "1"}}


def one(pk: str) -> dict[str, Any]:
    return {"TableName": TABLE, "Key": key(pk)}


def item(pk: str) -> dict[str, Any]:
    return {"TableName": TABLE, "Item": key(pk)}


def equals(name: str, value: str) -> dict[str, Any]:
    return {
        "KeyConditionExpression": "#k = :v",
        "ExpressionAttributeNames": {"#k": name},
        "ExpressionAttributeValues": {":v": {"S": value}},
    }


def legacy(pk: str) -> dict[str, Any]:
    return {"KeyConditions": {"pk": {"AttributeValueList": [{"S": pk}], "ComparisonOperator": "EQ"}}}


def adding(pk: str) -> dict[str, Any]:
    one_more = {"UpdateExpression": "ADD n :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}
    return {**one(pk), **one_more}


def absent(pk: str) -> dict[str, Any]:
    return {**one(pk), "ConditionExpression": "attribute_not_exists(nothing)"}


def writes(db: Any, *elements: dict[str, Any]) -> Any:
    return db.transact_write_items(TransactItems=list(elements))


def batch_get(db: Any, *partition_keys: str) -> Any:
    return db.batch_get_item(RequestItems={TABLE: {"Keys": [key(pk) for pk in partition_keys]}})


ALLOWED: dict[str, Callable[[Any], Any]] = {
    "get": lambda db: db.get_item(**one(OWN)),
    "put": lambda db: db.put_item(**item(OWN)),
    "update": lambda db: db.update_item(**adding(COUNT)),
    "delete": lambda db: db.delete_item(**one(OWN)),
    "query": lambda db: db.query(TableName=TABLE, **equals("pk", OWN)),
    "query by ARN": lambda db: db.query(TableName=TABLE_ARN, **equals("pk", OWN)),
    "legacy query": lambda db: db.query(TableName=TABLE, **legacy(OWN)),
    "batch get": lambda db: batch_get(db, OWN, f"{OWN}#b"),
    "batch write": lambda db: db.batch_write_item(RequestItems={TABLE: [{"PutRequest": {"Item": key(OWN)}}]}),
    "transact get": lambda db: db.transact_get_items(TransactItems=[{"Get": one(OWN)}]),
    "transact write": lambda db: writes(
        db, {"Put": item(OWN)}, {"Update": adding(COUNT)}, {"ConditionCheck": absent(f"{OWN}#other")}
    ),
    "transact delete": lambda db: writes(db, {"Delete": one(OWN)}),
}
DENIED: dict[str, Callable[[Any], Any]] = {
    "get": lambda db: db.get_item(**one(FOREIGN)),
    "put": lambda db: db.put_item(**item(FOREIGN)),
    "update": lambda db: db.update_item(**adding(FOREIGN)),
    "delete": lambda db: db.delete_item(**one(FOREIGN)),
    "query": lambda db: db.query(TableName=TABLE, **equals("pk", FOREIGN)),
    "query by ARN": lambda db: db.query(TableName=TABLE_ARN, **equals("pk", FOREIGN)),
    "legacy query": lambda db: db.query(TableName=TABLE, **legacy(FOREIGN)),
    "query without a key": lambda db: db.query(TableName=TABLE, **equals("state", OWN)),
    "key without its partition": lambda db: db.get_item(TableName=TABLE, Key={"sk": {"S": "1"}}),
    "unknown table": lambda db: db.get_item(TableName="other", Key=key(OWN)),
    "batch get": lambda db: batch_get(db, FOREIGN),
    "one of a batch get": lambda db: batch_get(db, OWN, FOREIGN),
    "one of a batch write": lambda db: db.batch_write_item(
        RequestItems={TABLE: [{"PutRequest": {"Item": key(OWN)}}, {"DeleteRequest": {"Key": key(FOREIGN)}}]}
    ),
    "one of a transact get": lambda db: db.transact_get_items(
        TransactItems=[{"Get": one(OWN)}, {"Get": one(FOREIGN)}]
    ),
    "put in a transaction": lambda db: writes(db, {"Put": item(OWN)}, {"Put": item(FOREIGN)}),
    "delete in a transaction": lambda db: writes(db, {"Put": item(OWN)}, {"Delete": one(FOREIGN)}),
    "check in a transaction": lambda db: writes(db, {"Put": item(OWN)}, {"ConditionCheck": absent(FOREIGN)}),
    "update where only put is granted": lambda db: writes(db, {"Update": adding(OWN)}),
    "put where only update is granted": lambda db: writes(db, {"Put": item(COUNT)}),
    "another table in a transaction": lambda db: writes(
        db, {"Put": item(OWN)}, {"Put": {**item(OWN), "TableName": "other"}}
    ),
    "scan": lambda db: db.scan(TableName=TABLE),
    "PartiQL": lambda db: db.execute_statement(Statement="SELECT * FROM items WHERE pk = 'acme#items#item'"),
}


@pytest.mark.parametrize("call", ALLOWED.values(), ids=ALLOWED)
def test_own_keys_are_reached(db: Any, call: Callable[[Any], Any]) -> None:
    assert call(db)["ResponseMetadata"]["HTTPStatusCode"] == 200


@pytest.mark.parametrize("call", DENIED.values(), ids=DENIED)
def test_other_keys_are_denied(db: Any, call: Callable[[Any], Any]) -> None:
    with pytest.raises(ClientError, match="AccessDeniedException"):
        call(db)


@pytest.mark.usefixtures("db")
def test_a_scan_carries_no_leading_key(root: Session) -> None:
    """As on AWS: `ForAllValues` alone lets a scan through, which is why policies add the `Null` condition."""
    statement = limited(["Scan"], "acme#*")
    del statement["Condition"]["Null"]
    careless = session_of(root, make_role(root, "careless", statement)).client("dynamodb")
    assert careless.scan(TableName=TABLE)["ResponseMetadata"]["HTTPStatusCode"] == 200


@pytest.mark.parametrize(
    "name", ["key without its partition", "query without a key", "unknown table", "PartiQL"]
)
@pytest.mark.usefixtures("db")
def test_a_key_that_cannot_be_read_matches_no_pattern(root: Session, name: str) -> None:
    """Even where a policy lacks the `Null` condition."""
    statement = limited(["GetItem", "Query", "ExecuteStatement"], "acme#*", "*")
    del statement["Condition"]["Null"]
    role = make_role(root, f"careless-{name.replace(' ', '-').replace(chr(39), '')}", statement)
    with pytest.raises(ClientError, match="AccessDeniedException"):
        DENIED[name](session_of(root, role).client("dynamodb"))


def test_the_untouched_emulator_knows_no_leading_keys(untouched: Session) -> None:
    """When this fails, the repair is no longer needed."""
    make_table(untouched)
    statement = limited(["GetItem"], "acme#*")
    strict = session_of(untouched, make_role(untouched, "strict", statement)).client("dynamodb")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        strict.get_item(**one(OWN))
    del statement["Condition"]["Null"]
    lax = session_of(untouched, make_role(untouched, "lax", statement)).client("dynamodb")
    assert lax.get_item(**one(FOREIGN))["ResponseMetadata"]["HTTPStatusCode"] == 200
