"""Fill collections of growing size past the API, walk them through it, and count what each page cost."""

import itertools
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx

from benches.faults import Faults, FaultyProxy
from benches.load.run import CELL, TENANTS
from tenantry.config import load_platform
from tenantry.local import platform as local
from tenantry.local import tokens
from tenantry.local.state import LocalPlatform
from tenantry.rules.naming import Names

TENANT = "quiet"
LIMIT = 100
BATCH = 25  # BatchWriteItem's most
WRITERS = 4
EPOCH_MS = 1_790_000_000_000
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

OnStep = Callable[[str], None]


@dataclass(frozen=True)
class Query:
    """One call of DynamoDB that a function made for a page."""

    scanned: int
    capacity: float


@dataclass(frozen=True)
class Walk:
    """A whole collection, read page by page: `complete` means each item once, in order, and nothing else."""

    size: int
    pages: int
    complete: bool
    queries: list[Query]
    scans: int

    @property
    def holds(self) -> bool:
        """One Query for a page, which reads at most one record beyond it."""
        most = max((query.scanned for query in self.queries), default=0)
        return self.complete and not self.scans and len(self.queries) == self.pages and most <= LIMIT + 1

    @property
    def capacities(self) -> list[float]:
        """Of the full pages; the last one may hold less."""
        return sorted({query.capacity for query in self.queries if query.scanned == LIMIT + 1})


@dataclass(frozen=True)
class Result:
    walks: list[Walk]

    @property
    def holds(self) -> bool:
        """Pages cost the same from the smallest collection to the largest."""
        costs = {tuple(walk.capacities) for walk in self.walks}
        return all(walk.holds for walk in self.walks) and len(costs) == 1


def run(sizes: list[int], on_step: OnStep) -> Result:
    calls: list[tuple[str, bytes, bytes]] = []
    proxy = FaultyProxy(Faults(0, {}), {}, lambda *call: calls.append(call))
    with proxy:
        cell = load_platform(TENANTS).cell(CELL)
        emulator, platform = local.start(cell, TENANTS, None, on_step, environment=proxy.before)
        with emulator, httpx.Client(trust_env=False, timeout=120) as http:
            return Result([walked(platform, http, calls, size, on_step) for size in sizes])


def walked(
    platform: LocalPlatform,
    http: httpx.Client,
    calls: list[tuple[str, bytes, bytes]],
    size: int,
    on_step: OnStep,
) -> Walk:
    collection = f"of-{size}"
    dynamodb = platform.root_session().client("dynamodb")
    ids = _fill(dynamodb, Names(CELL).table, collection, size, on_step)
    calls.clear()
    read: list[str] = []
    for number, page in enumerate(_pages(platform, http, collection), start=1):
        read += page
        on_step(f"{collection}: {number:,} pages read")
    queries = [_query(answer) for name, _, answer in calls if name == "Query"]
    scans = sum(name == "Scan" for name, _, _ in calls)
    return Walk(size, number, read == ids, queries, scans)


def _fill(dynamodb: Any, table: str, collection: str, size: int, on_step: OnStep) -> list[str]:
    ids = [_ulid(EPOCH_MS + n) for n in range(size)]
    moment = {"S": "2026-09-21T13:33:20.000Z"}

    def put(batch: tuple[str, ...]) -> None:
        records = [
            {
                "pk": {"S": f"{TENANT}#items#item#{collection}"},
                "sk": {"S": each},
                "data": {"S": json.dumps({"n": each})},
                "version": {"N": "1"},
                "created_at": moment,
                "updated_at": moment,
            }
            for each in batch
        ]
        left = {table: [{"PutRequest": {"Item": record}} for record in records]}
        while left:
            left = dynamodb.batch_write_item(RequestItems=left).get("UnprocessedItems") or {}

    batches = [tuple(ids[start : start + BATCH]) for start in range(0, size, BATCH)]
    with ThreadPoolExecutor(WRITERS) as pool:
        for done, _ in enumerate(pool.map(put, batches), start=1):
            on_step(f"{collection}: {done * BATCH:,} items written")
    return ids


def _pages(platform: LocalPlatform, http: httpx.Client, collection: str) -> Iterator[list[str]]:
    tenant = platform.tenant(TENANT)
    headers = {
        "x-api-key": next(iter(tenant.shown["api_keys"].values())),
        "Authorization": f"Bearer {tokens.token(platform, TENANT, 'bench', None, 3600)}",
    }
    parameters: dict[str, Any] = {"limit": LIMIT}
    for _ in itertools.count():
        answer = http.get(f"{tenant.shown['url']}/items/{collection}", params=parameters, headers=headers)
        if answer.status_code == 429:
            time.sleep(float(answer.headers["Retry-After"]))
            continue
        body = answer.raise_for_status().json()
        yield [item["id"] for item in body["items"]]
        if "next_cursor" not in body:
            return
        parameters["cursor"] = body["next_cursor"]


def _query(answer: bytes) -> Query:
    told = json.loads(answer)
    return Query(told["ScannedCount"], told["ConsumedCapacity"]["CapacityUnits"])


def _ulid(milliseconds: int) -> str:
    time_part = "".join(ALPHABET[(milliseconds >> (5 * n)) & 31] for n in reversed(range(10)))
    return time_part + "0" * 16
