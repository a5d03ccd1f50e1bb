"""A session asks for what is its own tenant's, whatever it names; nothing of another's is ever shown."""

import random
import string
from collections.abc import Iterable
from contextlib import suppress
from urllib.parse import quote

from agreed import clients as rules
from agreed import partitions
from agreed.seals import Seal
from api.errors import NotFound
from api.identifiers import new_id
from api.requests import Request
from groups.portal import calls, changes, clients, deliveries, sessions
from groups.portal.clients import NotDone
from groups.portal.sessions import Closed
from tests.support import events

from .conftest import TENANTS, Portal, World, access_log, message, secret_arn

FUZZED, PAGES = 10_000, 30
MARK = "EUROPE"  # in all that is acme-eu's, and in nothing that is sent for acme
OTHERS_ID = "01JD3Z6K0V8Q4T7M2N5P9R1S3W"
OTHERS_REQUEST = "f429883e-c5c6-4cb7-8b22-f077e9f47d84"


def filled(world: World) -> None:
    """Both tenants with the same ids, receivers and keys: only whose they are differs."""
    for tenant in TENANTS:
        mark = MARK if tenant == "acme-eu" else "own"
        message(world, tenant, OTHERS_ID, crm="failed")
        pk = partitions.records(tenant, "contact", "message")
        world.records[pk, OTHERS_ID]["deliveries"]["M"]["crm"]["M"]["error"] = {"S": mark}
        world.log(tenant, request_id=OTHERS_REQUEST, subject=mark)
        for client in ("crm", MARK.lower()):
            secret, scopes = {"S": rules.digest(mark)}, {"S": f"{mark} items:read"}
            world.put(f"{tenant}#tokens#client", client, secret=secret, scopes=scopes)
        world.usage[f"plan-of-{tenant}"] = {f"key-of-{tenant}": [[1, 2]], mark: [[3, 4]]}
    message(world, "acme-eu", new_id(1_790_000_000_000), **{MARK.lower(): "failed"})


def names(draw: random.Random) -> str:
    """Near to what names something of either tenant's, or nothing at all."""
    known = draw.choice(
        [OTHERS_ID, OTHERS_REQUEST, "acme-eu", "acme#contact#message", "key-of-acme-eu", "plan-of-acme-eu",
         "crm", MARK.lower(), "acme-eu#tokens#client", "acme-eu#tokens#client#crm"]
    )  # fmt: skip
    kind = draw.randrange(4)
    if kind == 0:
        return known
    if kind == 1:
        place = draw.randrange(len(known))
        return known[:place] + draw.choice(string.printable) + known[place + 1 :]
    if kind == 2:
        return draw.choice(["", "../", "#", "%00", '"', "*", "acme-eu#", "${stage}"]) + known
    return "".join(draw.choice("0123456789ABCDEFGHJKMNPQRSTVWXYZ") for _ in range(26))


def test_no_session_reads_another_tenant_by_any_id(acme: Portal, world: World) -> None:
    filled(world)
    draw = random.Random(17)  # noqa: S311 - a fixed seed
    others = {key: record for key, record in world.records.items() if key[0].startswith("acme-eu#")}
    world.asked.clear()
    shown: list[object] = []
    with acme.function():
        for _ in range(FUZZED):
            name = names(draw)
            asked = draw.choice([requested, paged, sent_again, entered, client_changed])
            with suppress(NotFound, Closed, NotDone):
                shown += asked(name, draw)
    assert len(shown) > FUZZED / 100  # some of the ids are acme's as well
    assert not [each for each in shown if MARK in str(each)]
    assert {each.act for each in shown if isinstance(each, changes.Done)} == changes.ACTS.keys()
    assert list(world.sent) == ["https://sqs/acme"]
    assert others.items() <= world.records.items()
    assert {key[0] for key in world.records if "tokens" in key[0]} == {
        f"{each}#tokens#client" for each in TENANTS
    }
    require_own(world)


def requested(name: str, _draw: random.Random) -> Iterable[object]:
    return calls.of_request(name).calls


def paged(name: str, _draw: random.Random) -> Iterable[object]:
    return deliveries.page(name).deliveries


def sent_again(name: str, draw: random.Random) -> Iterable[object]:
    deliveries.send_again(name, draw.choice(["crm", MARK.lower(), "acme-eu", ""]), name)
    return ()


def entered(name: str, draw: random.Random) -> Iterable[object]:
    """By what looks like a session."""
    text = draw.choice([name, f"9999999999.{name.encode().hex()[:32]:0<32}.{name:A<43.43}"])
    event = events.proxy("GET", "/portal/usage", headers={"cookie": f"{sessions.COOKIE}={text}"})
    raise AssertionError(sessions.current(Request.of(event)))


def client_changed(name: str, draw: random.Random) -> Iterable[object]:
    """With what a form says of the client of that name, whoever's, or of none."""
    found = clients.table.current().get(rules.key("acme", name)) if rules.ID.fullmatch(name) else None
    version = rules.version(found) if found and draw.random() < 0.9 else rules.digest("EUROPE")[:32]
    act = draw.choice(["make", "roll", "end", "remove"])
    fields = {
        "act": act,
        "client": name,
        "version": version,
        "scope": "items:read",
        "days": "3",
        "hours": "1",
    }
    return (changes.done(fields, Seal("0" * 32, 0)), *clients.listed())


def test_no_page_shows_another_tenants(keeper: Portal, world: World) -> None:
    filled(world)
    acme = keeper
    form, draw = acme.form(), random.Random(18)  # noqa: S311 - a fixed seed
    world.asked.clear()
    for _ in range(PAGES):
        name = quote(names(draw), errors="replace")
        pages = [
            acme.get("usage"),
            acme.get("calls", f"request={name}"),
            acme.get("calls", "hours=24"),
            acme.get("deliveries", f"before={name}"),
            acme.post("deliveries", {"form": form, "id": name, "receiver": draw.choice(["crm", name])}),
            acme.get("clients"),
            acme.get("clients", f"changed={name}"),
            acme.post("clients", {"form": form, "act": "roll", "client": name, "version": "0" * 32}),
        ]
        assert not [each.text for each in pages if MARK in each.text]
    require_own(world)


def require_own(world: World) -> None:
    """Of each call to AWS: what it names is acme's."""
    for operation, asked in world.asked:
        if operation == "FilterLogEvents":
            assert asked["logGroupName"] == access_log("acme")
        elif operation == "GetUsage":
            assert asked["usagePlanId"] == "plan-of-acme"
        elif operation == "GetSecretValue":
            assert asked["SecretId"] == secret_arn("acme")
        elif operation == "SendMessage":
            assert asked["QueueUrl"] == "https://sqs/acme"
        elif operation == "TransactWriteItems":
            [[write]] = [each.values() for each in asked["TransactItems"]]
            assert write.get("Item", write.get("Key"))["pk"] == {"S": "acme#tokens#client"}
        elif operation == "Query":
            assert asked["ExpressionAttributeValues"][":partition"]["S"].startswith("acme#")
        else:
            assert operation == "GetItem", operation
            assert asked["Key"]["pk"]["S"].startswith("acme#")
