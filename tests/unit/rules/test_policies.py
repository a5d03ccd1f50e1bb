"""What each role may do, decided by an IAM evaluator; acme and acme-eu stand for any two tenants."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given

from tenantry.groups import Groups, current
from tenantry.rules import grants, policies
from tenantry.rules.arns import Arns
from tenantry.rules.grants import Reach
from tenantry.rules.naming import Names, log_group
from tests.support.iam import (
    ACCOUNT,
    ARNS,
    INDEX,
    KEYED,
    NAMES,
    PARTIQL,
    TABLE,
    WIDE,
    Call,
    allows,
    boundary,
    role_policy,
    secret,
    statements,
)
from tests.support.slugs import LONGEST_SLUG, LONGEST_STACK, two_slugs
from tests.support.watched import FUNCTIONS

PAIRS = [("acme", "acme-eu"), ("acme-eu", "acme")]
GROUPS = current().names


def on(resource: str, key: str, *actions: str) -> Iterator[Call]:
    yield from (Call(f"dynamodb:{action}", resource, (key,)) for action in actions)


def own_calls(group: str, tenant: str) -> list[Call]:
    """What the group's function needs of its tenant's resources."""
    logs = f"{ARNS.log_group(log_group(NAMES.function(tenant, group)))}:log-stream:2026/11/22/[$LATEST]1"
    needed = [Call("logs:CreateLogStream", logs), Call("logs:PutLogEvents", logs)]
    runtime = Call("secretsmanager:GetSecretValue", secret(NAMES.secret(tenant)))
    match group:
        case "contact":
            needed += on(TABLE, f"{tenant}#contact#message", "PutItem")
            needed += on(TABLE, f"{tenant}#contact#message-state#new", "PutItem")
            needed += on(TABLE, f"{tenant}#contact#count#message#3", "UpdateItem")
            needed += on(TABLE, f"{tenant}#contact#idempotency#0f", "PutItem")
            needed.append(Call("sqs:SendMessage", ARNS.queue(NAMES.queue(tenant, "contact"))))
        case "notifier":
            needed += on(TABLE, f"{tenant}#contact#message", "BatchGetItem", "UpdateItem")
            needed += on(TABLE, f"{tenant}#contact#receiver", "BatchGetItem", "UpdateItem")
            queue = ARNS.queue(NAMES.queue(tenant, "contact"))
            needed += [Call(f"sqs:{each}", queue) for each in policies.CONSUMING]
            needed.append(Call("secretsmanager:GetSecretValue", secret(NAMES.secret(tenant, "delivery"))))
        case "items":
            needed += on(
                TABLE, f"{tenant}#items#item#orders", *(each for each in KEYED if each != "BatchGetItem")
            )
            needed += on(TABLE, f"{tenant}#items#count#item#3", "Query", "UpdateItem")
            needed += [*on(TABLE, f"{tenant}#items#idempotency#0f", "PutItem"), runtime]
        case "portal":
            needed += on(TABLE, f"{tenant}#contact#message", "GetItem", "Query")
            needed += on(TABLE, f"{tenant}#portal#link", "PutItem")
            needed += on(
                TABLE, f"{tenant}#tokens#client", *(each for each in KEYED if each != "BatchGetItem")
            )
            needed.append(Call("sqs:SendMessage", ARNS.queue(NAMES.queue(tenant, "contact"))))
            needed.append(Call("secretsmanager:GetSecretValue", secret(NAMES.secret(tenant, "portal"))))
            needed.append(Call("logs:FilterLogEvents", ARNS.log_group(NAMES.access_log(tenant))))
            needed.append(Call("apigateway:GET", ARNS.usage(f"plan-of-{tenant}")))
        case "tokens":
            needed += on(TABLE, f"{tenant}#tokens#client", "GetItem", "UpdateItem")
            needed += on(TABLE, f"{tenant}#tokens#failure", "UpdateItem")
            needed.append(Call("secretsmanager:GetSecretValue", secret(NAMES.signing_secret(tenant))))
        case "tools":
            needed += on(TABLE, f"{tenant}#contact#message", "BatchGetItem", "GetItem", "Query", "UpdateItem")
            needed += on(TABLE, f"{tenant}#contact#message-state#new", "DeleteItem", "PutItem", "Query")
            needed += on(TABLE, f"{tenant}#contact#count#message#3", "Query", "UpdateItem")
            needed += on(TABLE, f"{tenant}#tools#idempotency#0f", "PutItem")
            needed += [*on(TABLE, f"{tenant}#items#count#item#3", "Query"), runtime]
    return needed


def keys_of(tenant: str) -> list[str]:
    """One partition key of each kind."""
    calls = [call for group in GROUPS for call in own_calls(group, tenant)]
    return sorted({key for call in calls for key in call.keys or ()})


@pytest.mark.parametrize("tenant", ["acme", "acme-eu"])
@pytest.mark.parametrize("group", FUNCTIONS)
def test_a_role_reaches_what_its_function_needs_within_the_boundary(group: str, tenant: str) -> None:
    policy, role = role_policy(group, tenant), NAMES.function(tenant, group)
    needed = own_calls(group, tenant)
    trace = [Call(f"xray:{action}", "*") for action in ("PutTraceSegments", "PutTelemetryRecords")]
    assert [call for call in [*needed, *trace] if not allows(policy, call, boundary(), role)] == []


@pytest.mark.parametrize(("tenant", "other"), PAIRS)
@pytest.mark.parametrize("group", FUNCTIONS)
def test_a_role_reaches_nothing_of_another_tenant(group: str, tenant: str, other: str) -> None:
    policy = role_policy(group, tenant)
    foreign = [call for each in FUNCTIONS for call in own_calls(each, other)]
    foreign += [call for key in keys_of(other) for call in on(TABLE, key, *KEYED, *WIDE, *PARTIQL)]
    foreign += [call for key in keys_of(other) for call in on(INDEX, key, *KEYED, "Scan", *PARTIQL)]
    assert [call for call in foreign if allows(policy, call)] == []


@given(two_slugs())
def test_no_slugs_exist_whose_roles_reach_each_others_keys(pair: tuple[str, str]) -> None:
    tenant, other = pair
    for group in GROUPS:
        policy = role_policy(group, tenant)
        for resource in (TABLE, INDEX):
            foreign = [call for key in keys_of(other) for call in on(resource, key, *KEYED)]
            assert not [call for call in foreign if allows(policy, call)]


@pytest.mark.parametrize("group", GROUPS)
def test_a_request_without_leading_keys_is_denied(group: str) -> None:
    """`ForAllValues` alone would let it pass."""
    policy = role_policy(group, "acme")
    bare = [
        Call(f"dynamodb:{action}", resource)
        for action in (*KEYED, *WIDE, *PARTIQL)
        for resource in (TABLE, INDEX)
    ]
    assert [call for call in bare if allows(policy, call)] == []


@pytest.mark.parametrize("group", GROUPS)
def test_one_foreign_key_among_own_ones_denies_the_whole_request(group: str) -> None:
    policy = role_policy(group, "acme")
    for call in own_calls(group, "acme"):
        if call.keys:
            mixed = Call(call.action, call.resource, (*call.keys, call.keys[0].replace("acme", "acme-eu")))
            assert allows(policy, call)
            assert not allows(policy, mixed)


@pytest.mark.parametrize("group", GROUPS)
def test_scan_partiql_and_written_batches_are_denied_even_on_own_keys(group: str) -> None:
    policy = role_policy(group, "acme")
    own = [
        call
        for key in keys_of("acme")
        for resource in (TABLE, INDEX)
        for call in on(resource, key, *WIDE, *PARTIQL)
    ]
    assert [call for call in own if allows(policy, call)] == []


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_does_not_reach_what_only_another_group_of_its_tenant_needs(group: str) -> None:
    policy, own = role_policy(group, "acme"), own_calls(group, "acme")
    others = [call for each in GROUPS for call in own_calls(each, "acme") if call not in own]
    assert others
    assert [call for call in others if allows(policy, call)] == []


@pytest.mark.parametrize("group", GROUPS)
def test_a_pooled_role_reaches_no_silo_table_and_a_silo_role_no_pooled_one(group: str) -> None:
    silo = ARNS.table(NAMES.tenant("acme"))
    keyed = [call for call in own_calls(group, "acme") if call.keys]
    elsewhere = [Call(c.action, c.resource.replace(TABLE, silo), c.keys) for c in keyed]
    assert [call for call in elsewhere if allows(role_policy(group, "acme"), call)] == []
    silo_policy = role_policy(group, "acme", silo)
    assert [call for call in keyed if allows(silo_policy, call)] == []
    assert [call for call in elsewhere if not allows(silo_policy, call, boundary())] == []


@pytest.mark.parametrize(("tenant", "other"), PAIRS)
@pytest.mark.parametrize("group", FUNCTIONS)
def test_a_role_reads_no_secret_but_the_one_that_is_its_business(group: str, tenant: str, other: str) -> None:
    policy = role_policy(group, tenant)
    names = [NAMES.secret(other), NAMES.signing_secret(other), NAMES.secret(other, "delivery")]
    names += [] if group == "tokens" else [NAMES.signing_secret(tenant)]
    own = Call("secretsmanager:GetSecretValue", secret(NAMES.secret(tenant)))
    for action in ("GetSecretValue", "PutSecretValue", "DescribeSecret", "DeleteSecret", "ListSecrets"):
        for name in names:
            assert not allows(policy, Call(f"secretsmanager:{action}", secret(name)))
        assert action == "GetSecretValue" or not allows(
            policy, Call(f"secretsmanager:{action}", own.resource)
        )
    assert allows(policy, own) == (group in ("items", "tools"))
    delivery = Call("secretsmanager:GetSecretValue", secret(NAMES.secret(tenant, "delivery")))
    assert allows(policy, delivery) == (group == "notifier")
    signing = Call("secretsmanager:GetSecretValue", secret(NAMES.signing_secret(tenant)))
    assert allows(policy, signing) == (group == "tokens")


@pytest.mark.parametrize("group", FUNCTIONS)
def test_a_role_may_not_make_log_groups_or_read_logs(group: str) -> None:
    logs = f"{ARNS.log_group(log_group(NAMES.function('acme', group)))}:log-stream:1"
    for action in (
        "CreateLogGroup",
        "GetLogEvents",
        "FilterLogEvents",
        "DeleteLogGroup",
        "PutRetentionPolicy",
    ):
        assert not allows(role_policy(group, "acme"), Call(f"logs:{action}", logs))


@pytest.mark.parametrize("group", FUNCTIONS)
def test_no_grant_has_a_wildcard_action_or_every_resource_but_tracing(group: str) -> None:
    for statement in statements(role_policy(group, "acme")):
        assert "*" not in json.dumps(statement["Action"])
        assert statement["Resource"] != "*" or statement == policies.TRACING


def test_only_lambda_takes_a_functions_role() -> None:
    [statement] = statements(policies.trust())
    assert statement["Principal"] == {"Service": "lambda.amazonaws.com"}
    assert statement["Action"] == "sts:AssumeRole"


def test_only_the_gateway_takes_the_accounts_logging_role() -> None:
    [statement] = statements(policies.gateway_logging_trust())
    assert statement["Principal"] == {"Service": "apigateway.amazonaws.com"}


@pytest.mark.parametrize(
    ("alarm", "account", "may"),
    [
        (ARNS.alarm("tenantry_demo_acme_5xx"), ACCOUNT, True),
        (ARNS.alarm("tenantry_demo-eu_acme_5xx"), ACCOUNT, False),
        (ARNS.alarm("tenantry_demo_acme_5xx"), "999999999999", False),
        (ARNS.alarm("another"), ACCOUNT, False),
    ],
)
def test_only_alarms_of_the_stack_publish_to_its_topic(alarm: str, account: str, may: bool) -> None:
    topic = f"arn:aws:sns:eu-west-1:{ACCOUNT}:tenantry_demo"
    policy = policies.alarm_topic(topic, ACCOUNT, ARNS.alarm(NAMES.tenant("*")))
    context: dict[str, Any] = {"aws:sourcearn": alarm, "aws:sourceaccount": account}
    assert allows(policy, Call("sns:Publish", topic), **context) is may
    assert not allows(policy, Call("sns:Subscribe", topic), **context)
    assert statements(policy)[0]["Principal"] == {"Service": "cloudwatch.amazonaws.com"}


def test_what_a_group_would_use_of_another_is_granted_with_that_other_alone() -> None:
    without_contact = Groups(tuple(each for each in current().installed if each.name != "contact"))
    [tools] = [each for each in without_contact.members if each.name == "tools"]
    policy = grants.of_member(tools, without_contact, "acme", Reach(TABLE, "logs"))
    for kind in ("contact#message", "contact#message-state#new", "contact#count#message#3"):
        assert not [call for call in on(TABLE, f"acme#{kind}", *KEYED) if allows(policy, call)]
    [counts] = on(TABLE, "acme#items#count#item#3", "Query")
    assert allows(policy, counts)


@pytest.mark.parametrize("listed", [True, False])
def test_what_needs_another_group_to_be_listed_is_granted_where_it_is(listed: bool) -> None:
    """A tenant without a token endpoint has no clients, and its portal's role reaches none."""
    [portal] = [each for each in current().members if each.name == "portal"]
    reach = Reach(TABLE, "logs", listed=["portal", "tokens"] if listed else ["portal"])
    policy = grants.of_member(portal, current(), "acme", reach)
    asked = {call: allows(policy, call) for call in on(TABLE, "acme#tokens#client", *KEYED)}
    assert {call.action.partition(":")[2] for call, may in asked.items() if may} == (
        {*KEYED} - {"BatchGetItem"} if listed else set()
    )
    assert not [call for call in on(TABLE, "acme#tokens#failure", *KEYED) if allows(policy, call)]
    [seen] = on(TABLE, "acme#contact#message", "Query")
    assert allows(policy, seen)  # which needs no listing


# IAM quotas, hard: characters without white space.
MANAGED_POLICY = 6_144
INLINE_POLICIES_OF_A_ROLE = 10_240
LONGEST = Names(LONGEST_STACK)
FARTHEST = Arns("aws-us-gov", "ap-southeast-1", ACCOUNT)


def size(policy: policies.Policy) -> int:
    return len(json.dumps(policy, separators=(",", ":")))


@pytest.mark.parametrize("group", FUNCTIONS)
def test_a_roles_policy_fits_at_the_longest_names(group: str) -> None:
    table = FARTHEST.table(LONGEST.tenant(LONGEST_SLUG))
    assert size(role_policy(group, LONGEST_SLUG, table, LONGEST, FARTHEST)) <= INLINE_POLICIES_OF_A_ROLE


def test_the_boundary_fits_at_the_longest_names() -> None:
    assert size(boundary(LONGEST, FARTHEST)) <= MANAGED_POLICY
