"""Chalice's routes over the same clients."""

from typing import Any

from chalice import Chalice  # type: ignore[import-not-found]

from benches.speed.peers import clients

app = Chalice(app_name="items")


@app.route("/items/{collection}/{item_id}", methods=["GET"])  # type: ignore[untyped-decorator]
def read(collection: str, item_id: str) -> dict[str, Any]:
    return clients.read(collection, item_id)


@app.route("/items/{collection}", methods=["POST"])  # type: ignore[untyped-decorator]
def write(collection: str) -> dict[str, Any]:
    return clients.write(collection, app.current_request.json_body)


def handle(event: dict[str, Any], context: object) -> Any:
    event["requestContext"]["resourcePath"] = event["resource"].replace("{id}", "{item_id}")
    event["pathParameters"] = {"item_id" if k == "id" else k: v for k, v in event["pathParameters"].items()}
    return app(event, context)
