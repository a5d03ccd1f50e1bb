"""The handlers that `warm` compares: all answer the same GET of one item, over a stand-in for DynamoDB.

`python -m benches.speed.served NAME` prints the microseconds of CPU that a warm request takes; what the
handler itself writes goes to /dev/null.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any, Final, NamedTuple

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]

SLICE: Final = 50  # requests timed at once: few, so that a neighbour disturbs few
SLICES: Final = 400
ID: Final = "01JD3Z6K0V8Q4T7M2N5P9R1S3W"
RESOURCE: Final = "/items/{collection}/{id}"
ANSWER: Final = {
    "Item": {
        "pk": {"S": "acme#items#item#orders"},
        "sk": {"S": ID},
        "version": {"N": "3"},
        "created_at": {"S": "2026-11-22T16:39:00.123Z"},
        "updated_at": {"S": "2026-11-22T17:02:41.007Z"},
        "data": {"S": '{"article":"A-1071","quantity":2,"paid":true}'},
    },
    "ConsumedCapacity": {"TableName": "tenantry_demo", "CapacityUnits": 1.0},
}
ENVIRONMENT: Final = {
    "TENANT": "acme",
    "TABLE": "tenantry_demo",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "POWERTOOLS_SERVICE_NAME": "items",
    "POWERTOOLS_METRICS_NAMESPACE": "Tenantry",
    "_X_AMZN_TRACE_ID": "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
}
_SENT: Final = {
    "Accept": "*/*",
    "Accept-Encoding": "gzip, deflate",
    "Authorization": "Bearer a.b.c",
    "Host": "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com",
    "User-Agent": "client/1.0",
    "X-Amzn-Trace-Id": "Root=1-5759e988-bd862e3fe1be46a994272793",
    "X-Forwarded-For": "192.0.2.1",
    "X-Forwarded-Port": "443",
    "X-Forwarded-Proto": "https",
    "x-api-key": "k",
}
EVENT: Final[dict[str, Any]] = {
    "resource": RESOURCE,
    "path": f"/items/orders/{ID}",
    "httpMethod": "GET",
    "headers": _SENT,
    "multiValueHeaders": {name: [value] for name, value in _SENT.items()},
    "queryStringParameters": None,
    "multiValueQueryStringParameters": None,
    "pathParameters": {"collection": "orders", "id": ID},
    "stageVariables": None,
    "requestContext": {
        "authorizer": {"principalId": "ada", "subject": "ada", "scope": "items:read", "kid": "2026"},
        "requestId": "9f2b7a34-64a0-4f6e-9c43-2f1c8f0a7f11",
        "resourcePath": RESOURCE,
        "stage": "acme",
    },
    "body": None,
    "isBase64Encoded": False,
}


class Context(NamedTuple):
    """Lambda's, as far as anybody here asks."""

    function_name: str = "tenantry_demo_acme_items"
    memory_limit_in_mb: int = 256
    invoked_function_arn: str = "arn:aws:lambda:eu-west-1:123456789012:function:tenantry_demo_acme_items"
    aws_request_id: str = "5cb2d7f1-5a4c-4f0e-a7c1-0f1b9a54d6a5"

    def get_remaining_time_in_millis(self) -> int:
        return 10_000


class StandIn:
    """DynamoDB's client, without what its own work costs."""

    def get_item(self, **_asked: Any) -> dict[str, Any]:
        return ANSWER


def _item(collection: str, item_id: str) -> tuple[dict[str, Any], str]:
    """What any handler of this route must do, and its entity tag."""
    key = {"pk": {"S": f"acme#items#item#{collection}"}, "sk": {"S": item_id}}
    record = StandIn().get_item(TableName="tenantry_demo", Key=key, ConsistentRead=True)["Item"]
    version = int(record["version"]["N"])
    shown = {
        "id": record["sk"]["S"],
        "created_at": record["created_at"]["S"],
        "updated_at": record["updated_at"]["S"],
        "version": version,
        **json.loads(record["data"]["S"]),
    }
    return shown, f'"{version}"'


def bare() -> Handler:
    def handle(event: dict[str, Any], _context: Any) -> dict[str, Any]:
        path = event["pathParameters"]
        shown, etag = _item(path["collection"], path["id"])
        return {
            "statusCode": 200,
            "headers": {
                "Cache-Control": "private, no-cache",
                "X-Content-Type-Options": "nosniff",
                "Content-Type": "application/json",
                "ETag": etag,
            },
            "body": json.dumps(shown, ensure_ascii=False, separators=(",", ":")),
            "isBase64Encoded": False,
        }

    return handle


def tenantry() -> Handler:
    from api import settings, table
    from groups.items import handler
    from tenantry.packing import route_table

    route_table.install()  # it runs from its sources

    here = table.Table(settings.current().table, StandIn())
    table.current = lambda: here  # type: ignore[assignment]  # in the place of a cached function
    return handler.handle


def plain_resolver() -> Handler:
    """Powertools' resolver alone: nothing checked, logged or counted."""
    from aws_lambda_powertools.event_handler import APIGatewayRestResolver

    app = APIGatewayRestResolver()

    @app.get("/items/<collection>/<item_id>")
    def read(collection: str, item_id: str) -> dict[str, Any]:
        return _item(collection, item_id)[0]

    return lambda event, context: app.resolve(event, context)


def resolver_with_signals() -> Handler:
    """The same, with Powertools' logger and metrics as its documentation has them."""
    from aws_lambda_powertools import Logger, Metrics
    from aws_lambda_powertools.metrics import MetricUnit

    logger, metrics, resolve = Logger(), Metrics(), plain_resolver()

    @logger.inject_lambda_context(correlation_id_path="requestContext.requestId", clear_state=True)
    @metrics.log_metrics
    def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
        logger.append_keys(tenant="acme", route=f"{event['httpMethod']} {event['resource']}")
        answer = resolve(event, context)
        metrics.add_dimension("tenant", "acme")
        metrics.add_dimension("route", f"{event['httpMethod']} {event['resource']}")
        metrics.add_metric("ConsumedReadCapacity", MetricUnit.Count, 1.0)
        logger.info("answered", extra={"status": answer["statusCode"], "read_units": 1.0, "write_units": 0})
        return answer

    return handle


HANDLERS: Final[dict[str, Callable[[], Handler]]] = {
    "bare": bare,
    "tenantry": tenantry,
    "resolver": plain_resolver,
    "resolver-signals": resolver_with_signals,
}


def microseconds(handle: Handler, context: Any) -> float:
    """Of the least disturbed slice: what disturbs can only add, by caches lost and clocks shared."""
    for _ in range(10 * SLICE):
        handle(EVENT, context)
    best = float("inf")
    for _ in range(SLICES):
        began = time.process_time()
        for _ in range(SLICE):
            handle(EVENT, context)
        best = min(best, time.process_time() - began)
    return best / SLICE * 1e6


def main(name: str) -> None:
    os.environ.update(ENVIRONMENT)
    told, sys.stdout = sys.stdout, open(os.devnull, "w")  # noqa: SIM115, PTH123 - open as long as the process
    handle = HANDLERS[name]()
    assert json.loads(handle(EVENT, Context())["body"])["id"] == ID  # noqa: S101 - a bench of the wrong thing
    print(microseconds(handle, Context()), file=told)


if __name__ == "__main__":
    main(sys.argv[1])
