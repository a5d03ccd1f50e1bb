"""Who only looks may read one stack's figures, and nothing that changes or is secret."""

import json

from tenantry.rules.arns import Arns
from tenantry.rules.naming import Names
from tenantry.rules.operator_policies import console
from tests.support.command import ROOT

ARNS = Arns("aws", "eu-central-1", "123456789012")
POLICY = console(Names("demo"), ARNS)
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
