"""How a listing is asked for: `limit` and `cursor`, the same for every listing."""

import re
from typing import Final

from api.errors import invalid_parameter
from api.requests import Request

DEFAULT_LIMIT: Final = 20
MAX_LIMIT: Final = 100


def limit(request: Request) -> int:
    text = request.parameter("limit")
    if text is None:
        return DEFAULT_LIMIT
    if not re.fullmatch(r"[0-9]{1,3}", text) or not 1 <= int(text) <= MAX_LIMIT:
        raise invalid_parameter("limit", f"use a whole number from 1 to {MAX_LIMIT}")
    return int(text)
