"""An item: the client's own JSON object, and beside it the four fields that the server owns."""

from json import JSONDecoder
from typing import Any, Final, NamedTuple

from api import etags
from api.errors import Fault, InvalidBody
from api.responses import compact_json
from api.table import Attributes
from groups.items.declaration import SERVER_FIELDS

Document = dict[str, Any]
_decode: Final = JSONDecoder().decode


def own_fields(body: Document, item_id: str | None = None) -> Document:
    """The client's members. What was read of the item `item_id` can be sent back as it is: its id says that
    the server's members are the server's. Without it they would be lost, and are refused.

    Raises:
        InvalidBody: a member of the client's own has a name that the server's have.
    """
    named = [name for name in SERVER_FIELDS if name in body]
    if not named:
        return body
    if item_id is None or body.get("id") != item_id:
        detail = "a name that the server gives to a member of its own; call it otherwise"
        faults: list[Fault] = [{"pointer": f"/{name}", "detail": detail} for name in named]
        raise InvalidBody("correct the members listed in errors", tuple(faults))
    return {name: value for name, value in body.items() if name not in SERVER_FIELDS}


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
