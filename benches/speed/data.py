"""Goal 7: what pages and writes cost in calls of DynamoDB, counted on the wire; how writes use keys."""

import json
import os
import random
import tempfile
from collections import Counter
from typing import Any

import httpx

from benches.faults import Faults, FaultyProxy
from benches.load.run import CELL, TENANTS
from benches.pages.run import TENANT, Walk, walked
from benches.speed.goals import Measured
from benches.speed.timing import OnStep
from tenantry.config import load_platform
from tenantry.local import platform as local
from tenantry.local import tokens
from tenantry.local.state import LocalPlatform

ITEMS = 250
WRITES = 120
COLLECTIONS = 40
KEY_UNITS = 1_000  # write units a second that one partition key takes ("Designing partition keys", DynamoDB)
TRANSACTED_UNITS = 2  # of a write within a transaction, for each KB
RATE, SECONDS = 1_000, 60  # of the simulation: creations a second by one tenant, and how long
READS = ("GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems")
NO_PEER = "no peer; counted on the wire"

Call = tuple[str, bytes, bytes]


def measure(on_step: OnStep) -> list[Measured]:
    calls: list[Call] = []
    with tempfile.TemporaryDirectory(prefix="tenantry-data-") as home:
        os.environ["TENANTRY_STATE"] = home  # a platform that the developer has running is not touched
        with FaultyProxy(Faults(0, {}), {}, lambda *call: calls.append(call)) as proxy:
            cell = load_platform(TENANTS).cell(CELL)
            emulator, platform = local.start(cell, TENANTS, None, on_step, environment=proxy.before)
            with emulator, httpx.Client(trust_env=False, timeout=120) as http:
                walk = walked(platform, http, calls, ITEMS, on_step)
                costs = _writes(platform, http, calls, on_step)
    return [_pages(walk), *_calls(costs), _hottest_key(costs["create"])]


def _pages(walk: Walk) -> Measured:
    figures = {"pages read": walk.pages, "Queries": len(walk.queries), "Scans": walk.scans}
    calls = (len(walk.queries) + walk.scans) / walk.pages
    return Measured(7, "Calls for a page of items", calls, 1, NO_PEER, unit="calls", figures=figures)


def _calls(costs: dict[str, list[list[Call]]]) -> list[Measured]:
    """The dearest write of each kind counts."""
    names = {kind: [[name for name, _, _ in each] for each in made] for kind, made in costs.items()}
    most = {kind: max(map(len, made)) for kind, made in names.items()}
    reads = {kind: max(sum(name in READS for name in each) for each in made) for kind, made in names.items()}
    writes, read = "Calls for a write with idempotency", "Reads before a write"
    return [
        Measured(
            7, writes, max(most.values()), 1, NO_PEER, "calls", {f"{k}, calls": n for k, n in most.items()}
        ),
        Measured(
            7, read, max(reads.values()), 0, NO_PEER, "calls", {f"{k}, reads": n for k, n in reads.items()}
        ),
    ]


def _writes(
    platform: LocalPlatform, http: httpx.Client, calls: list[Call], on_step: OnStep
) -> dict[str, list[list[Call]]]:
    """The calls of each write, by kind of write."""
    tenant = platform.tenant(TENANT)
    headers = {
        "x-api-key": next(iter(tenant.shown["api_keys"].values())),
        "Authorization": f"Bearer {tokens.token(platform, TENANT, 'bench', None, 3600)}",
    }
    costs: dict[str, list[list[Call]]] = {"create": [], "replace": [], "delete": []}

    def write(kind: str, method: str, path: str, n: int, body: Any = None, **more: str) -> httpx.Response:
        calls.clear()
        own = headers | {"Idempotency-Key": f"{kind}-{n:06}-0123456789"} | more
        answer = http.request(method, f"{tenant.shown['url']}{path}", headers=own, json=body)
        answer.raise_for_status()
        costs[kind].append(list(calls))
        return answer

    for n in range(WRITES):
        on_step(f"{n} of {WRITES} items written")
        collection = f"/items/of-{n % COLLECTIONS}"
        made = write("create", "POST", collection, n, {"n": n})
        path = f"{collection}/{made.json()['id']}"
        if n < COLLECTIONS:
            there = write("replace", "PUT", path, n, {"n": -n}, **{"If-Match": made.headers["ETag"]})
            write("delete", "DELETE", path, n, **{"If-Match": there.headers["ETag"]})
    return costs


def _hottest_key(creations: list[list[Call]]) -> Measured:
    """Simulate seconds of many creations, with the keys that the functions were seen to write."""
    collections, counts = _keys(creations)
    draw = random.Random(0)  # noqa: S311 - a reproducible choice, no secret
    hottest, total = 0, Counter[str]()
    for _ in range(SECONDS):
        second: Counter[str] = Counter()
        for _ in range(RATE):
            second[draw.choice(collections)] += TRANSACTED_UNITS
            second[draw.choice(counts)] += TRANSACTED_UNITS
        hottest = max(hottest, *second.values())
        total += second
    figures = {
        "partition keys of counts seen": len(counts),
        "on paper, units a second of a count's key": RATE * TRANSACTED_UNITS / len(counts),
        f"on paper, units a second of one of {COLLECTIONS} collections": RATE
        * TRANSACTED_UNITS
        / COLLECTIONS,
        "simulated, largest share of all writes on one key, %": max(total.values()) / total.total() * 100,
        "creations a second that one collection bears": KEY_UNITS / TRANSACTED_UNITS,
        "creations a second that a tenant's counts bear": len(counts) * KEY_UNITS / TRANSACTED_UNITS,
    }
    return Measured(
        7,
        f"Hottest partition key at {RATE:,} creations a second",
        hottest,
        KEY_UNITS,
        "the write units a second that DynamoDB gives one key",
        unit="units/s",
        figures=figures,
        note=(
            f"One tenant, {COLLECTIONS} collections of equal use, items of up to 1 KB. A collection is one "
            "partition key, and so are a tenant's contact messages: more than 500 creations a second in one "
            "collection are throttled until DynamoDB has split it by the sort key (docs/limits.md)."
        ),
    )


def _keys(creations: list[list[Call]]) -> tuple[list[str], list[str]]:
    """The partition keys of items and of counts; an idempotency record has a key to itself."""
    written: Counter[str] = Counter()
    for calls in creations:
        for name, request, _ in calls:
            for each in json.loads(request).get("TransactItems", []) if name == "TransactWriteItems" else []:
                operation = next(iter(each.values()))
                written[(operation.get("Item") or operation["Key"])["pk"]["S"]] += 1
    parts = {key: key.split("#")[2] for key in written}
    return [key for key in written if parts[key] == "item"], [key for key in written if parts[key] == "count"]
