"""The functions touch exactly the keys, by exactly the actions, that their roles' policies grant.

The real handlers run over moto while every AWS call they make is noted; an IAM evaluator then decides it.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from moto import mock_aws

from agreed import partitions, routes
from api import clients, logs, secrets
from tenantry.rules import policies
from tenantry.rules.naming import GROUPS, log_group
from tests.support import tenant_api
from tests.support.iam import ARNS, NAMES, TABLE, Call, allows, boundary, role_policy
from tests.support.slugs import slugs
from tests.support.tenant_api import Answer, TenantApi

ORDERS = {"collection": "orders"}
COLLECTION, ITEM = "/items/{collection}", "/items/{collection}/{id}"
FORM = {"email": "ada@example.com", "message": "Hello"}
# An element of a transaction is authorized as the single action of its kind.
ACTION_OF = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}


def patterns(policy: policies.Policy) -> set[str]:
    conditions = [each.get("Condition", {}) for each in policy["Statement"]]
    keys = [each["ForAllValues:StringLike"]["dynamodb:LeadingKeys"] for each in conditions if each]
    return {key for some in keys for key in some}


def test_what_is_stored_stays_where_it_is() -> None:
    """Another spelling would lose sight of every record."""
    assert partitions.items("acme", "orders") == "acme#items#item#orders"
    assert partitions.item_counts("acme", 7) == "acme#items#count#7"
    assert partitions.messages("acme") == "acme#contact#message"
    assert partitions.messages_in_state("acme", "new") == "acme#contact#message-state#new"
    assert partitions.message_counts("acme", 7) == "acme#contact#count#7"
    assert partitions.idempotency("acme", "tools", "0f") == "acme#tools#idempotency#0f"
    assert partitions.SHARDS == 8


@given(slugs())
def test_policies_cover_the_functions_partition_keys_and_no_others(tenant: str) -> None:
    """`*` stands where a collection, a digest or a state does, always behind a `#`."""
    contact = {
        partitions.messages(tenant),
        partitions.messages_in_state(tenant, "*"),
        partitions.message_counts(tenant, "*"),
        partitions.idempotency(tenant, "contact", "*"),
    }
    items = {
        partitions.items(tenant, "*"),
        partitions.item_counts(tenant, "*"),
        partitions.idempotency(tenant, "items", "*"),
    }
    tools = {
        partitions.messages(tenant),
        partitions.messages_in_state(tenant, "*"),
        partitions.message_counts(tenant, "*"),
        partitions.item_counts(tenant, "*"),
        partitions.idempotency(tenant, "tools", "*"),
    }
    for group, keys in {"contact": contact, "items": items, "tools": tools}.items():
        assert patterns(role_policy(group, tenant)) == keys
        assert all(key.removesuffix("#*").startswith(f"{tenant}#") for key in keys)
        assert not [key for key in keys if "*" in key.removesuffix("#*")]


@dataclass
class Recorder:
    """Notes the calls of the function that runs; `group` is empty while none does."""

    group: str = ""
    calls: dict[str, list[Call]] = field(default_factory=lambda: {group: [] for group in GROUPS})
    routes: set[str] = field(default_factory=set)

    def note(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        if self.group:
            self.calls[self.group] += authorized(model.service_model.service_name, model.name, params)

    def call(self, api: TenantApi, method: str, resource: str, body: Any = None, **event: Any) -> Answer:
        self.group = next(route.group for route in routes.table() if route.path == resource)
        self.routes.add(f"{method} {resource}")
        secrets._kept.clear()  # what another group's function fetched is not this one's
        try:
            answer = api.call(method, resource, body, **event)
        finally:
            self.group = ""
        assert answer.status < 400, answer.text
        return answer


def authorized(service: str, operation: str, params: dict[str, Any]) -> Iterator[Call]:
    """What IAM is asked for one API call."""
    match service, operation:
        case "secretsmanager", "GetSecretValue":
            yield Call(f"{service}:{operation}", params["SecretId"])
        case "dynamodb", "TransactWriteItems":
            for element in params["TransactItems"]:
                for kind, request in element.items():
                    yield keyed(ACTION_OF[kind], request)
        case "dynamodb", "GetItem" | "PutItem" | "UpdateItem" | "DeleteItem":
            yield keyed(operation, params)
        case "dynamodb", "Query":
            attribute, value = params["KeyConditionExpression"].split(" = ")
            assert (attribute, "IndexName" in params) == ("pk", False)
            key = params["ExpressionAttributeValues"][value]["S"]
            yield Call("dynamodb:Query", ARNS.table(params["TableName"]), (key,))
        case "dynamodb", "BatchGetItem":
            for table, request in params["RequestItems"].items():
                keys = tuple(each["pk"]["S"] for each in request["Keys"])
                yield Call("dynamodb:BatchGetItem", ARNS.table(table), keys)
        case _:
            raise AssertionError(f"{service} {operation}: say here how IAM authorizes it")


def keyed(action: str, request: dict[str, Any]) -> Call:
    key = request["Item"] if "Item" in request else request["Key"]
    return Call(f"dynamodb:{action}", ARNS.table(request["TableName"]), (key["pk"]["S"],))


@pytest.fixture(scope="module")
def recorder() -> Iterator[Recorder]:
    """Every route of every group, called once for each way that it takes through the data."""
    recorder = Recorder()
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        patch.setenv("AWS_DEFAULT_REGION", tenant_api.REGION)
        patch.setenv("POWERTOOLS_SERVICE_NAME", "contract")
        patch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Tenantry")
        tenant_api.forget()
        clients.session().register("before-parameter-build.*.*", recorder.note)
        logs.log.cache_clear()
        tenant_api.create_table()
        # Other tests of this process may keep a secret of acme's own name.
        secret = tenant_api.create_secret("recorded")
        call_everything(recorder, TenantApi("acme", secret))
        yield recorder
        tenant_api.client("secretsmanager").delete_secret(SecretId=secret, ForceDeleteWithoutRecovery=True)
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
    for _ in range(2):
        call("DELETE", ITEM, path=path, headers={"If-Match": '"3"', **once["headers"]})
    for state in ("", "&state=new"):
        page = call("GET", "/tools/contacts", query=f"limit=1{state}")
        call("GET", "/tools/contacts", query=f"limit=1{state}&cursor={page['next_cursor']}")
    change = {"state": "open", "note": "Called back"}
    call("PATCH", "/tools/contacts/{id}", change, path={"id": message["id"]})
    for _ in range(2):
        call("PATCH", "/tools/contacts/{id}", change, path={"id": message["id"]}, **once)
    call("GET", "/tools/summary")


def policy_of(group: str, tenant: str, recorder: Recorder) -> policies.Policy:
    """With the secret that moto made, whose ARN's end is random, as acme's."""
    read = [call.resource for call in recorder.calls["items"] if call.action.startswith("secretsmanager:")]
    own = ARNS.log_group(log_group(NAMES.function(tenant, group)))
    return policies.of_group(group, tenant, TABLE, own, read[0] if tenant == "acme" else "arn:another")


def test_every_route_of_the_functions_was_called(recorder: Recorder) -> None:
    """What is not called is not checked below."""
    assert recorder.routes == {str(route) for route in routes.table()}


@pytest.mark.parametrize("group", GROUPS)
def test_all_that_a_function_does_is_granted_to_its_role(recorder: Recorder, group: str) -> None:
    policy = policy_of(group, "acme", recorder)
    assert recorder.calls[group]
    assert [call for call in recorder.calls[group] if not allows(policy, call, boundary())] == []


@pytest.mark.parametrize("group", GROUPS)
def test_nothing_that_a_function_does_is_granted_to_another_tenants_role(
    recorder: Recorder, group: str
) -> None:
    policy = policy_of(group, "acme-eu", recorder)
    assert [call for call in recorder.calls[group] if allows(policy, call)] == []


@pytest.mark.parametrize("group", GROUPS)
def test_all_that_a_role_is_granted_is_used_by_its_function(recorder: Recorder, group: str) -> None:
    """Logs and traces are written by Lambda itself, with the role."""
    unused = []
    for statement in policy_of(group, "acme", recorder)["Statement"]:
        if statement["Sid"] in {"Log", "Trace"}:
            continue
        actions = statement["Action"]
        for action in [actions] if isinstance(actions, str) else actions:
            alone: policies.Policy = {"Statement": [{**statement, "Action": action}]}
            if not any(allows(alone, call) for call in recorder.calls[group]):
                unused.append((statement["Sid"], action))
    assert unused == []
