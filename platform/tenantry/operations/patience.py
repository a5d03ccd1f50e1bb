"""Ask a busy service again, ever more slowly: long work should outlast a short throttle."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from botocore.exceptions import ClientError

ATTEMPTS = 10  # 16 s of waiting in the mean, beside botocore's own attempts
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 5.0

# Codes that say "not now", of DynamoDB, API Gateway and CloudWatch Logs: as errors of a call, or as
# reasons of a cancelled transaction.
BUSY = frozenset(
    {
        "InternalServerError",
        "LimitExceededException",
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "ThrottlingError",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionConflict",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)

T = TypeVar("T")


def patiently(call: Callable[[], T]) -> T:
    """The call's answer. Raises what it raised, if that was no throttle or the last attempt."""
    for attempt in range(ATTEMPTS - 1):
        try:
            return call()
        except ClientError as error:
            if not busy(error):
                raise
        longest = min(FIRST_PAUSE_SECONDS * 2**attempt, LONGEST_PAUSE_SECONDS)
        time.sleep(random.uniform(0, longest))  # noqa: S311 - jitter
    return call()


def busy(error: ClientError) -> bool:
    """A cancelled transaction is asked again if nothing but throttles and other writers were in the way."""
    if error.response["Error"]["Code"] != "TransactionCanceledException":
        return error.response["Error"]["Code"] in BUSY
    codes = {reason.get("Code") for reason in error.response.get("CancellationReasons", [])} - {"None", None}
    return bool(codes) and codes <= BUSY
