"""Why a token is refused: a closed set, counted per reason and never named to the caller."""

from agreed.metrics import Reason


class Refused(Exception):
    """The caller gets 401 whatever the reason."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


class IssuerUnavailable(Exception):
    """No keys could be had from the issuer: nothing can be said of the token, so this is not a 401."""
