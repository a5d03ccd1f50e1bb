"""Call AWS in short attempts, few of them, and none that the request's time left cannot bear.

The whole budget stands here: an attempt takes at most 0.5 s to connect and 2 s to be answered; three of them
and the pauses between take at most 3 x 2.5 + 0.05 + 0.1 = 7.65 s, and with the answer's own second 8.65 s of
the function's 10. A request of several calls shares the 10 s: what does not fit is not begun.

The client library retries nothing (standard mode, one attempt): only here is it known how much time is left,
and whether the call may be made twice.
"""

from collections.abc import Callable
from typing import Any, Final

from botocore.config import Config
from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection

from api import deadline
from api.errors import Unavailable

CONNECT_SECONDS: Final = 0.5
READ_SECONDS: Final = 2.0
ATTEMPT_SECONDS: Final = CONNECT_SECONDS + READ_SECONDS
PAUSES: Final = (0.0, 0.05, 0.1)  # the longest before each attempt
CLIENT_CONFIG: Final = Config(
    connect_timeout=CONNECT_SECONDS,
    read_timeout=READ_SECONDS,
    retries={"mode": "standard", "total_max_attempts": 1},
)
# Codes with which AWS says "not now", beside every status from 500.
BUSY_CODES: Final = frozenset(
    {
        "InternalServerError",
        "LimitExceededException",
        "KmsThrottled",
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "ServiceUnavailable",
        "ThrottlingError",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
_UNKNOWN: Final = "no answer came from a service behind the API; a write may or may not have been made"


def call(operation: Callable[..., Any], *, repeatable: bool = True, **parameters: Any) -> Any:
    """What the operation answers; `Unavailable` when it is throttled, slow or absent.

    One that is not repeatable is tried again only after a failure that says that nothing was done: its
    own condition would refuse the second attempt because of what the first one had written.
    """
    failure: Exception | None = None
    for pause in PAUSES:
        if pause:
            deadline.pause(pause)
        if not deadline.allows(ATTEMPT_SECONDS):
            break
        try:
            return operation(**parameters)
        except (NoConnection, HTTPClientError, ClientError) as error:
            if isinstance(error, ClientError) and not _busy(error):
                raise
            failure = error
        if not (repeatable or _did_nothing(failure)):
            raise Unavailable(_UNKNOWN) from failure
    raise Unavailable from failure or TimeoutError("too little time is left for a call")


def _busy(error: ClientError) -> bool:
    return error.response["Error"]["Code"] in BUSY_CODES or _status(error) >= 500


def _did_nothing(failure: Exception) -> bool:
    if isinstance(failure, ClientError):
        return 400 <= _status(failure) < 500
    return isinstance(failure, ConnectTimeoutError | EndpointConnectionError)


def _status(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
