"""A bare handler: what a function costs that does nothing."""

import json
from typing import Any


def handle(_event: dict[str, Any], _context: object) -> dict[str, Any]:
    return {"statusCode": 200, "headers": {}, "body": json.dumps({"a": 1}), "isBase64Encoded": False}
