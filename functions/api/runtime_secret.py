"""The tenant's runtime values, those that the functions of its API may read."""

import base64
from typing import Final

from agreed.declarations import RUNTIME
from api import secrets, settings

CURSOR_KEY_BYTES: Final = 32


def cursor_key() -> bytes:
    values = secrets.values(settings.current().secret(RUNTIME))
    key = base64.b64decode(values["cursor_key"], validate=True)
    if len(key) != CURSOR_KEY_BYTES:
        raise ValueError(f"the runtime secret's cursor_key has {len(key)} bytes; it needs {CURSOR_KEY_BYTES}")
    return key
