"""Clients that a tenant's token endpoint knows: how both sides spell their records and hash their secrets."""

import hashlib
import re
from typing import Final

CLIENT: Final = "client"  # kind of the records
# Their fields: digests of the secret and, for a while after a roll, of the one before; moments in RFC 3339.
CREATED_AT: Final = "created_at"
SCOPES: Final = "scopes"
SECRET: Final = "secret"  # noqa: S105 - a field
EARLIER: Final = "earlier"
EARLIER_UNTIL: Final = "earlier_until"
ENDS_AT: Final = "ends_at"
USED_AT: Final = "used_at"

# Neither ids nor secrets hold what form encoding changes: clients encode both before Basic's base64, as RFC
# 6749 asks, or forget it, and it comes to the same. No id can be mistaken for a secret, and logged.
ID: Final = re.compile(r"[a-z0-9][a-z0-9.-]{0,62}")
PREFIX: Final = "tcs_"  # of a secret; scanners find one by it that was committed
SECRET_BYTES: Final = 32


def digest(secret: str) -> str:
    """Nobody guesses 32 random bytes: a slow hash, as passwords need one, would protect nothing more."""
    return hashlib.sha256(secret.encode()).hexdigest()
