"""Why a token is refused: a closed set, counted per reason and never told to the caller."""

from typing import Literal

Reason = Literal[
    "missing",  # no bearer token, or several
    "stage",  # called for another tenant's stage
    "malformed",  # not a compact JWS in canonical form, or claims of the wrong type
    "header",  # a header parameter that is not taken
    "key",  # no configured key has this kid
    "algorithm",  # not the algorithm pinned for the key
    "signature",
    "issuer",
    "audience",
    "expired",
    "premature",  # nbf or iat in the future
    "lifetime",  # valid for longer than the tenant allows
    "claims",  # a required claim is missing
]
# What every question ends with: the values of the metric's dimension.
Verdict = Reason | Literal["accepted", "failed", "issuer-unavailable"]


class Refused(Exception):
    """The caller gets 401 whatever the reason."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


class IssuerUnavailable(Exception):
    """No keys could be had from the issuer: nothing can be said of the token, so this is no 401."""
