"""Powertools' resolver over the same clients, with its logger and metrics, as its documentation has it."""

from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.metrics import MetricUnit

from benches.speed.peers import clients

app = APIGatewayRestResolver()
logger = Logger()
metrics = Metrics()


@app.get("/items/<collection>/<item_id>")
def read(collection: str, item_id: str) -> dict[str, Any]:
    return clients.read(collection, item_id)


@app.post("/items/<collection>")
def write(collection: str) -> tuple[dict[str, Any], int]:
    metrics.add_metric("ItemsWritten", MetricUnit.Count, 1)
    return clients.write(collection, app.current_event.json_body), 201


@metrics.log_metrics
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    logger.info("asked")
    return app.resolve(event, context)
