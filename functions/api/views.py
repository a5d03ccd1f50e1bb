"""In which order a listing goes through its ids, and between which of them.

An id of the server's begins with the time of its creation: to go through ids is to go through time, and a
span of time is a span of keys.
"""

from typing import Any, Final, NamedTuple

OLDEST: Final = "oldest"
NEWEST: Final = "newest"


class View(NamedTuple):
    """`first` and `last` are the least and the greatest id; empty, both of them, where any will do."""

    order: str = OLDEST
    first: str = ""
    last: str = ""

    @property
    def bounded(self) -> bool:
        return bool(self.first)

    def holds(self, position: str) -> bool:
        return not self.bounded or self.first <= position <= self.last

    def query(self, partition: str) -> dict[str, Any]:
        """The part of a Query that names a partition of the table and what to read of it."""
        condition, values = "pk = :partition", {":partition": {"S": partition}}
        if self.bounded:
            condition += " AND sk BETWEEN :first AND :last"
            values |= {":first": {"S": self.first}, ":last": {"S": self.last}}
        return {
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": values,
            "ConsistentRead": True,
            "ScanIndexForward": self.order == OLDEST,
        }


ALL: Final = View()
