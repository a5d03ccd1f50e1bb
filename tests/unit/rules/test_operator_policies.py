"""Who deploys may do what the program needs on its own stack; who only looks changes and decrypts nothing."""

import json
import re
from fnmatch import fnmatchcase
from typing import Any

import botocore.session
import pytest

from tenantry.rules.arns import Arns
from tenantry.rules.kinds import KINDS
from tenantry.rules.naming import Names
from tenantry.rules.operator_policies import console, deploy, drift, preview, verify, zones
from tenantry.rules.rights.looking import VALUES
from tests.support.command import ROOT
from tests.support.slugs import LONGEST_STACK

ARNS = Arns("aws", "eu-central-1", "123456789012")
DEPLOY, PREVIEW = deploy(Names("demo"), ARNS), preview(Names("demo"), ARNS)
ZONES = zones(Names("demo"), ARNS, ["Z1"])
POLICY = console(Names("demo"), ARNS)
VERIFY, DRIFT = verify(Names("demo"), ARNS), drift(Names("demo"), ARNS)
READS = re.compile(r"\w+:(Decrypt|(Describe|GET|Get|List|View)[\w*]*)")
READING = ("Describe", "Filter", "GET", "GetMetric", "List")


def test_every_action_reads_and_none_decrypts() -> None:
    for statement in POLICY["Statement"]:
        for action in statement["Action"]:
            service, _, verb = action.partition(":")
            assert verb.startswith(READING)
            assert service not in {"kms", "secretsmanager", "iam", "lambda"}


def test_what_bears_names_is_narrowed_to_the_stack() -> None:
    resources = {each["Sid"]: each["Resource"] for each in POLICY["Statement"]}
    assert resources["Sizes"] == [ARNS.table("tenantry_demo"), ARNS.table("tenantry_demo_*")]
    assert all("/tenantry/demo/" in each or "tenantry_demo_" in each for each in resources["Errors"])


def test_operations_show_it_as_it_is() -> None:
    text = (ROOT / "docs" / "operations.md").read_text()
    shown = text.split("### The console")[1].split("```json\n")[1].split("```")[0]
    assert json.loads(shown) == POLICY


def actions(policy: dict[str, Any]) -> set[str]:
    return {action for statement in policy["Statement"] for action in statement["Action"]}


def test_every_type_that_the_program_registers_has_its_rights() -> None:
    assert all(row.rights for token, row in KINDS.items() if token.startswith("aws:"))


def test_whoever_deploys_cannot_delete_what_outlives_its_declaration_nor_read_a_tenants_data() -> None:
    forbidden = ("dynamodb:DeleteTable", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan")
    forbidden += (
        "kms:ScheduleKeyDeletion",
        "lambda:InvokeFunction",
        "logs:FilterLogEvents",
        "sqs:ReceiveMessage",
    )
    assert actions(DEPLOY).isdisjoint(forbidden)
    assert not [action for action in actions(DEPLOY) if action.endswith(":*")]


def test_roles_are_made_under_the_boundary_alone() -> None:
    """But the one of API Gateway, which takes AWS's own policy and no other."""
    making = [each for each in DEPLOY["Statement"] if "iam:CreateRole" in each["Action"]]
    [bounded] = [each for each in making if "Condition" in each]
    assert bounded["Condition"] == {
        "StringEquals": {"iam:PermissionsBoundary": ARNS.iam("policy/tenantry_demo")}
    }
    [logging] = [each for each in making if each is not bounded]
    assert logging["Resource"] == [ARNS.iam("role/tenantry_demo__gateway_*")]
    putting = [each for each in DEPLOY["Statement"] if "iam:PutRolePolicy" in each["Action"]]
    assert putting == [bounded]


def test_what_bears_a_name_is_the_stacks_own() -> None:
    """A stack whose name begins alike is another one."""
    others = [
        ARNS.function("tenantry_demo2_acme_items"),
        ARNS.table("tenantry_demo2"),
        ARNS.layer("tenantry_demo2:1"),
        ARNS.topic("tenantry_demo2"),
        ARNS.dashboard("tenantry_demo2"),
        ARNS.secrets("tenantry/demo2/acme/runtime/0").replace("?", "A"),
        ARNS.log_group("/tenantry/demo2/acme/access"),
        ARNS.iam("role/tenantry_demo2_acme_items"),
        ARNS.bucket("tenantry-demo2-123456789012-eu-central-1"),
        ARNS.queue("tenantry_demo2_acme_contact"),
    ]
    reached = {
        (pattern, other)
        for statement in DEPLOY["Statement"]
        for pattern in statement["Resource"]
        for other in others
        if pattern != "*" and fnmatchcase(other, pattern)
    }
    assert reached == set()


def test_on_anything_there_is_only_what_takes_no_name() -> None:
    on_anything = {
        action
        for each in DEPLOY["Statement"]
        if each["Resource"] == ["*"] and "Condition" not in each
        for action in each["Action"]
    }
    assert on_anything == {
        "cloudwatch:DescribeAlarms",
        "cloudwatch:PutCompositeAlarm",
        "dynamodb:ListTables",
        "kms:ListAliases",
        "logs:DeleteQueryDefinition",
        "logs:DescribeLogGroups",
        "logs:DescribeQueryDefinitions",
        "logs:PutQueryDefinition",
    }


def test_rights_on_zones_are_a_policy_of_their_own_on_those_zones_alone() -> None:
    assert {"acm:RequestCertificate", "route53:ChangeResourceRecordSets"} <= actions(ZONES)
    assert actions(ZONES).isdisjoint(actions(DEPLOY))
    resources = {each for statement in ZONES["Statement"] for each in statement["Resource"]}
    assert {each for each in resources if "hostedzone" in each} == {"arn:aws:route53:::hostedzone/Z1"}
    [writing] = [each for each in ZONES["Statement"] if "route53:ChangeResourceRecordSets" in each["Action"]]
    assert writing["Condition"] == {
        "ForAllValues:StringEquals": {"route53:ChangeResourceRecordSetsRecordTypes": ["A", "AAAA", "CNAME"]}
    }
    for each in ZONES["Statement"]:
        if any(action.startswith("acm:") for action in each["Action"]):
            assert "demo" in str(each["Condition"])


def test_a_preview_reads_no_data_and_changes_nothing() -> None:
    assert all(re.fullmatch(r"dynamodb:(Describe|ListTa)\w+", action) for action in actions(PREVIEW))


def test_whoever_verifies_changes_nothing_and_reads_no_value() -> None:
    """GET on an API key's list is the one exception, which the policy names."""
    assert all(READS.fullmatch(action) for action in actions(VERIFY))
    values = ("secretsmanager:GetSecretValue", "dynamodb:GetItem", "sqs:ReceiveMessage", "kms:Decrypt")
    values += ("logs:GetLogEvents", "lambda:InvokeFunction")
    assert actions(VERIFY).isdisjoint(values)


def test_what_the_provider_reads_to_refresh_whoever_verifies_reads_too() -> None:
    """But for values of secrets."""
    assert actions(DRIFT) - actions(VERIFY) == VALUES


def test_whoever_looks_for_drift_may_read_what_whoever_deploys_may_and_change_nothing() -> None:
    """But lists of a key's that the provider does not ask for."""
    read = {each for each in actions(DEPLOY) | actions(ZONES) if READS.fullmatch(each)}
    assert read - actions(DRIFT) == {"kms:ListKeyPolicies", "kms:ListKeyRotations"}
    assert actions(DRIFT) <= read
    resources = {each["Sid"]: (each["Resource"], each.get("Condition")) for each in DEPLOY["Statement"]}
    for each in DRIFT["Statement"]:
        if each["Sid"] in resources:
            assert resources[each["Sid"]] == (each["Resource"], each.get("Condition"))


@pytest.mark.parametrize("partition", ["aws", "aws-us-gov"])
def test_it_fits_into_a_role(partition: str) -> None:
    """A role's inline policies hold 10,240 characters: IAM's quotas."""
    longest = Arns(partition, "ap-southeast-1", "1" * 12)
    text = json.dumps(deploy(Names(LONGEST_STACK), longest), separators=(",", ":"))
    assert len(text) <= 10_240


# Actions that are no operation: https://docs.aws.amazon.com/service-authorization/latest/reference/
NO_OPERATION = {
    "iam:PassRole",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    *(f"apigateway:{verb}" for verb in ("DELETE", "GET", "PATCH", "POST", "PUT")),
    *(f"budgets:{verb}" for verb in ("ModifyBudget", "ViewBudget")),
    *(f"s3:{verb}" for verb in ("GetAccelerateConfiguration", "GetBucket*", "GetEncryptionConfiguration")),
    *(f"s3:{verb}" for verb in ("GetLifecycleConfiguration", "GetReplicationConfiguration", "ListBucket")),
    "s3:PutBucketPublicAccessBlock",
    "tag:GetResources",  # of the service that botocore calls resourcegroupstaggingapi
}


def test_every_action_is_one_of_aws() -> None:
    """A name that AWS does not know would be granted to nobody."""
    session = botocore.session.get_session()
    unknown = set()
    for action in actions(DEPLOY) | actions(ZONES) | actions(PREVIEW) | actions(VERIFY) | actions(DRIFT):
        service, _, verb = action.partition(":")
        if action not in NO_OPERATION:
            known = session.get_service_model(service).operation_names
            unknown |= set() if verb in known else {action}
    assert unknown == set()
