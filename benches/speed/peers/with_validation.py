"""Powertools' resolver with its validation by pydantic, over the same clients."""

from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.metrics import MetricUnit
from pydantic import BaseModel

from benches.speed.peers import clients


class Document(BaseModel):
    a: int


app = APIGatewayRestResolver(enable_validation=True)
logger = Logger()
metrics = Metrics()


@app.get("/items/<collection>/<item_id>")
def read(collection: str, item_id: str) -> dict[str, Any]:
    return clients.read(collection, item_id)


@app.post("/items/<collection>")
def write(collection: str, document: Document) -> dict[str, Any]:
    metrics.add_metric("ItemsWritten", MetricUnit.Count, 1)
    return clients.write(collection, document.model_dump())


@metrics.log_metrics
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    logger.info("asked")
    return app.resolve(event, context)
