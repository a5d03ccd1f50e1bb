"""Each way in which a policy can be too wide is found, and said in one line with the statement that is."""

import json
from dataclasses import replace
from typing import Any

import pytest

from tenantry.isolation.cells import SOMEWHERE as ARNS
from tenantry.isolation.cells import RegisteredCell
from tenantry.rules.naming import Names, generation
from tests.support.leaks import decided
from tests.support.mutations import (
    Mutation,
    added,
    allow,
    both,
    granted,
    replaced,
    restated,
    set_input,
)

NAMES = Names("demo")
TABLE = ARNS.table(NAMES.table)
ITEMS = "tenantry_demo_acme_items"
USE = "DeleteGet"  # the statement of what it reads and deletes
ANY_KEY = {"Null": {"dynamodb:LeadingKeys": "false"}}
OWN_KEYS = ["acme#items#item#*"]


def secrets(pattern: str) -> str:
    return ARNS.secrets(pattern).removesuffix("-??????")


def condition(statement: dict[str, Any], operator: str, *keys: str) -> None:
    statement["Condition"] = {operator: {"dynamodb:LeadingKeys": list(keys)}, **ANY_KEY}


def wide(action: Any, resource: Any = "*", when: Any = None, **more: Any) -> Mutation:
    return granted("acme.items", allow(action, resource, when, **more))


def unbounded(mutation: Mutation) -> Mutation:
    return both(mutation, set_input("Role", "acme.items", permissionsBoundary=None))


POLICIES: dict[str, tuple[Mutation, str, str]] = {
    "the condition dropped": (
        restated("acme.items", USE, lambda each: each.pop("Condition")),
        "dynamodb:GetItem on",
        f"own/{USE}",
    ),
    "the Null condition dropped": (
        restated("acme.items", USE, lambda each: each["Condition"].pop("Null")),
        f"on {TABLE} of all tenants",
        f"own/{USE}, held back by the boundary alone",
    ),
    "acme* for acme#": (
        restated("acme.items", USE, lambda each: condition(each, "ForAllValues:StringLike", "acme*")),
        "key acme-eu#",
        f"own/{USE}",
    ),
    "?cme# for acme#": (
        restated("acme.items", USE, lambda each: condition(each, "ForAllValues:StringLike", "?cme#*")),
        "a possible tenant xcme",
        f"own/{USE}",
    ),
    "any key will do": (
        restated("acme.items", USE, lambda each: condition(each, "ForAnyValue:StringLike", *OWN_KEYS)),
        "beside its own",
        f"own/{USE}",
    ),
    "no set operator": (
        restated("acme.items", USE, lambda each: condition(each, "StringLike", *OWN_KEYS)),
        "key acme-eu#",
        f"own/{USE}",
    ),
    "all keys but some": (
        restated("acme.items", USE, lambda each: condition(each, "ForAllValues:StringNotLike", "globex#*")),
        "key acme-eu#",
        f"own/{USE}",
    ),
    "another condition instead": (
        wide("dynamodb:GetItem", TABLE, {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}),
        "key acme-eu#",
        "own/Wide",
    ),
    "a table-wide grant beside the narrow one": (
        wide("dynamodb:GetItem", TABLE, ANY_KEY),
        "key acme-eu#",
        "own/Wide",
    ),
    "an index": (
        wide("dynamodb:Query", f"{TABLE}/index/*", ANY_KEY),
        "/index/any key acme-eu#",
        "own/Wide",
    ),
    "a silo table": (
        wide("dynamodb:GetItem", ARNS.table("tenantry_demo_globex"), ANY_KEY),
        "key globex#",
        "own/Wide",
    ),
    "Scan": (wide("dynamodb:Scan", TABLE), f"dynamodb:Scan on {TABLE}", "held back by the boundary alone"),
    "Scan without a boundary": (unbounded(wide("dynamodb:Scan", TABLE)), "dynamodb:Scan", "own/Wide"),
    "PartiQL": (wide("dynamodb:PartiQLSelect", TABLE), "dynamodb:PartiQLSelect", "own/Wide"),
    "an export": (wide("dynamodb:Export*", f"{TABLE}*"), "dynamodb:ExportTableToPointInTime", "own/Wide"),
    "every secret": (wide("secretsmanager:GetSecretValue"), "tenantry/demo/acme-eu", "own/Wide"),
    "secrets that begin alike": (
        wide("secretsmanager:GetSecretValue", secrets("tenantry/demo/acme-*")),
        "tenantry/demo/acme-eu",
        "own/Wide",
    ),
    "its own signing keys": (
        wide("secretsmanager:GetSecretValue", secrets("tenantry/demo/acme/*")),
        "tenantry/demo/acme/signing",
        "held back by the boundary alone",
    ),
    "a list of secrets": (wide("secretsmanager:ListSecrets"), "secretsmanager:ListSecrets on *", "own/Wide"),
    "log groups that begin alike": (
        wide("logs:*", ARNS.log_group("/aws/lambda/tenantry_demo_acme*")),
        "logs:FilterLogEvents on",
        "own/Wide",
    ),
    "access logs": (
        wide("logs:GetLogEvents", ARNS.log_group("/tenantry/demo/*")),
        "/tenantry/demo/acme-eu/access",
        "own/Wide",
    ),
    "functions": (
        wide("lambda:Invoke*", ARNS.function("tenantry_demo_*")),
        "function:tenantry_demo_acme-eu_",
        "own/Wide",
    ),
    "stages": (
        wide("execute-api:Invoke", ARNS.execute_api("*", "acme*")),
        "/acme-eu/GET/items/orders",
        "own/Wide",
    ),
    "the gateway's keys": (wide("apigateway:GET"), "apigateway:GET on", "own/Wide"),
    "another role": (wide("sts:AssumeRole"), "sts:AssumeRole on", "own/Wide"),
    "the artifacts": (wide("s3:PutObject", "arn:aws:s3:::tenantry-demo-*"), "s3:PutObject", "own/Wide"),
    "topics": (wide("sns:Publish", ARNS.topic("*")), "sns:Publish", "own/Wide"),
    "queues": (wide("sqs:SendMessage"), "sqs:SendMessage on *", "own/Wide"),
    "queues that begin alike": (
        wide("sqs:ReceiveMessage", ARNS.queue("tenantry_demo_acme*")),
        "tenantry_demo_acme-eu_contact",
        "own/Wide",
    ),
    "dead letters of all": (
        wide("sqs:ReceiveMessage", ARNS.queue("tenantry_demo_*_dead")),
        "_contact_dead of",
        "held back by the boundary alone",
    ),
    "the secret of its own webhooks": (
        wide("secretsmanager:GetSecretValue", f"{secrets('tenantry/demo/acme/delivery/*')}-??????"),
        "tenantry/demo/acme/delivery",
        "own/Wide",
    ),
    "any sender": (wide("ses:SendEmail"), "ses:SendEmail on", "own/Wide, held back by the boundary alone"),
    "a service nobody thought of": (wide("glue:GetTable", "arn:aws:glue:*"), "glue:GetTable", "own/Wide"),
    "another tenant's key": (
        wide("kms:Decrypt", ARNS.kms("key/globex-id"), {"Bool": {"kms:GrantIsForAWSResource": "true"}}),
        "kms:Decrypt on",
        "own/Wide",
    ),
    "every key": (wide("kms:*", ARNS.kms("key/*")), "kms:PutKeyPolicy on", "own/Wide"),
    "every key, by its alias": (
        wide("kms:CreateGrant", "*", {"StringLike": {"kms:RequestAlias": "alias/tenantry_*"}}),
        "kms:CreateGrant on",
        "own/Wide",
    ),
    "actions in another case": (wide("DYNAMODB:sCAN", TABLE), "DYNAMODB:sCAN", "own/Wide"),
    "any action": (wide("*"), "dynamodb:Scan", "own/Wide"),
    "all actions but some": (wide(None, "*", NotAction="iam:*"), "lambda:InvokeFunction on", "own/Wide"),
    "all resources but some": (
        wide("dynamodb:PutItem", None, ANY_KEY, NotResource=ARNS.table("other")),
        "key acme-eu#",
        "own/Wide",
    ),
    "a policy variable": (
        wide("dynamodb:GetItem", ARNS.table("${aws:PrincipalTag/table}"), ANY_KEY),
        "key acme-eu#",
        "own/Wide",
    ),
    "a policy variable in a condition": (
        restated(
            "acme.items", USE, lambda each: condition(each, "ForAllValues:StringLike", "${aws:userid}#*")
        ),
        "key acme-eu#",
        f"own/{USE}",
    ),
    "an attached policy": (
        set_input("Role", "acme.items", managedPolicyArns=["arn:aws:iam::aws:policy/AdministratorAccess"]),
        "dynamodb:Scan",
        "AdministratorAccess",
    ),
    "a second inline policy": (
        added(
            "acme.items",
            "more",
            "aws:iam/rolePolicy:RolePolicy",
            name="more",
            role=ITEMS,
            policy='{"Statement": [{"Effect": "Allow", "Action": "dynamodb:Scan", "Resource": "*"}]}',
        ),
        "dynamodb:Scan",
        "more/statement 1",
    ),
}


@pytest.mark.parametrize("mistake", POLICIES)
def test_a_policy_that_is_too_wide_is_found(demo: RegisteredCell, mistake: str) -> None:
    mutation, reached, by = POLICIES[mistake]
    leaks = decided(mutation(demo))
    lines = [str(leak) for leak in leaks if leak.who == ITEMS]
    assert [line for line in lines if reached in line and by in line], lines[:5]
    assert {leak.who for leak in leaks} <= {ITEMS, "Role acme.items", "RolePolicy acme.items"}


@pytest.mark.parametrize("function", ["contact", "authorizer", "items"])
def test_who_but_the_notifier_reads_what_webhooks_are_signed_with_is_found(
    demo: RegisteredCell, function: str
) -> None:
    delivery = ARNS.secrets(generation(NAMES.secret("globex", "delivery"), "*"))
    leaks = decided(granted(f"globex.{function}", allow("secretsmanager:GetSecretValue", delivery))(demo))
    assert [(leak.who, leak.whose) for leak in leaks] == [(NAMES.function("globex", function), "globex")]


def test_a_boundary_taken_away_together_with_a_wide_policy_is_found(demo: RegisteredCell) -> None:
    lines = [str(leak) for leak in decided(unbounded(wide("dynamodb:*", "*"))(demo))]
    assert [line for line in lines if line.startswith("Role acme.items:") and "no boundary" in line]
    scans = [line for line in lines if line.startswith(f"{ITEMS}: dynamodb:Scan on {TABLE} ")]
    assert scans
    assert not [line for line in scans if "held back" in line]


def test_a_boundary_that_is_too_wide_lets_a_wide_policy_through(demo: RegisteredCell) -> None:
    everything = '{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
    weak = both(set_input("Policy", "demo", policy=everything), wide("dynamodb:Scan", TABLE))
    lets_through = 2 * ["tenantry_demo/statement 1"]  # judged alone, and on signing keys for each role
    assert [leak.by for leak in decided(weak(demo))] == 2 * ["own/Wide"] + lets_through


def test_a_boundary_that_lets_a_function_to_signing_keys_that_does_not_sign_is_found(
    demo: RegisteredCell,
) -> None:
    policy = next(demo.of("aws:iam/policy:Policy")).document("policy")
    deny = next(each for each in policy["Statement"] if each.get("Sid") == "NoSigningKeys")
    deny["Condition"]["ArnNotLike"]["aws:PrincipalArn"].append(ARNS.iam("role/tenantry_demo_*_items"))
    leaks = decided(set_input("Policy", "demo", policy=json.dumps(policy))(demo))
    assert {(leak.who.rpartition(".")[2], leak.action) for leak in leaks} == {
        ("items", "secretsmanager:GetSecretValue")
    }


def test_a_token_endpoint_that_reads_another_tenants_signing_keys_is_found(demo: RegisteredCell) -> None:
    """The boundary lets functions that sign through: whose keys they read, their own policies say."""
    keys = ARNS.secrets(generation(NAMES.signing_secret("globex"), "*"))
    leaks = decided(granted("acme.tokens", allow("secretsmanager:GetSecretValue", keys))(demo))
    assert [(leak.who, leak.whose, leak.by) for leak in leaks] == [
        (NAMES.function("acme", "tokens"), "globex", "own/Wide")
    ]


def test_another_name_for_a_tenants_resource_is_what_is_looked_at(demo: RegisteredCell) -> None:
    """A secret that the program names otherwise than `naming` does is still the tenant's."""
    secret = next(
        each
        for each in demo.of("aws:secretsmanager/secret:Secret")
        if each.inputs["name"].startswith("tenantry/demo/globex/runtime/")
    )
    renamed = replaced(demo, secret, replace(secret, arn=ARNS.secrets("elsewhere/globex")))
    leaks = decided(wide("secretsmanager:GetSecretValue", ARNS.secrets("elsewhere/*"))(renamed))
    assert ITEMS in {leak.who for leak in leaks}
