"""The tenant's runtime values, those that the functions of its API may read."""

import base64
from typing import Final

from api import secrets, settings

CURSOR_KEY_BYTES: Final = 32


def cursor_key() -> bytes:
    arn = settings.current().secret_arn
    if arn is None:
        raise LookupError("SECRET_ARN is not set; this function pages, so it needs the runtime secret")
    key = base64.b64decode(secrets.values(arn)["cursor_key"], validate=True)
    if len(key) != CURSOR_KEY_BYTES:
        raise ValueError(f"the runtime secret's cursor_key has {len(key)} bytes; it needs {CURSOR_KEY_BYTES}")
    return key
