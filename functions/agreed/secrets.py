"""How long a function keeps what it has read of a secret."""

from typing import Final

MAX_AGE_SECONDS: Final = 900  # a changed value is picked up within this time
