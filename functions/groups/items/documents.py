"""An item: the client's own JSON object, and beside it the four fields that the server owns."""

from json import JSONDecoder
from typing import Any, Final, NamedTuple

from api import etags, identifiers
from api.bodies import MAX_BYTES
from api.errors import Fault, PayloadTooLarge, invalid_members
from api.responses import compact_json
from api.table import Attributes
from groups.items.declaration import SERVER_FIELDS

SENT_BACK_BYTES: Final = MAX_BYTES + 256  # an item as it was read: the server's members take up to 245
Document = dict[str, Any]
_decode: Final = JSONDecoder().decode


def own_fields(body: Document, item_id: str | None = None, *, new: bool = False, at: str = "") -> Document:
    """The client's members. What was read of the item `item_id` can be sent back as it is: its id says that
    the server's members are the server's. Without it, and in a new item, they would be lost, and are refused.
    `at` points to the body within the whole.

    Raises:
        InvalidBody: a member of the client's own has a name that the server's have.
    """
    sent_back = item_id is not None and body.get("id") == item_id
    known = () if not sent_back else ("id",) if new else SERVER_FIELDS
    lost = [name for name in SERVER_FIELDS if name in body and name not in known]
    if lost:
        faults: list[Fault] = [{"pointer": f"{at}/{name}", "detail": _advice(name)} for name in lost]
        raise invalid_members(faults)
    return {name: value for name, value in body.items() if name not in known}


def bounded(document: Document, before: Document | None = None) -> Document:
    """Measure it as it is stored and sent: it may have come in parts, and 1e15 is written out.

    Raises:
        PayloadTooLarge: it is larger than an item may be, and than the item was `before`.
    """
    size = _size(document)
    if size > MAX_BYTES and (before is None or size > _size(before)):
        raise PayloadTooLarge(f"the item would have {size} bytes; at most {MAX_BYTES} are kept")
    return document


def _size(document: Document) -> int:
    return len(compact_json(document).encode())


def first_version(now_ms: int) -> int:
    """Of an item under an id that a client chose: there may have been another under it, of which no version
    may come again, because what was read of that one would pass for this one.
    """
    return now_ms


def _advice(name: str) -> str:
    advice = "a name that the server gives to a member of its own; call it otherwise"
    if name == "id":
        return f"{advice}, or choose the item's id: PUT it there with If-None-Match: *"
    return advice


class Item(NamedTuple):
    id: str
    created_at: str
    updated_at: str
    version: int
    document: Document

    @classmethod
    def of(cls, record: Attributes) -> "Item":
        return cls(
            record["sk"]["S"],
            record["created_at"]["S"],
            record["updated_at"]["S"],
            int(record["version"]["N"]),
            _decode(record["data"]["S"]),
        )

    @classmethod
    def again(cls, receipt: Attributes, document: Document) -> "Item":
        return cls(
            id=receipt["id"]["S"],
            created_at=receipt["created_at"]["S"],
            updated_at=receipt["updated_at"]["S"],
            version=int(receipt["version"]["N"]),
            document=document,
        )

    def receipt(self) -> Attributes:
        """All but the document, which a repeated request brings again."""
        return {
            "id": {"S": self.id},
            "created_at": {"S": self.created_at},
            "updated_at": {"S": self.updated_at},
            "version": {"N": str(self.version)},
        }

    @property
    def dated(self) -> bool:
        """Whether the id says when the item was created, as those that the server makes do."""
        return identifiers.created_at(self.id) == self.created_at

    @property
    def etag(self) -> str:
        return etags.of_version(self.version)

    def attributes(self) -> Attributes:
        """Without the key: the partition is the collection's."""
        return {
            "data": {"S": compact_json(self.document)},
            "version": {"N": str(self.version)},
            "created_at": {"S": self.created_at},
            "updated_at": {"S": self.updated_at},
        }

    def as_json(self) -> Document:
        return {
            "id": self.id,
            "created_at": self.created_at,
            "updated_at": self.updated_at,
            "version": self.version,
            **self.document,
        }
