"""The writes of one item as DynamoDB takes them within a transaction, each with its condition."""

from typing import Any, NamedTuple

from agreed import partitions
from api import counters
from api.etags import Tags
from api.responses import compact_json
from api.table import Attributes
from groups.items.declaration import GROUP, ITEM
from groups.items.documents import Document, Item

COUNTS = counters.of(GROUP.name, ITEM.kind)
VERSION = {"#version": "version"}
NAMES = {"#data": "data", **VERSION}
NEVER = -1  # no item has this version: a list without any usable tag matches nothing

Action = dict[str, Attributes]


class Place(NamedTuple):
    """A collection of a tenant's."""

    tenant: str
    collection: str

    @property
    def partition(self) -> str:
        return partitions.records(self.tenant, GROUP.name, ITEM.kind, self.collection)

    def key(self, item_id: str) -> Attributes:
        return {"pk": {"S": self.partition}, "sk": {"S": item_id}}

    def counted(self, by: int) -> counters.Change:
        return counters.Change(COUNTS, self.tenant, self.collection, by)

    def creation(self, item: Item) -> Action:
        return {
            "Put": {
                "Item": {**self.key(item.id), **item.attributes()},
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        }

    def replacement(self, item_id: str, document: Document, version: int, now: str) -> Action:
        """By a new version of the one that is named."""
        return {
            "Update": {
                "Key": self.key(item_id),
                "UpdateExpression": "SET #data = :data, updated_at = :now, #version = :version",
                "ConditionExpression": "#version = :read",
                "ExpressionAttributeNames": NAMES,
                "ExpressionAttributeValues": {
                    ":data": {"S": compact_json(document)},
                    ":now": {"S": now},
                    ":version": {"N": str(version + 1)},
                    ":read": {"N": str(version)},
                },
            }
        }

    def deletion(self, item_id: str, match: Tags) -> Action:
        condition, values = precondition(match)
        delete: Attributes = {"Key": self.key(item_id), "ConditionExpression": condition}
        if values:
            delete |= {"ExpressionAttributeNames": VERSION, "ExpressionAttributeValues": values}
        return {"Delete": delete}


def precondition(match: Tags) -> tuple[str, dict[str, Any]]:
    if match.anything:
        return "attribute_exists(pk)", {}
    versions = match.versions() or (NEVER,)
    values = {f":v{index}": {"N": str(version)} for index, version in enumerate(versions)}
    return f"attribute_exists(pk) AND #version IN ({', '.join(values)})", values
