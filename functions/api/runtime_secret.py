"""The tenant's runtime values, those that the functions of its API may read."""

import base64
import os
from typing import Final

from agreed import environment
from agreed.secrets import RUNTIME
from api import secrets, settings

CURSOR_KEY_BYTES: Final = 32


def cursor_key() -> bytes:
    """Empty where cursors are unsealed, which the environment has to say: no key is never taken for that."""
    if os.environ.get(environment.CURSORS) == environment.UNSEALED:
        return b""
    values = secrets.values(settings.current().secret(RUNTIME))
    key = base64.b64decode(values["cursor_key"], validate=True)
    if len(key) != CURSOR_KEY_BYTES:
        raise ValueError(f"the runtime secret's cursor_key has {len(key)} bytes; it needs {CURSOR_KEY_BYTES}")
    return key
