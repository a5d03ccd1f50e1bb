"""Collections of JSON objects."""

from agreed.declarations import COUNT, IDEMPOTENCY, RUNTIME, Field, Function, Group, Metric, Record, use

SERVER_FIELDS = ("id", "created_at", "updated_at", "version")  # beside the client's own members

ITEM = Record(
    "item",
    fields=(
        Field("created_at", "moment"),
        Field("updated_at", "moment"),
        Field("version", "version"),
        Field("data", "document", excluded=SERVER_FIELDS),
    ),
    subset="collection",
    counted_by="collection",
    chosen_ids=True,
)

WRITTEN = Metric("ItemsWritten", operations=("createItem", "patchItem", "replaceItem", "writeItems"))
DELETED = Metric("ItemsDeleted", operations=("deleteItem", "writeItems"))

GROUP = Group(
    "items",
    Function(
        uses=(
            use(ITEM.kind, "delete", "get", "put", "query", "update"),
            use(IDEMPOTENCY, "put"),
            use(COUNT, "query", "update"),
        ),
        secrets=(RUNTIME,),
    ),
    records=(ITEM,),
    metrics=(WRITTEN, DELETED),
)
