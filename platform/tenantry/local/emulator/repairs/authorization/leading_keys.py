"""`dynamodb:LeadingKeys`: the partition keys that a request touches, per table and element of a transaction.

They travel on the resource ARN, the one value that the server carries from a request's body to `enforce`.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

_KEYED_ACTIONS = frozenset(
    {
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
        "dynamodb:DeleteItem",
        "dynamodb:ConditionCheckItem",
        "dynamodb:Query",
        "dynamodb:BatchGetItem",
        "dynamodb:BatchWriteItem",
        # PartiQL has leading keys on AWS; here they are never read, hence always refused under the condition.
        "dynamodb:ExecuteStatement",
        "dynamodb:BatchExecuteStatement",
        "dynamodb:ExecuteTransaction",
    }
)
# `ForAllValues` holds for a request without the key, so one whose key can't be read gets this instead: no
# partition key starts with a NUL that a policy could name.
_UNREADABLE_KEY = "\0unreadable"


class _KeyedArn(str):
    leading_keys: tuple[str, ...]

    def __new__(cls, arn: str, leading_keys: tuple[str, ...]) -> "_KeyedArn":
        keyed = super().__new__(cls, arn)
        keyed.leading_keys = leading_keys
        return keyed


def repair() -> None:
    from ministack.core import iam_actions, iam_evaluator

    arns_of = iam_actions.dynamodb_resource_arns
    checks_of = iam_actions.dynamodb_transaction_checks
    enforce = iam_evaluator.enforce

    def keyed_arns(body: bytes, region: str, account: str) -> list[str]:
        return [
            _KeyedArn(arn, _leading_keys(table, request))
            for table, request, alone in _requests(_parsed(body))
            for arn in arns_of(json.dumps(alone).encode(), region, account)
        ]

    def keyed_checks(action: str, body: bytes, region: str, account: str) -> list[tuple[str, str]]:
        return [
            (item_action, _KeyedArn(arn, _leading_keys(table, request)))
            for member, table, request in _elements(_parsed(body))
            for item_action, arn in checks_of(action, _transaction(member, table), region, account)
        ]

    def enforce_keyed(
        access_key: str,
        action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: Mapping[str, Any] | None = None,
    ) -> Any:
        context = dict(service_context or {})
        if action in _KEYED_ACTIONS:
            context["dynamodb:LeadingKeys"] = list(getattr(resource_arn, "leading_keys", ())) or [
                _UNREADABLE_KEY
            ]
        return enforce(access_key, action, service, region, resource_arn, context)

    iam_actions.dynamodb_resource_arns = keyed_arns
    iam_actions.dynamodb_transaction_checks = keyed_checks
    iam_evaluator.enforce = enforce_keyed


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body or b"{}")
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _requests(data: dict[str, Any]) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """(table, what is asked of it, a body that names this table alone), for a plain or a batch request."""
    if isinstance(data.get("TableName"), str) and data["TableName"]:
        yield data["TableName"], data, {"TableName": data["TableName"]}
        return
    for table, request in _mapping(data.get("RequestItems")).items():
        yield table, request, {"RequestItems": {table: {}}}


def _elements(data: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(member such as `Put`, table, request), for each element of a transaction."""
    elements = data.get("TransactItems")
    for element in elements if isinstance(elements, list) else []:
        for member, request in _mapping(element).items():
            table = _mapping(request).get("TableName")
            if isinstance(table, str):
                yield member, table, request


def _transaction(member: str, table: str) -> bytes:
    return json.dumps({"TransactItems": [{member: {"TableName": table}}]}).encode()


def _leading_keys(table_name: str, request: Any) -> tuple[str, ...]:
    from ministack.services import dynamodb

    own = dynamodb._table_name_from_arn(table_name) if table_name.startswith("arn:") else table_name
    table = dynamodb._tables.get(own)
    if table is None:
        return ()
    items = tuple(_item_key(item, table["pk_name"]) for item in _named_items(request))
    return items + _queried_keys(table, _mapping(request))


def _named_items(request: Any) -> Iterator[Any]:
    """The keys and items that a request to one table names, whatever its kind."""
    if isinstance(request, list):  # BatchWriteItem: [{"PutRequest": {"Item": ...}}, ...]
        for entry in request:
            for write in _mapping(entry).values():
                yield from _named_items(write)
        return
    request = _mapping(request)
    yield from (request[name] for name in ("Key", "Item") if name in request)
    keys = request.get("Keys")  # BatchGetItem
    yield from keys if isinstance(keys, list) else ()


def _item_key(item: Any, partition_key: str) -> str:
    value = _mapping(_mapping(item).get(partition_key))
    return next((str(value[kind]) for kind in ("S", "N", "B") if kind in value), _UNREADABLE_KEY)


def _queried_keys(table: dict[str, Any], request: dict[str, Any]) -> tuple[str, ...]:
    """Read by the emulator's own functions: the key authorized is the key that the query then uses."""
    from ministack.services import dynamodb

    condition, legacy = request.get("KeyConditionExpression"), request.get("KeyConditions")
    partition_key, found = table["pk_name"], None
    if isinstance(legacy, dict) and legacy:
        found = dynamodb._extract_pk_from_key_conditions(legacy, partition_key)
    elif isinstance(condition, str):
        values, names = request.get("ExpressionAttributeValues"), request.get("ExpressionAttributeNames")
        found = dynamodb._extract_pk_from_condition(
            condition, _mapping(values), _mapping(names), partition_key
        )
    return () if found is None else (str(found),)
