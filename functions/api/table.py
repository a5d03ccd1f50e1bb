"""The tenant's data: the few DynamoDB calls that the API makes, none of them a Scan.

A refusal by a condition is part of the domain and comes back as `Refused`; a throttled, slow or
absent DynamoDB becomes `Unavailable` well before the function's own time is up.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection

from api import settings
from api.errors import Unavailable

Attributes = dict[str, Any]  # attribute name -> DynamoDB's typed value, such as {"S": "text"}

# Two attempts of at most 0.5 + 2 s and a backoff under 1 s: 6 s, within the function's 10 s.
CLIENT_CONFIG: Final = Config(
    connect_timeout=0.5, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 2}
)
# Codes with which AWS says "not now": as errors of a call, or as reasons of a cancelled transaction.
BUSY_CODES: Final = frozenset(
    {
        "InternalServerError",
        "LimitExceededException",
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottlingError",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)


class Refused(Exception):
    """A write's condition did not hold, or the transaction met another one; nothing was written."""

    def __init__(self, reasons: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(", ".join(str(reason.get("Code")) for reason in reasons))
        self._reasons = reasons

    def failed(self, position: int) -> bool:
        """Whether the condition of the write at this position failed."""
        return self._reasons[position].get("Code") == "ConditionalCheckFailed"

    def found(self, position: int) -> Attributes | None:
        """The record that the failed condition met; None when there was none."""
        return self._reasons[position].get("Item")

    @property
    def conflicted(self) -> bool:
        """Only other transactions were in the way: the same writes may succeed at once."""
        codes = {reason.get("Code") for reason in self._reasons}
        return "TransactionConflict" in codes and "ConditionalCheckFailed" not in codes


@dataclass(frozen=True, slots=True)
class Page:
    records: list[Attributes]
    more: bool


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    client: Any

    def get(self, key: Attributes) -> Attributes | None:
        """Strongly consistent: a client reads what it has just written."""
        with downstream():
            answer = self.client.get_item(TableName=self.name, Key=key, ConsistentRead=True)
        record: Attributes | None = answer.get("Item")
        return record

    def page(self, start: Attributes | None, limit: int, **query: Any) -> Page:
        """One Query. It asks for one record beyond the limit, so that a last page is known as the last."""
        position = {"ExclusiveStartKey": start} if start else {}
        with downstream():
            answer = self.client.query(TableName=self.name, Limit=limit + 1, **position, **query)
        records: list[Attributes] = answer["Items"]
        return Page(records[:limit], len(records) > limit or "LastEvaluatedKey" in answer)

    def all(self, partition: str) -> Iterator[Attributes]:
        """Every record of one partition: for partitions that stay small, such as counts."""
        query: dict[str, Any] = in_partition(partition)
        while True:
            with downstream():
                answer = self.client.query(TableName=self.name, **query)
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def update(self, **update: Any) -> Attributes:
        """One conditional UpdateItem; returns the whole new record, or raises `Refused` at position 0."""
        try:
            with downstream():
                answer = self.client.update_item(
                    TableName=self.name,
                    ReturnValues="ALL_NEW",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                    **update,
                )
        except self.client.exceptions.ConditionalCheckFailedException as error:
            found = error.response.get("Item")
            raise Refused([{"Code": "ConditionalCheckFailed", "Item": found}]) from None
        record: Attributes = answer["Attributes"]
        return record

    def transact(self, *writes: Mapping[str, Attributes]) -> None:
        """All writes or none; raises `Refused` with a reason per write, in their order."""
        named = [
            {kind: {"TableName": self.name, "ReturnValuesOnConditionCheckFailure": "ALL_OLD", **write}}
            for action in writes
            for kind, write in action.items()
        ]
        try:
            with downstream():
                self.client.transact_write_items(TransactItems=named)
        except self.client.exceptions.TransactionCanceledException as error:
            reasons = error.response.get("CancellationReasons", [])
            if any(reason.get("Code") in BUSY_CODES for reason in reasons):
                raise Unavailable from error
            raise Refused(reasons) from None


def in_partition(partition: str) -> dict[str, Any]:
    """The part of a Query that names a partition of the table."""
    return {
        "KeyConditionExpression": "pk = :partition",
        "ExpressionAttributeValues": {":partition": {"S": partition}},
        "ConsistentRead": True,
    }


@contextmanager
def downstream() -> Iterator[None]:
    """Tell "try again later" from what is wrong with the call itself."""
    try:
        yield
    except (NoConnection, HTTPClientError) as error:
        raise Unavailable from error
    except ClientError as error:
        if error.response["Error"]["Code"] in BUSY_CODES:
            raise Unavailable from error
        raise


@cache
def current() -> Table:
    return Table(settings.current().table, boto3.client("dynamodb", config=CLIENT_CONFIG))
