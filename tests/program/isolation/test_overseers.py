"""What a function that oversees may look at ends at its tenant, and the proof finds where it does not."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from agreed import environment
from tenantry.config import Cell as CellConfig
from tenantry.isolation.cells import SOMEWHERE as ARNS
from tenantry.isolation.cells import RegisteredCell, registered
from tenantry.isolation.proof import prove
from tenantry.rules.naming import Names
from tenantry.rules.policies import Statement, overseeing
from tests.support.mutations import Mutation, added, allow, found, granted, restated, set_variable

NAMES = Names("demo")
EU_LOG = ARNS.log_group(NAMES.access_log("acme-eu"))


@pytest.fixture(scope="module")
def overseen(cell: CellConfig) -> RegisteredCell:
    """Where acme and acme-eu have a portal."""
    tenants = tuple(
        each.model_copy(update={"routes": tuple(sorted({*each.routes, "portal"}))})
        if each.slug in ("acme", "acme-eu")
        else each
        for each in cell.tenants
    )
    return registered(cell.model_copy(update={"tenants": tenants}))


def variables(**values: Any) -> Mutation:
    return set_variable("Function", "acme.portal", "environment.variables", **values)


def usage_of(slug: str) -> Callable[[RegisteredCell], str]:
    return lambda cell: ARNS.usage(found(cell, "UsagePlan", slug).id)


def led_by(statement: Statement, key: str) -> None:
    """Lets it reach one partition more."""
    statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"].append(key)


MISTAKES: dict[str, tuple[Mutation, str]] = {
    "usage of every plan": (
        restated("acme.portal", "Usage", lambda each: each.update(Resource=ARNS.usage("*"))),
        "apigateway:GET on",
    ),
    "another tenant's usage": (
        lambda cell: granted("acme.portal", allow("apigateway:GET", usage_of("acme-eu")(cell)))(cell),
        "apigateway:GET on",
    ),
    "keys of its own plan, which show their values": (
        lambda cell: granted(
            "acme.portal",
            allow("apigateway:GET", ARNS.gateway(f"/usageplans/{found(cell, 'UsagePlan', 'acme').id}/keys")),
        )(cell),
        "Statement",
    ),
    "every access log": (
        restated("acme.portal", "Calls", lambda each: each.update(Resource=ARNS.log_group("/tenantry/*"))),
        "logs:FilterLogEvents on",
    ),
    "another tenant's access log": (
        restated("acme.portal", "Calls", lambda each: each["Resource"].append(EU_LOG)),
        "logs:FilterLogEvents on",
    ),
    "the name of another tenant's log": (
        variables(**{environment.ACCESS_LOG: NAMES.access_log("acme-eu")}),
        environment.ACCESS_LOG,
    ),
    "another tenant's plan": (
        lambda cell: variables(**{environment.USAGE_PLAN: found(cell, "UsagePlan", "acme-eu").id})(cell),
        environment.USAGE_PLAN,
    ),
    "names of another tenant's keys": (
        lambda cell: variables(
            **{environment.API_KEYS: json.dumps({found(cell, "ApiKey", "acme-eu.web").id: "web"})}
        )(cell),
        environment.API_KEYS,
    ),
    "groups that its file does not list": (variables(GROUPS='["portal","tokens"]'), environment.GROUPS),
    "clients of another tenant": (
        restated("acme.portal", "DeleteUpdate", lambda each: led_by(each, "acme-eu#tokens#client")),
        "dynamodb:DeleteItem on",
    ),
    "clients of its own tenant, which has no token endpoint": (
        restated("acme-eu.portal", "Put", lambda each: led_by(each, "acme-eu#tokens#client")),
        "works on acme-eu#tokens#client",
    ),
    "failures at the token endpoint, which are not clients": (
        restated("acme.portal", "DeleteUpdate", lambda each: led_by(each, "acme#tokens#failure")),
        "works on acme#tokens#failure",
    ),
    "a status that it does not have": (variables(STATUS="suspended"), "STATUS"),
    "a policy beside its own": (
        added(
            "acme.portal",
            "acme.portal.more",
            "aws:iam/rolePolicy:RolePolicy",
            name="more",
            role=NAMES.function("acme", "portal"),
            policy=json.dumps({"Statement": [allow("apigateway:POST", ARNS.gateway("/apikeys"))]}),
        ),
        "apigateway:POST on",
    ),
}


def test_it_holds_the_rights_to_its_own_log_and_plan_alone(overseen: RegisteredCell) -> None:
    assert prove(overseen).leaks == []
    for slug in ("acme", "acme-eu"):
        policy = found(overseen, "RolePolicy", f"{slug}.portal").document("policy")
        expected = overseeing(ARNS.log_and_streams(NAMES.access_log(slug)), usage_of(slug)(overseen))
        assert [each for each in policy["Statement"] if each["Sid"] in ("Calls", "Usage")] == list(expected)


def test_it_keeps_clients_where_the_file_lists_a_token_endpoint_alone(overseen: RegisteredCell) -> None:
    """acme's does; what is granted beside is the record of links, and the messages."""
    for slug, kept in (("acme", ["acme#tokens#client"]), ("acme-eu", [])):
        policy = found(overseen, "RolePolicy", f"{slug}.portal").document("policy")
        keys = [
            each["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
            for each in policy["Statement"]
            if "dynamodb" in str(each["Action"])
        ]
        granted_ = {key for some in keys for key in some}
        assert sorted(granted_) == sorted([f"{slug}#contact#message", f"{slug}#portal#link", *kept])


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_look_at_another_tenant_is_found(overseen: RegisteredCell, mistake: str) -> None:
    mutation, by = MISTAKES[mistake]
    leaks = [str(leak) for leak in prove(mutation(overseen)).leaks]
    assert [leak for leak in leaks if "acme" in leak and by in leak], leaks
