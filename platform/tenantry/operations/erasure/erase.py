"""Empty every place of a removed tenant's data, and look into each once more."""

import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from tenantry.errors import Failed
from tenantry.operations.aws import refusals_reported
from tenantry.operations.erasure.certificate import Certificate, Emptied
from tenantry.operations.erasure.outlasting import outlasting
from tenantry.operations.erasure.stores import BATCH, Clients, Store, ending_keys, stores
from tenantry.rules.naming import AUTHORIZER, Names

LOOKS, PAUSE_SECONDS = 13, 5.0  # a deleted queue is listed for up to a minute

OnDeleted = Callable[[str, int], None]
"""Called with a place, and how many things were deleted there so far."""


class StillDeployed(Failed):
    """The tenant's functions exist, so it may still be served."""


def erase(
    names: Names,
    tenant: str,
    clients: Clients,
    on_deleted: OnDeleted,
    exports: Iterable[Path] = (),
    pause: Callable[[float], None] = time.sleep,
) -> Certificate:
    """Delete all that is left of the tenant. Interrupted or repeated, it goes on where it was.

    Args:
        exports: files that `tenantry export` wrote for the tenant, to be deleted too.
        pause: waits that many seconds.

    Raises:
        StillDeployed: deploy the tenant as removed first; nothing was deleted.
        WrongInput: an export is not the tenant's; nothing was deleted.
        Failed: AWS refuses. Without a pooled table, this is not the stack's Region, and nothing was deleted.
    """
    region = clients.dynamodb.meta.region_name
    with refusals_reported(region):
        if _is_deployed(clients.lambda_, names.function(tenant, AUTHORIZER)):
            raise StillDeployed(f"{tenant} is still deployed as stack {names.stack}; run `pulumi up` first")
        places = list(stores(names, tenant, clients, exports))
        caller, began = clients.sts.get_caller_identity(), datetime.now(UTC)
        emptied = tuple(_emptied(each, on_deleted, pause) for each in places)
        scheduled = [name for each in emptied if each.where == "KMS" for name in each.named]
        keys, ended = ending_keys(names, tenant, clients, scheduled), datetime.now(UTC)
        return Certificate(
            tenant=tenant,
            stack=names.stack,
            region=region,
            account=caller["Account"],
            by=caller["Arn"],
            began=began,
            ended=ended,
            stores=emptied,
            outlasting=tuple(outlasting(ended, keys)),
        )


def _is_deployed(lambda_: Any, function: str) -> bool:
    try:
        lambda_.get_function_configuration(FunctionName=function)
    except lambda_.exceptions.ResourceNotFoundException:
        return False
    return True


def _emptied(store: Store, on_deleted: OnDeleted, pause: Callable[[float], None]) -> Emptied:
    found = iter(list(store.find())) if store.named else store.find()
    deleted, names = 0, []
    while some := list(islice(found, BATCH)):
        store.delete(some)
        deleted += len(some)
        names += [str(each) for each in some if store.named]
        on_deleted(store.what, deleted)
    return Emptied(
        store.where, store.what, deleted, _left(store, pause) if deleted else 0, tuple(sorted(names))
    )


def _left(store: Store, pause: Callable[[float], None]) -> int:
    """How many are still there, once what AWS shows for a while after a deletion has gone."""
    for look in range(LOOKS):
        left = sum(1 for _ in store.find())
        if not left or look == LOOKS - 1:
            break
        pause(PAUSE_SECONDS)
    return left
