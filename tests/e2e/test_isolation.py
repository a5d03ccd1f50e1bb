"""With the credentials of each function, for real: no way leads to another tenant's data or secrets."""

import itertools
from functools import partial
from typing import Any

import pytest

from tests.support.attempts import denied, on_partition, outcome
from tests.support.platform import Platform, Tenant, functions

DEMO = {
    "acme": ["contact", "items", "tokens", "tools", "notifier"],
    "acme-eu": ["items"],
    "globex": ["contact", "items", "notifier"],
}
ROLES = [(slug, group) for slug, groups in DEMO.items() for group in ["authorizer", *groups]]
PARTITIONS = (
    "items#item#orders",
    "items#count#item#0",
    "items#idempotency#00",
    "contact#message",
    "contact#message-state#new",
    "contact#count#message#0",
    "contact#idempotency#00",
    "contact#receiver",
    "tokens#client",
    "tokens#failure",
)
READ, WRITTEN = {"GetItem", "TransactGetItems"}, {"PutItem", "TransactWriteItems"}
# What a function's role may do on partitions of its own tenant: what the function does, and nothing else.
OWN = {
    ("items", "items#item#orders"): {*READ, *WRITTEN, "UpdateItem", "DeleteItem", "Query"},
    ("items", "items#count#item#0"): {"UpdateItem", "Query"},
    ("items", "items#idempotency#00"): WRITTEN,
    ("contact", "contact#message"): WRITTEN,
    ("contact", "contact#message-state#new"): WRITTEN,
    ("contact", "contact#count#message#0"): {"UpdateItem"},
    ("contact", "contact#idempotency#00"): WRITTEN,
    ("notifier", "contact#message"): {"BatchGetItem", "UpdateItem"},
    ("notifier", "contact#receiver"): {"BatchGetItem", "UpdateItem"},
    ("tokens", "tokens#client"): {*READ, "UpdateItem"},
    ("tokens", "tokens#failure"): {"UpdateItem"},
    ("tools", "contact#message"): {*READ, "BatchGetItem", "UpdateItem", "Query"},
    ("tools", "contact#message-state#new"): {*WRITTEN, "DeleteItem", "Query"},
    ("tools", "contact#count#message#0"): {"UpdateItem", "Query"},
    ("tools", "items#count#item#0"): {"Query"},
}


WRITERS = ("contact", "items")  # with a right to PutItem, of the tenants other than acme
LATEST_ID = "7ZZZZZZZZZZZZZZZZZZZZZZZZZ"  # the newest of a listing


def tables(platform: Platform) -> set[str]:
    return {table_of(tenant) for tenant in platform.tenants.values()}


def table_of(tenant: Tenant) -> str:
    names = tenant.platform.names
    return names.tenant(tenant.slug) if tenant.local.shown["isolation"] == "silo" else names.table


def putting(table: str, record: dict[str, Any], client: Any) -> object:
    return client.put_item(TableName=table, Item=record)


def reading(secret: str, client: Any) -> object:
    return client.get_secret_value(SecretId=secret)


def changing(secret: str, client: Any) -> object:
    return client.put_secret_value(SecretId=secret, SecretString="{}")


def test_every_role_of_the_platform_is_tried(platform: Platform) -> None:
    there = {(slug, group) for slug, tenant in platform.tenants.items() for group in functions(tenant)}
    assert there == set(ROLES)


def test_the_attempts_succeed_for_one_who_may(platform: Platform) -> None:
    """Else a refusal below could be of the call, not of the caller."""
    root = platform.root.client("dynamodb")
    for tenant in platform.tenants.values():
        ways = on_partition(table_of(tenant), f"{tenant.slug}#isolation#test")
        assert {name: outcome(way, root) for name, way in ways.items()} == dict.fromkeys(ways, "done")
        ways["DeleteItem"](root)


@pytest.mark.parametrize(("slug", "group"), ROLES)
def test_no_way_leads_to_another_tenants_data(platform: Platform, slug: str, group: str) -> None:
    client = platform.role(slug, group).client("dynamodb")
    leaks = []
    for other in platform.tenants.values():
        if other.slug == slug:
            continue
        for table in {table_of(other), table_of(platform.tenants[slug])}:
            for partition in PARTITIONS:
                ways = on_partition(table, f"{other.slug}#{partition}").items()
                leaks += [(table, partition, name) for name, way in ways if not denied(outcome(way, client))]
    assert leaks == []


@pytest.mark.parametrize(("slug", "group"), [each for each in ROLES if each[0] != "acme"])
def test_nothing_that_a_role_writes_is_listed_as_another_tenants(
    platform: Platform, slug: str, group: str
) -> None:
    """Wherever its policy lets it, it puts what is a message of acme's but for the partition key."""
    acme, client = platform.tenants["acme"], platform.role(slug, group).client("dynamodb")
    root, sort_key = platform.root.client("dynamodb"), {"S": LATEST_ID}
    moment = {"S": "2026-01-01T00:00:00.000Z"}
    message = {
        **{name: {"S": "acme#contact#state#new"} for name in ("state_key", "email", "message")},
        "state": {"S": "new"},
        "version": {"N": "1"},
        "created_at": moment,
        "updated_at": moment,
    }
    written = []
    for whose, partition, table in itertools.product((slug, "acme"), PARTITIONS, tables(platform)):
        key = {"pk": {"S": f"{whose}#{partition}"}, "sk": sort_key}
        if outcome(partial(putting, table, {**key, **message}), client) == "done":
            written.append((table, key))
    shown = [acme.call("GET", f"/tools/contacts?limit=100{query}") for query in ("", "&state=new")]
    for table, key in written:
        root.delete_item(TableName=table, Key=key)
    assert {key["pk"]["S"].partition("#")[0] for _, key in written} == ({slug} if group in WRITERS else set())
    assert [answer.status_code for answer in shown] == [200, 200]
    assert not [answer for answer in shown if LATEST_ID in answer.text]


@pytest.mark.parametrize(("slug", "group"), ROLES)
def test_on_its_own_data_a_role_may_do_what_its_function_does(
    platform: Platform, slug: str, group: str
) -> None:
    client, table = platform.role(slug, group).client("dynamodb"), table_of(platform.tenants[slug])
    root = platform.root.client("dynamodb")
    for partition in PARTITIONS:
        ways = on_partition(table, f"{slug}#{partition}")
        allowed = {name for name, way in ways.items() if not denied(outcome(way, client))}
        ways["DeleteItem"](root)  # a record without attributes is none that a function could read
        assert allowed == OWN.get((group, partition), set()), partition


@pytest.mark.parametrize(("slug", "group"), ROLES)
def test_a_role_reads_the_secrets_that_its_function_needs_at_most(
    platform: Platform, slug: str, group: str
) -> None:
    client = platform.role(slug, group).client("secretsmanager")
    secrets = {name: platform.secret(name) for name in platform.tenants}
    secrets["globex/delivery"] = platform.secret("globex", "delivery")  # the only one with a webhook
    managed = [name for name, tenant in platform.tenants.items() if tenant.local.kid]
    assert managed
    signing = {f"{name}/signing": platform.secret(name, "signing") for name in managed}
    read = set()
    for name, secret in (secrets | signing).items():
        if not denied(code := outcome(partial(reading, secret), client)):
            read.add((name, code))
        assert denied(outcome(partial(changing, secret), client)), name
    needed = {"items": {slug}, "tools": {slug}, "notifier": {f"{slug}/delivery"} & secrets.keys()}
    needed["tokens"] = {f"{slug}/signing"}
    assert read == {(name, "done") for name in needed.get(group, set())}
    assert denied(outcome(lambda own: own.list_secrets(), client))


@pytest.mark.parametrize(("slug", "group"), ROLES)
def test_a_role_reaches_no_other_service(platform: Platform, slug: str, group: str) -> None:
    role, names = platform.role(slug, group), platform.names
    function = names.function("acme-eu", "items")
    ways = {
        "lambda": lambda own: own.invoke(FunctionName=function),
        "apigateway": lambda own: own.get_api_keys(includeValues=True),
        "logs": lambda own: own.filter_log_events(logGroupName=f"/aws/lambda/{function}"),
        "s3": lambda own: own.list_buckets(),
        "iam": lambda own: own.list_roles(),
        "sts": lambda own: own.assume_role(
            RoleArn=f"arn:aws:iam::000000000000:role/{function}", RoleSessionName="test"
        ),
    }
    reached = {
        name: code for name, way in ways.items() if not denied(code := outcome(way, role.client(name)))
    }
    assert reached == {}
