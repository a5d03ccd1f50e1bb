"""Names of the secrets that are no group's own, and how long a function keeps what it has read of one."""

from typing import Final

RUNTIME: Final = "runtime"  # its cursor_key seals the positions of listings
SIGNING: Final = "signing"  # a managed tenant's private keys, by which tokens are signed
RECEIVER_MARK: Final = "-"  # between a secret's name and the receiver it is for; no declared name has one
MAX_AGE_SECONDS: Final = 900  # a changed value is picked up within this time
