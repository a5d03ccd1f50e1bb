"""The tenant's data: the few DynamoDB calls that the API makes, none of them a Scan.

A refusal by a condition is part of the domain and comes back as `Refused`; a throttled, slow or
absent DynamoDB becomes `Unavailable` (`downstream`).
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from api import capacity, clients, deadline, settings
from api.downstream import BUSY_CODES, CLIENT_CONFIG, PAUSES, call
from api.views import ALL, View

Attributes = dict[str, Any]  # attribute name -> DynamoDB's typed value, such as {"S": "text"}


class Refused(Exception):
    """A write's condition did not hold, or something was in the transaction's way; nothing was written."""

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
        """Another transaction was in the way. Conditions that failed beside it may have met it half done."""
        return any(reason.get("Code") == "TransactionConflict" for reason in self._reasons)

    @property
    def throttled(self) -> bool:
        return any(reason.get("Code") in BUSY_CODES for reason in self._reasons)


class Page(NamedTuple):
    records: list[Attributes]
    more: bool


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    client: Any

    def get(self, key: Attributes) -> Attributes | None:
        """Strongly consistent: a client reads what it has just written."""
        answer = call(
            self.client.get_item,
            TableName=self.name,
            Key=key,
            ConsistentRead=True,
            ReturnConsumedCapacity=capacity.ASKED,
        )
        capacity.count_read(answer)
        record: Attributes | None = answer.get("Item")
        return record

    def page(self, partition: str, after: str | None, limit: int, view: View) -> Page:
        """One Query, from behind the id `after`. It asks for one record beyond the limit, so that a last page
        is known as the last."""
        query = view.query(partition)
        if after is not None:
            query["ExclusiveStartKey"] = {"pk": {"S": partition}, "sk": {"S": after}}
        answer = self._query(Limit=limit + 1, **query)
        records: list[Attributes] = answer["Items"]
        return Page(records[:limit], len(records) > limit or "LastEvaluatedKey" in answer)

    def get_all(self, keys: Sequence[Attributes]) -> list[Attributes]:
        """The records that there are, strongly consistent, in no order; at most 100 keys, each once.

        What DynamoDB had no capacity or no room for is asked for again, while the request's time lasts: an
        answer leaves fewer keys unprocessed than were asked for, or is a refusal that `call` knows.
        """
        found: list[Attributes] = []
        asked = list(keys)
        while asked:
            answer = call(
                self.client.batch_get_item,
                RequestItems={self.name: {"Keys": asked, "ConsistentRead": True}},
                ReturnConsumedCapacity=capacity.ASKED,
            )
            capacity.count_read(answer)
            found += answer["Responses"].get(self.name, ())
            asked = answer["UnprocessedKeys"].get(self.name, {}).get("Keys", [])
            if asked:
                deadline.pause(PAUSES[-1])
        return found

    def all(self, partition: str) -> Iterator[Attributes]:
        """Every record of one partition: for partitions that stay small, such as counts."""
        query = ALL.query(partition)
        while True:
            answer = self._query(**query)
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def update(self, **update: Any) -> Attributes:
        """One conditional UpdateItem; returns the whole new record, or raises `Refused` at position 0."""
        try:
            answer = call(
                self.client.update_item,
                repeatable=False,
                TableName=self.name,
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
                ReturnConsumedCapacity=capacity.ASKED,
                **update,
            )
        except self.client.exceptions.ConditionalCheckFailedException as error:
            found = error.response.get("Item")
            raise Refused([{"Code": "ConditionalCheckFailed", "Item": found}]) from None
        capacity.count_write(answer)
        record: Attributes = answer["Attributes"]
        return record

    def transact(self, *writes: Mapping[str, Attributes]) -> None:
        """All writes or none; raises `Refused` with a reason per write, in their order.

        Attempts after a lost answer carry the same token, by which DynamoDB knows what it has done already.
        """
        named = [
            {kind: {"TableName": self.name, "ReturnValuesOnConditionCheckFailure": "ALL_OLD", **write}}
            for action in writes
            for kind, write in action.items()
        ]
        token = str(uuid.uuid4())
        try:
            answer = call(
                self.client.transact_write_items,
                TransactItems=named,
                ClientRequestToken=token,
                ReturnConsumedCapacity=capacity.ASKED,
            )
        except self.client.exceptions.TransactionCanceledException as error:
            raise Refused(error.response.get("CancellationReasons", [])) from None
        capacity.count_write(answer)

    def _query(self, **query: Any) -> Any:
        answer = call(self.client.query, TableName=self.name, ReturnConsumedCapacity=capacity.ASKED, **query)
        capacity.count_read(answer)
        return answer


@cache
def current() -> Table:
    return Table(settings.current().table, clients.client("dynamodb", config=CLIENT_CONFIG))
