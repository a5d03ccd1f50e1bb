"""The functions touch exactly the keys, by exactly the actions, that their roles' policies grant.

The real handlers run over moto while every AWS call they make is noted; an IAM evaluator then decides it.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from moto import mock_aws

from agreed import partitions, routes
from agreed.declarations import Function
from agreed.secrets import SIGNING
from api import clients, logs, queue
from groups.contact import messages
from groups.contact.declaration import MESSAGE
from groups.contact.deliveries import Delivery as Delivering
from tenantry import groups
from tenantry.groups import Member
from tenantry.rules import grants, policies
from tenantry.rules.grants import Reach
from tenantry.rules.naming import log_group
from tests.support import delivery, issuing, tenant_api, visits
from tests.support.delivery import Delivery
from tests.support.iam import ARNS, NAMES, TABLE, Call, allows, boundary, overseeing, role_policy
from tests.support.issuing import Issuing
from tests.support.receivers import receiver
from tests.support.recorder import Recorder
from tests.support.slugs import slugs
from tests.support.tenant_api import TenantApi

GROUPS = groups.current()
MEMBERS = pytest.mark.parametrize("member", GROUPS.members, ids=lambda member: member.name)
ORDERS = {"collection": "orders"}
COLLECTION, ITEM = "/items/{collection}", "/items/{collection}/{id}"
FORM = {"email": "ada@example.com", "message": "Hello"}
# Lambda itself writes logs and traces, and takes from the queue, with the function's role.
LAMBDAS_OWN = {
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ReceiveMessage",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}


def patterns(policy: policies.Policy) -> set[str]:
    conditions = [each.get("Condition", {}) for each in policy["Statement"]]
    keys = [each["ForAllValues:StringLike"]["dynamodb:LeadingKeys"] for each in conditions if each]
    return {key for some in keys for key in some}


@given(slugs())
def test_policies_cover_the_functions_partition_keys_and_no_others(tenant: str) -> None:
    """`*` stands where a collection, a digest, a shard or a state does, always behind a `#`."""
    message = partitions.records(tenant, "contact", "message")
    entries = partitions.entries(tenant, "contact", MESSAGE, "*")
    messages = partitions.counts(tenant, "contact", "*", "").removesuffix("#")
    items = partitions.counts(tenant, "items", "*", "").removesuffix("#")
    expected = {
        "contact": {message, entries, messages, partitions.idempotency(tenant, "contact", "*")},
        "items": {
            partitions.records(tenant, "items", "item", "*"),
            items,
            partitions.idempotency(tenant, "items", "*"),
        },
        "tools": {message, entries, messages, items, partitions.idempotency(tenant, "tools", "*")},
        "notifier": {message, partitions.records(tenant, "contact", "receiver")},
        "tokens": {partitions.records(tenant, "tokens", kind) for kind in ("client", "failure")},
        "portal": {
            message,
            partitions.records(tenant, "portal", "link"),
            partitions.records(tenant, "tokens", "client"),
        },
    }
    assert expected.keys() == {member.name for member in GROUPS.members}
    for function, keys in expected.items():
        assert patterns(role_policy(function, tenant)) == keys
        assert all(key.removesuffix("#*").startswith(f"{tenant}#") for key in keys)
        assert not [key for key in keys if "*" in key.removesuffix("#*")]


@dataclass(frozen=True)
class Recorded:
    """Every call of every function of acme; `secrets` are ARNs, whose ends moto makes up."""

    recorder: Recorder
    secrets: dict[str, str]

    def of(self, member: Member) -> list[Call]:
        return self.recorder.calls[member.name]

    def policy(self, member: Member, tenant: str = "acme") -> policies.Policy:
        logs = ARNS.log_group(log_group(NAMES.function(tenant, member.name)))
        others = dict.fromkeys(self.secrets, "arn:another")
        queues = {each.name: ARNS.queue(NAMES.queue(tenant, each.name)) for each in GROUPS.queues}
        overseen = overseeing(tenant)
        reach = Reach(
            TABLE,
            logs,
            self.secrets if tenant == "acme" else others,
            queues,
            overseen=overseen,
            listed=GROUPS.names,
        )
        return grants.of_member(member, GROUPS, tenant, reach)

    def denied(self, member: Member) -> list[Call]:
        policy = self.policy(member)
        role = NAMES.function("acme", member.name)
        return [call for call in self.of(member) if not allows(policy, call, boundary(), role)]


@pytest.fixture(scope="module")
def recorded() -> Iterator[Recorded]:
    """Every route and worker of every group, called once for each way that it takes through the data."""
    recorder = Recorder()
    with pytest.MonkeyPatch.context() as patch, mock_aws(), receiver() as hook:
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        patch.setenv("AWS_DEFAULT_REGION", tenant_api.REGION)
        patch.setenv("POWERTOOLS_SERVICE_NAME", "contract")
        patch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Tenantry")
        patch.setattr(queue, "DELAY_SECONDS", 0)
        tenant_api.forget()
        clients.session().register("before-parameter-build.*.*", recorder.note)
        logs.log.cache_clear()
        tenant_api.create_table()
        # Other tests of this process may keep a secret of acme's own name.
        secret, signing = tenant_api.create_secret("recorded"), delivery.create_secret("recorded")
        api = TenantApi("acme", secret, queue_url=delivery.create_queue("acme"))
        posting = Delivery(api, hook.url, signing)
        call_everything(recorder, posting.api)
        keys = issuing.create_secret("recorded")
        issuer = Issuing.of(posting.api, keys)
        for secret_sent in (issuer.register(), "another"):
            with recorder.running("tokens"):
                issuer.ask(by=issuing.basic("crm", secret_sent))
        recorder.routes.add("POST /token")
        hook.answers = [(500, {})]
        with recorder.running("notifier"):
            assert posting.poll() > 1
        sealing = visits.create_secret("recorded")
        with visits.overseen("acme", sealing):
            call_portal(recorder, posting.api)
        secrets = {"runtime": secret, "delivery": signing, SIGNING: keys, "portal": sealing}
        yield Recorded(recorder, secrets)
        for arn in secrets.values():
            tenant_api.client("secretsmanager").delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)
        tenant_api.client("sqs").delete_queue(QueueUrl=api.queue_url)
        tenant_api.delete_table()
        tenant_api.forget()
        logs.log.cache_clear()


def call_everything(recorder: Recorder, api: TenantApi) -> None:
    def call(*args: Any, **event: Any) -> Any:
        answer = recorder.call(api, *args, **event)
        return json.loads(answer.text) if answer.text else None

    once = {"headers": {"Idempotency-Key": "first"}}
    call("POST", "/contact", FORM)
    for _ in range(2):  # the second is a replay
        message = call("POST", "/contact", FORM, **once)
        item = call("POST", COLLECTION, {"n": 1}, path=ORDERS, **once)
    call("POST", COLLECTION, {"n": 2}, path=ORDERS)
    page = call("GET", COLLECTION, path=ORDERS, query="limit=1")
    call("GET", COLLECTION, path=ORDERS, query=f"limit=1&cursor={page['next_cursor']}")
    path = {**ORDERS, "id": item["id"]}
    call("GET", ITEM, path=path)
    call("PUT", ITEM, {"n": 3}, path=path, headers={"If-Match": '"1"'})
    for _ in range(2):
        call("PUT", ITEM, {"n": 4}, path=path, headers={"If-Match": '"2"', **once["headers"]})
    merge = {"Content-Type": "application/merge-patch+json"}
    call("PATCH", ITEM, {"n": 5}, path=path, headers=merge)
    for _ in range(2):
        call("PATCH", ITEM, {"n": 6}, path=path, headers={**merge, **once["headers"]})
    for _ in range(2):
        call("DELETE", ITEM, path=path, headers={"If-Match": '"5"', **once["headers"]})
    writes = [{"action": "create", "collection": name, "id": "a", "item": {}} for name in ("a", "b")]
    for _ in range(2):
        made = call("POST", "/items", {"writes": writes}, **once)["results"]
    replaced = {"action": "replace", **made[0], "item": {"n": 1}}
    deleted = {"action": "delete", "collection": "b", "id": "a"}
    call("POST", "/items", {"writes": [replaced, deleted]})
    page = call("GET", "/items", query="limit=1")
    call("GET", "/items", query=f"limit=1&cursor={page['next_cursor']}")
    for state in ("", "&state=new"):
        page = call("GET", "/tools/contacts", query=f"limit=1{state}")
        call("GET", "/tools/contacts", query=f"limit=1{state}&cursor={page['next_cursor']}")
    change = {"state": "open", "note": "Called back"}
    call("PATCH", "/tools/contacts/{id}", change, path={"id": message["id"]})
    for _ in range(2):
        call("PATCH", "/tools/contacts/{id}", change, path={"id": message["id"]}, **once)
    call("GET", "/tools/summary")


def call_portal(recorder: Recorder, api: TenantApi) -> None:
    pending = Delivering().as_map()
    newest = {**messages.key("acme", "7" + 25 * "Z"), "deliveries": {"M": {"crm": pending}}}
    tenant_api.client("dynamodb").put_item(TableName=tenant_api.TABLE, Item=newest)
    link = visits.link("acme")
    recorder.call(api, "GET", "/portal/enter", query=f"link={link}", subject=None)
    answer = recorder.call(api, "POST", "/portal/enter", {"link": link}, subject=None)
    cookie = {"cookie": answer.headers["Set-Cookie"].partition(";")[0]}
    pages = [
        recorder.call(api, "GET", f"/portal/{page}", headers=cookie, subject=None).text
        for page in ("usage", "calls", "deliveries")
    ]
    form = visits.form(pages[0])

    def post(page: str, **fields: Any) -> None:
        recorder.call(api, "POST", f"/portal/{page}", {"form": form, **fields}, headers=cookie, subject=None)

    post("deliveries", **visits.delivery(pages[2]))
    post("clients", act="make", client="a-shop", scope="items:read")
    for act in ("roll", "end", "remove"):
        shown = recorder.call(api, "GET", "/portal/clients", headers=cookie, subject=None).text
        post("clients", act=act, **visits.client(shown))
    post("leave")


def test_every_route_of_the_functions_was_called(recorded: Recorded) -> None:
    """What is not called is not checked below."""
    assert recorded.recorder.routes == {str(route) for route in routes.stated()}


@MEMBERS
def test_all_that_a_function_does_is_granted_to_its_role(recorded: Recorded, member: Member) -> None:
    assert recorded.of(member)
    assert recorded.denied(member) == []


@MEMBERS
def test_nothing_that_a_function_does_is_granted_to_another_tenants_role(
    recorded: Recorded, member: Member
) -> None:
    policy = recorded.policy(member, "acme-eu")
    assert [call for call in recorded.of(member) if allows(policy, call)] == []


@MEMBERS
def test_all_that_a_role_is_granted_is_used_by_its_function(recorded: Recorded, member: Member) -> None:
    unused = []
    for statement in recorded.policy(member)["Statement"]:
        actions = statement["Action"]
        for action in {actions} if isinstance(actions, str) else {*actions} - LAMBDAS_OWN:
            alone: policies.Policy = {"Statement": [{**statement, "Action": action}]}
            if not any(allows(alone, call) for call in recorded.of(member)):
                unused.append((statement["Sid"], action))
    assert unused == []


def shortened() -> Iterator[Any]:
    """Each function whose declaration leaves out one thing that its handler needs."""
    for member in GROUPS.members:
        function = member.function
        for place, use in enumerate(function.uses):
            for action in use.actions:
                left = replace(use, actions=tuple(each for each in use.actions if each != action))
                uses = (*function.uses[:place], left, *function.uses[place + 1 :])
                yield left_out(member, f"{use.kind} {action}", replace(function, uses=uses))
        for name in function.secrets:
            yield left_out(member, f"secret {name}", replace(function, secrets=()))
        for name in function.feeds:
            yield left_out(member, f"queue {name}", replace(function, feeds=()))
        if function.oversees:
            yield left_out(member, "oversight", replace(function, oversees=False))


def left_out(member: Member, what: str, function: Function) -> Any:
    return pytest.param(replace(member, function=function), id=f"{member.name} without {what}")


@pytest.mark.parametrize("member", list(shortened()))
def test_what_a_declaration_leaves_out_is_noticed_here(recorded: Recorded, member: Member) -> None:
    """Else the tests above would hold of a function that is called too little."""
    assert recorded.denied(member) != []
