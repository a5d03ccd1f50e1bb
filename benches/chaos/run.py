"""One run: bring the platform up behind the faults, write from all sides, settle, and judge."""

import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from benches.chaos import stored, verdicts
from benches.chaos.receiver import Receiver
from benches.chaos.report import Report
from benches.chaos.verdicts import Verdict
from benches.chaos.workers import Killer
from benches.chaos.writers import Client, Ledger, Writer
from benches.faults import Fault, Faults, FaultyProxy
from tenantry.config import load_platform
from tenantry.local import platform as local
from tenantry.local import tokens
from tenantry.local.clients import Session
from tenantry.local.state import LocalPlatform
from tenantry.operations import generations
from tenantry.rules.naming import Names

TENANTS = Path(__file__).parent / "tenants"
CELL = "chaos"
WRITERS = 4  # of each tenant, one program each
TOKEN_SECONDS = 3600
SHARES = {
    Fault.THROTTLED: 0.03,
    Fault.ERROR: 0.02,
    Fault.UNREACHED: 0.02,
    Fault.LOST: 0.03,
    Fault.LATE: 0.002,
}
SETTLE_SECONDS = 180.0  # for what is stored to be delivered once nothing fails any more
# A notifier waits minutes and hours between attempts, and six minutes for one that was killed in the middle;
# here its time runs faster.
DELIVERY_SPEED_UP = 60
LONGEST_REST_SECONDS = 30
VISIBILITY_SECONDS = 70  # no shorter than the notifier's own timeout

OnStep = Callable[[str], None]


@dataclass(frozen=True)
class Site:
    """A platform behind faults, and all that can be asked of it."""

    platform: LocalPlatform
    faults: Faults
    receiver: Receiver
    root: Session


@contextmanager
def _site(seed: int, on_step: OnStep) -> Iterator[Site]:
    cell = load_platform(TENANTS).cell(CELL)
    faults = Faults(seed, SHARES)
    roots: list[Any] = []
    stands = {"ChangeMessageVisibility": lambda call: _sooner(roots[0], call)}
    with FaultyProxy(faults, stands) as proxy, Receiver() as receiver:
        emulator, platform = local.start(
            cell,
            TENANTS,
            None,
            on_step,
            receivers={tenant.slug: receiver.url(tenant.slug) for tenant in cell.tenants},
            environment=proxy.before,
        )
        with emulator:
            root = platform.root_session()
            roots.append(_hastened(root.client("sqs"), [tenant.slug for tenant in cell.tenants]))
            yield Site(platform, faults, receiver, root)


def _hastened(sqs: Any, tenants: list[str]) -> Any:
    for tenant in tenants:
        url = sqs.get_queue_url(QueueName=Names(CELL).queue(tenant, "contact"))["QueueUrl"]
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": str(VISIBILITY_SECONDS)})
    return sqs


def _sooner(sqs: Any, call: Mapping[str, Any]) -> dict[str, Any]:
    """Shorten the notifier's waiting; the call's signature covers its body, so it is made anew."""
    sqs.change_message_visibility(
        QueueUrl=call["QueueUrl"],
        ReceiptHandle=call["ReceiptHandle"],
        VisibilityTimeout=min(call["VisibilityTimeout"] // DELIVERY_SPEED_UP, LONGEST_REST_SECONDS),
    )
    return {}


def run(writes: int, seed: int, on_step: OnStep) -> Report:
    """At least so many writes, in equal parts by every tenant's programs."""
    with _site(seed, on_step) as site, httpx.Client(trust_env=False, timeout=30) as http:
        began = time.monotonic()
        writers = _writers(site, http, seed)
        site.faults.begin()
        share = -(-writes // sum(len(each) for each in writers.values()))
        killed = _write(site, writers, share, seed, on_step)
        site.faults.end()
        site.receiver.inbox.steady = True
        _settle(site, list(writers), on_step)
        on_step("comparing what is there with what was answered")
        return _report(site, writers, seed, time.monotonic() - began, killed)


def _writers(site: Site, http: httpx.Client, seed: int) -> dict[str, list[Writer]]:
    made = {}
    for tenant in site.platform.tenants:
        token = tokens.token(site.platform, tenant.slug, "bench", None, TOKEN_SECONDS)
        key = next(iter(tenant.shown["api_keys"].values()))
        url = tenant.shown["url"]

        def client(url: str = url, key: str = key, token: str = token) -> Client:
            return Client(url, key, lambda: token, http)

        created = client().send("POST", "/items/shared", {"n": 0}, {"Idempotency-Key": "shared"})
        if created is None or created.status_code != 201:
            raise RuntimeError(f"{tenant.slug} does not serve: {created and created.text}")
        shared = f"/items/shared/{created.json()['id']}"
        made[tenant.slug] = [
            Writer(f"w{n}", client(), shared, random.Random(f"{seed}.{tenant.slug}.{n}"))  # noqa: S311
            for n in range(WRITERS)
        ]
    return made


def _write(site: Site, writers: dict[str, list[Writer]], share: int, seed: int, on_step: OnStep) -> int:
    everyone = [writer for each in writers.values() for writer in each]

    def work(writer: Writer) -> None:
        while writer.ledger.writes < share:
            writer.write()

    with Killer(site.platform.record.pid, seed) as killer, ThreadPoolExecutor(len(everyone)) as pool:
        working = [pool.submit(work, writer) for writer in everyone]
        while not all(each.done() for each in working):
            on_step(f"{sum(writer.ledger.writes for writer in everyone):,} writes")
            time.sleep(0.5)
        for each in working:
            each.result()
    return killer.killed


def _settle(site: Site, tenants: list[str], on_step: OnStep) -> None:
    deadline = time.monotonic() + SETTLE_SECONDS
    while (waiting := sum(_undelivered(site, tenant) for tenant in tenants)) and time.monotonic() < deadline:
        on_step(f"{waiting:,} messages are still to be delivered")
        time.sleep(0.5)


def _undelivered(site: Site, tenant: str) -> int:
    pages = (
        site.root.client("dynamodb")
        .get_paginator("query")
        .paginate(
            TableName=_table(site, tenant),
            KeyConditionExpression="pk = :messages",
            FilterExpression="delivery <> :delivered",
            ExpressionAttributeValues={
                ":messages": {"S": f"{tenant}#contact#message"},
                ":delivered": {"S": "delivered"},
            },
        )
    )
    return sum(page["Count"] for page in pages)


def _table(site: Site, tenant: str) -> str:
    names = Names(CELL)
    silo = site.platform.tenant(tenant).shown["isolation"] == "silo"
    return names.tenant(tenant) if silo else names.table


def _report(site: Site, writers: dict[str, list[Writer]], seed: int, seconds: float, killed: int) -> Report:
    everyone = [writer for each in writers.values() for writer in each]
    inbox, faults = site.receiver.inbox, site.faults
    ids = Counter(delivery.id for delivery in inbox.taken)
    return Report(
        seed=seed,
        seconds=seconds,
        calls=faults.calls,
        injected=faults.injected,
        killed=killed,
        receiver=inbox.answered,
        duplicates=sum(n > 1 for n in ids.values()),
        seen=sum((writer.client.seen for writer in everyone), Counter()),
        outcomes=sum((writer.ledger.outcomes for writer in everyone), Counter()),
        verdicts={tenant: _judge(site, tenant, each) for tenant, each in writers.items()},
    )


def _judge(site: Site, tenant: str, writers: list[Writer]) -> list[Verdict]:
    names = Names(CELL)
    there = stored.read(site.root.client("dynamodb"), _table(site, tenant), tenant)
    manager = site.root.client("secretsmanager")
    made = generations.newest(manager, names.secret(tenant, "delivery"))
    if made is None:
        raise LookupError(f"{tenant} has no secret that its deliveries are signed with")
    secret = manager.get_secret_value(SecretId=made.name)
    ledgers: list[Ledger] = [writer.ledger for writer in writers]
    shared_id = writers[0].shared.rpartition("/")[2]
    deliveries = [delivery for delivery in site.receiver.inbox.taken if delivery.tenant == tenant]
    return [
        verdicts.of_answers(ledgers),
        *verdicts.of_items(ledgers, there, shared_id),
        verdicts.of_increments(ledgers, there, shared_id),
        *verdicts.of_messages(
            ledgers, there, deliveries, json.loads(secret["SecretString"])["webhook_secret"]
        ),
    ]
