"""A reader for each type that the program registers, or the reason why AWS cannot be asked.

A reader finds its resource by its inputs, which name what is there already: ids and ARNs among them are those
of what was found before.
"""

from tenantry.rules.kinds import tokens
from tenantry.verification.reader import Reader
from tenantry.verification.readers import (
    domains,
    functions,
    gateway,
    identity,
    invocations,
    plans,
    storage,
    watching,
)

_FAMILIES = (gateway, domains, plans, functions, invocations, identity, storage, watching)
_DRAWN = "it is in the engine's state alone, and what was made of it is compared without it"

READERS: dict[str, Reader] = {
    token: reader for family in _FAMILIES for token, reader in family.READERS.items()
}
UNREADABLE = {
    tokens.PRIVATE_KEY: _DRAWN,
    tokens.RANDOM_BYTES: _DRAWN,
    tokens.RANDOM_ID: _DRAWN,
}

__all__ = ["READERS", "UNREADABLE"]
