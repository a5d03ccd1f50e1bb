"""Why an attempt to deliver failed, in words that staff may read: no address, no body, no secret."""


class Undelivered(Exception):
    """`retry_after` is how many seconds the receiver asked for; 0 if it did not."""

    def __init__(self, reason: str, retry_after: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


class Gone(Undelivered):
    """The receiver says that it is gone for good: nothing more is sent to it until somebody acts."""
