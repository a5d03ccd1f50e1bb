"""The items routes: from a request to a collection's method and back."""

from collections.abc import Mapping
from typing import Any, Final

from agreed.identifiers import CHOSEN_ID
from agreed.metrics import REPLAYS
from api import counters, cursors, etags, idempotency, metrics, pages, settings, table
from api.application import Handlers, serve
from api.bodies import MERGE_PATCH
from api.deadline import Invocation
from api.errors import PreconditionFailed, PreconditionRequired, invalid_parameter
from api.identifiers import checked_chosen_id, checked_collection, checked_id
from api.requests import Request
from api.responses import Response, json_response
from api.views import OLDEST
from groups.items import writes
from groups.items.actions import COUNTS
from groups.items.batch import write
from groups.items.collection import Collection
from groups.items.declaration import DELETED, GROUP, WRITTEN
from groups.items.documents import SENT_BACK_BYTES, Item, bounded, own_fields

ANYTHING: Final = etags.Tags(anything=True)
REVALIDATE: Final = "private, no-cache"  # a client may keep an item, and asks with If-None-Match


def handle(event: Mapping[str, Any], context: Invocation) -> dict[str, Any]:
    return serve(GROUP.name, HANDLERS, event, context)


def list_collections(request: Request) -> Response:
    """Those that hold nothing are passed over: a collection exists through its items."""
    tenant = settings.current().tenant
    listing = cursors.Listing(tenant, "listCollections", "")
    after, most = pages.position(request, listing), pages.limit(request)
    sums, last = counters.page(table.current(), COUNTS, tenant, after, most)
    held = [{"name": name, "items": items} for name, items in sums.items() if items > 0]
    body: dict[str, Any] = {"collections": held}
    if last is not None:
        body["next_cursor"] = cursors.write(listing, last)
    return json_response(200, body)


def write_items(request: Request) -> Response:
    tenant, body = settings.current().tenant, request.json_object()
    batch = writes.read(body)
    claim = idempotency.claim(request, tenant, GROUP.name, body)
    written, replayed = write(table.current(), tenant, batch, claim)
    if replayed:
        metrics.count(REPLAYS)
    else:
        deleted = sum(each.action == "delete" for each in batch)
        metrics.count(WRITTEN, len(batch) - deleted)
        metrics.count(DELETED, deleted)
    return json_response(200, written.as_json(batch))


def list_items(request: Request) -> Response:
    collection, view = _collection(request), pages.view(request, OLDEST)
    listing = cursors.Listing(collection.tenant, "listItems", collection.name, view)
    items, last = collection.page(pages.position(request, listing), pages.limit(request), view)
    body: dict[str, Any] = {"items": [item.as_json() for item in items]}
    if last is not None:
        body["next_cursor"] = cursors.write(listing, last)
    return json_response(200, body)


def create_item(request: Request) -> Response:
    collection = _collection(request)
    document = bounded(own_fields(request.json_object()))
    claim = idempotency.claim(request, collection.tenant, GROUP.name, document)
    item, replayed = collection.create(document, claim)
    metrics.count(REPLAYS if replayed else WRITTEN)
    return _created(item, item.id if _slashed(request) else f"{collection.name}/{item.id}")


def read_item(request: Request) -> Response:
    item = _collection(request).read(_item_id(request))
    headers = {"ETag": item.etag, "Cache-Control": REVALIDATE}
    none_match = _tags(request, "If-None-Match")
    if none_match and none_match.match_weakly(item.version):
        return Response(304, headers)
    return json_response(200, item.as_json(), headers)


def replace_item(request: Request) -> Response:
    """Or create it, where the client says that it is not there yet."""
    collection = _collection(request)
    match, none_match = _conditions(request)
    item_id = checked_chosen_id(request.path["id"]) if match is None else _item_id(request)
    body = request.json_object(most=SENT_BACK_BYTES)
    document = bounded(own_fields(body, item_id, new=match is None))
    claim = idempotency.claim(request, collection.tenant, GROUP.name, document)
    if match is None:
        item, replayed = collection.create(document, claim, item_id)
    elif none_match is not None:
        raise PreconditionFailed("If-Match asks for an item that is there, If-None-Match for none")
    elif claim is None:
        item, replayed = collection.replace(item_id, document, match), False
    else:
        item, replayed = collection.replace_once(item_id, document, match, claim)
    metrics.count(REPLAYS if replayed else WRITTEN)
    if match is None:
        return _created(item, f"../{item.id}" if _slashed(request) else item.id)
    return json_response(200, item.as_json(), {"ETag": item.etag})


def patch_item(request: Request) -> Response:
    collection, item_id = _collection(request), _item_id(request)
    patch = own_fields(request.json_object(MERGE_PATCH, SENT_BACK_BYTES), item_id)
    match = _tags(request, "If-Match") or ANYTHING
    claim = idempotency.claim(request, collection.tenant, GROUP.name, patch)
    item, replayed = collection.patch(item_id, patch, match, claim)
    metrics.count(REPLAYS if replayed else WRITTEN)
    return json_response(200, item.as_json(), {"ETag": item.etag})


def delete_item(request: Request) -> Response:
    collection, item_id = _collection(request), _item_id(request)
    tags = _tags(request, "If-Match") or ANYTHING
    claim = idempotency.claim(request, collection.tenant, GROUP.name, None)
    replayed = collection.delete(item_id, tags, claim)
    metrics.count(REPLAYS if replayed else DELETED)
    return Response(204)


def _conditions(request: Request) -> tuple[etags.Tags | None, etags.Tags | None]:
    """If-Match, and If-None-Match, of which one is there at least."""
    match, none_match = (_tags(request, name) for name in ("If-Match", "If-None-Match"))
    if none_match and not none_match.anything:
        raise invalid_parameter("If-None-Match", "send * to create the item, or If-Match to replace it")
    if not (match or none_match):
        detail = "send If-Match with the ETag of the version that you replace"
        raise PreconditionRequired(f"{detail}, or If-None-Match: * to create the item")
    return match, none_match


def _tags(request: Request, name: str) -> etags.Tags | None:
    header = request.header(name.lower())
    return None if header is None else etags.parse(header, name)


def _created(item: Item, location: str) -> Response:
    """`location` is relative to the request's URL: so it holds under a stage, a domain and a base path."""
    return json_response(201, item.as_json(), {"ETag": item.etag, "Location": location})


def _slashed(request: Request) -> bool:
    return str(request.event["path"]).endswith("/")


def _item_id(request: Request) -> str:
    return checked_id(request.path["id"], CHOSEN_ID)


def _collection(request: Request) -> Collection:
    name = checked_collection(request.path["collection"])
    return Collection(table.current(), settings.current().tenant, name)


HANDLERS: Final[Handlers] = {
    "listCollections": list_collections,
    "writeItems": write_items,
    "listItems": list_items,
    "createItem": create_item,
    "readItem": read_item,
    "replaceItem": replace_item,
    "patchItem": patch_item,
    "deleteItem": delete_item,
}
