"""A bare handler with the boto3 clients that `CLIENTS` names, made when it is imported, as AWS advises."""

import json
import os
import uuid
from typing import Any

import boto3

NAMES = os.environ["CLIENTS"].split(",")
CLIENTS = {name: boto3.client(name) for name in NAMES}
TABLE = os.environ["TABLE"]


def handle(event: dict[str, Any], _context: object) -> dict[str, Any]:
    path = event["pathParameters"] or {}
    if "sqs" in CLIENTS:
        CLIENTS["sqs"].send_message(QueueUrl=os.environ["CONTACT_QUEUE_URL"], MessageBody="{}")
    if event["httpMethod"] == "GET":
        return answer(200, read(path["collection"], path["id"]))
    return answer(201, write(path.get("collection", "contact"), json.loads(event["body"])))


def read(collection: str, item_id: str) -> dict[str, Any]:
    got = CLIENTS["dynamodb"].get_item(TableName=TABLE, Key=key(collection, item_id), ConsistentRead=True)
    return {"id": item_id, **json.loads(got["Item"]["data"]["S"])}


def write(collection: str, document: dict[str, Any]) -> dict[str, Any]:
    item_id = str(uuid.uuid4())
    put = {"TableName": TABLE, "Item": {**key(collection, item_id), "data": {"S": json.dumps(document)}}}
    CLIENTS["dynamodb"].transact_write_items(TransactItems=[{"Put": put}])
    return {"id": item_id, **document}


def key(collection: str, item_id: str) -> dict[str, Any]:
    return {"pk": {"S": collection}, "sk": {"S": item_id}}


def answer(status: int, value: object) -> dict[str, Any]:
    headers = {"Content-Type": "application/json"}
    return {"statusCode": status, "headers": headers, "body": json.dumps(value), "isBase64Encoded": False}
