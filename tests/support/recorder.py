"""Note what functions ask of AWS while they run, as IAM is asked for it."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from agreed import routes
from api import secrets
from tests.support.iam import ARNS, Call
from tests.support.tenant_api import Answer, TenantApi

# An element of a transaction is authorized as the single action of its kind.
ACTION_OF = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}


@dataclass
class Recorder:
    """Notes the calls of the function that runs; `function` is empty while none does."""

    function: str = ""
    calls: defaultdict[str, list[Call]] = field(default_factory=lambda: defaultdict(list))
    routes: set[str] = field(default_factory=set)

    def note(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        if self.function:
            self.calls[self.function] += authorized(model.service_model.service_name, model.name, params)

    @contextmanager
    def running(self, function: str) -> Iterator[None]:
        secrets._kept.clear()  # what another function fetched is not this one's
        self.function = function
        try:
            yield
        finally:
            self.function = ""

    def call(self, api: TenantApi, method: str, resource: str, body: Any = None, **event: Any) -> Answer:
        self.routes.add(f"{method} {resource}")
        with self.running(next(route.group for route in routes.table() if route.path == resource)):
            answer = api.call(method, resource, body, **event)
        assert answer.status < 400, answer.text
        return answer


def authorized(service: str, operation: str, params: dict[str, Any]) -> Iterator[Call]:
    """What IAM is asked for one API call."""
    match service, operation:
        case "secretsmanager", "GetSecretValue":
            yield Call(f"{service}:{operation}", params["SecretId"])
        case "sqs", "SendMessage" | "ChangeMessageVisibility":
            yield Call(f"{service}:{operation}", ARNS.queue(params["QueueUrl"].rpartition("/")[2]))
        case "dynamodb", "TransactWriteItems":
            for element in params["TransactItems"]:
                for kind, request in element.items():
                    yield keyed(ACTION_OF[kind], request)
        case "dynamodb", "GetItem" | "PutItem" | "UpdateItem" | "DeleteItem":
            yield keyed(operation, params)
        case "dynamodb", "Query":
            attribute, value = params["KeyConditionExpression"].split(" = ")
            assert (attribute, "IndexName" in params) == ("pk", False)
            key = params["ExpressionAttributeValues"][value]["S"]
            yield Call("dynamodb:Query", ARNS.table(params["TableName"]), (key,))
        case "dynamodb", "BatchGetItem":
            for table, request in params["RequestItems"].items():
                keys = tuple(each["pk"]["S"] for each in request["Keys"])
                yield Call("dynamodb:BatchGetItem", ARNS.table(table), keys)
        case "logs", "FilterLogEvents":
            yield Call(f"{service}:{operation}", ARNS.log_group(params["logGroupName"]))
        case "apigateway", "GetUsage":
            yield Call("apigateway:GET", ARNS.usage(params["usagePlanId"]))
        case _:
            raise AssertionError(f"{service} {operation}: say here how IAM authorizes it")


def keyed(action: str, request: dict[str, Any]) -> Call:
    key = request["Item"] if "Item" in request else request["Key"]
    return Call(f"dynamodb:{action}", ARNS.table(request["TableName"]), (key["pk"]["S"],))
