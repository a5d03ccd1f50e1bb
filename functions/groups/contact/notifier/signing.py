"""Sign by the Standard Webhooks scheme: HMAC-SHA256 over id, time and body, by the new secret and, for a day
after a rotation, by the one before it as well.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

OVERLAP_SECONDS: Final = 24 * 3600  # for which a rotated secret's predecessor signs too
PREFIX: Final = "whsec_"


def keys(values: Mapping[str, Any], now: float) -> list[bytes]:
    """The signing keys in the delivery secret's values, the current one first."""
    secrets = [values["webhook_secret"]]
    if "previous_webhook_secret" in values:
        changed = datetime.fromisoformat(values["changed_at"]).timestamp()
        if now - changed < OVERLAP_SECONDS:
            secrets.append(values["previous_webhook_secret"])
    return [base64.b64decode(secret.removeprefix(PREFIX), validate=True) for secret in secrets]


def headers(signing_keys: list[bytes], message_id: str, now: float, body: bytes) -> dict[str, str]:
    timestamp = str(int(now))
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    digests = [hmac.digest(key, signed, hashlib.sha256) for key in signing_keys]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests),
    }
