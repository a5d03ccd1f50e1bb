"""What the engine says that it would do becomes the same plan, tenant by tenant."""

import json
from typing import Any

import pytest

from tenantry.config import load_platform
from tenantry.errors import Failed
from tenantry.local.engine.changes import Step
from tenantry.planning.declared import of_platform
from tenantry.planning.differences import Line
from tenantry.planning.effects import Effect
from tenantry.planning.previews import owner, previewed, read
from tenantry.planning.totals import of_stack
from tests.support.command import TENANTS

PREFIX = "urn:pulumi:own::tenantry::"
ALLOWED = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-central-1:1:queue"}


def step(operation: str, types: str, name: str, old: Any = None, new: Any = None, **state: Any) -> Any:
    """As `pulumi preview --json` prints one, without what nobody reads here."""
    urn, token = f"{PREFIX}{types}::{name}", types.rpartition("$")[2]
    found = {"op": operation, "urn": urn, "provider": f"{PREFIX}pulumi:providers:aws::default"}
    for key, inputs in (("oldState", old), ("newState", new)):
        if inputs is not None:
            found[key] = {"urn": urn, "custom": True, "type": token, "inputs": inputs, **state}
    return found


def policy(*statements: Any) -> dict[str, str]:
    return {"policy": json.dumps({"Version": "2012-10-17", "Statement": statements})}


TENANT = "tenantry:index:Tenant"
DASHBOARD = "tenantry:index:Cell$tenantry:index:Overview$aws:cloudwatch/dashboard:Dashboard"
KEY = f"{TENANT}$tenantry:index:Access$aws:apigateway/apiKey:ApiKey"
POLICY = f"{TENANT}$tenantry:index:Function$aws:iam/rolePolicy:RolePolicy"
FUNCTION = f"{TENANT}$tenantry:index:Function$aws:lambda/function:Function"
UNKNOWN = {"policy": "04da6b54-80e4-46f7-96ec-b56ff0331ba9"}
STEPS = [
    step("same", "pulumi:pulumi:Stack", "tenantry-own", {}),
    step("update", DASHBOARD, "demo", {}, {}),
    step("create", KEY, "acme-eu.app", new={}),
    step("update", POLICY, "acme.items", policy(), policy(ALLOWED)),
    step("update", POLICY, "acme.tools", policy(), UNKNOWN),
    step("create-replacement", FUNCTION, "acme.items", {}, {}),
    step("replace", FUNCTION, "acme.items", {}, {}),
    step("delete-replaced", FUNCTION, "acme.items", {}),
    step("delete", f"{TENANT}$aws:dynamodb/table:Table", "globex", {}, retainOnDelete=True),
    step("delete", f"{TENANT}$tenantry:index:Function", "globex.contact", {}),
]


def test_each_step_is_its_tenants_and_what_is_below_it() -> None:
    found = read(json.dumps({"steps": STEPS}))
    assert [(each.step, each.resource.owner, each.is_) for each in found.steps] == [
        (Step.CHANGED, "", "Dashboard demo"),
        (Step.CREATED, "acme-eu", "ApiKey acme-eu.app"),
        (Step.CHANGED, "acme", "RolePolicy acme.items"),
        (Step.CHANGED, "acme", "RolePolicy acme.tools"),
        (Step.REPLACED, "acme", "Function acme.items"),
        (Step.RETAINED, "globex", "Table globex"),
    ]


def test_the_same_view_as_without_the_engine() -> None:
    files = of_platform(load_platform(TENANTS), ())
    found = of_stack(files, files, "demo", read(json.dumps({"steps": STEPS})))
    by_tenant = {each.tenant: each for each in found.tenants}
    assert {slug: each.effect for slug, each in by_tenant.items()} == {
        "acme": Effect.INTERRUPTED,
        "acme-eu": Effect.CHANGED,
        "globex": Effect.CHANGED,
        "": Effect.CHANGED,
    }
    assert by_tenant["acme"].lines[:2] == (
        Line("role acme.items may now sqs:SendMessage on sqs queue", True),
        Line("what role acme.tools may do is known only after the update", True),
    )
    assert found.calls["apigateway:CreateApiKey"] == 1
    elsewhere = of_stack(files, files, "eu", read(json.dumps({"steps": []})))
    assert elsewhere.summary == "touches 0 of 0 tenants; +$0.00 a month"


def test_what_a_policy_gains_is_said_where_somebody_wrote_its_one_statement_without_a_list() -> None:
    """A refresh takes over into the state what was changed by hand."""
    files = of_platform(load_platform(TENANTS), ())
    old = {"policy": json.dumps({"Version": "2012-10-17", "Statement": ALLOWED})}
    new = policy(ALLOWED, {**ALLOWED, "Action": "sqs:DeleteMessage"})
    found = of_stack(
        files, files, "demo", read(json.dumps({"steps": [step("update", POLICY, "acme.items", old, new)]}))
    )
    [acme] = [each for each in found.tenants if each.tenant == "acme"]
    assert acme.lines[:1] == (Line("role acme.items may now sqs:DeleteMessage on sqs queue", True),)


def test_a_pooled_table_that_its_cell_leaves_is_said() -> None:
    files = of_platform(load_platform(TENANTS), ())
    left = step("delete", "tenantry:index:Cell$aws:dynamodb/table:Table", "demo", {}, retainOnDelete=True)
    found = of_stack(files, files, "demo", read(json.dumps({"steps": [left]})))
    [shared] = [each for each in found.tenants if not each.tenant]
    assert shared.lines == (Line("Table demo stays, is no longer used, and is still billed", True),)


def test_every_resource_of_a_tenant_is_known_by_its_urn() -> None:
    """A preview does not say what stays the same, parents among it."""
    for each in of_platform(load_platform(TENANTS)).resources.values():
        above = TENANT if each.owner else "tenantry:index:Cell"
        assert owner(f"{PREFIX}{above}${each.type}::{each.name}") == each.owner


def test_a_step_that_nobody_knows_is_refused_by_name() -> None:
    strange = step("discard", f"{TENANT}$aws:sqs/queue:Queue", "acme", {})
    with pytest.raises(Failed, match=r"the engine would discard urn:.*::acme, which this plan does not know"):
        read(json.dumps({"steps": [strange]}))


def test_where_there_is_no_engine_one_line_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Failed, match="there is no `pulumi` on PATH; run this where"):
        previewed("demo")


def test_a_digest_is_the_same_for_the_same_steps_alone() -> None:
    def digest(*steps: Any) -> str:
        return read(json.dumps({"steps": steps})).digest

    policy_step = step("update", POLICY, "acme.items", policy(), policy(ALLOWED))
    key_step = step("create", KEY, "acme-eu.app", new={})
    approved = digest(policy_step, key_step)
    assert digest(key_step, step("same", "pulumi:pulumi:Stack", "tenantry-own", {}), policy_step) == approved
    assert digest(policy_step) != approved
    assert digest(step("update", POLICY, "acme.items", policy(), policy()), key_step) != approved
    assert digest(policy_step, step("replace", KEY, "acme-eu.app", {}, {})) != approved
