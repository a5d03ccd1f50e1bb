"""Each way in which an encryption key can be open to another tenant, or to a direct call, is found."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tenantry.isolation.cells import SOMEWHERE as ARNS
from tenantry.isolation.cells import RegisteredCell
from tests.support.leaks import decided
from tests.support.mutations import Mutation, added, found, set_input

Statement = dict[str, Any]
OTHERS = ARNS.iam("role/tenantry_demo_acme_items")
ACCOUNT = {"AWS": ARNS.iam("root")}


def restated(sid: str, change: Callable[[Statement], Any]) -> Mutation:
    """One statement of globex's key policy, changed in place."""

    def mutate(cell: RegisteredCell) -> RegisteredCell:
        document = found(cell, "Key", "globex").document("policy")
        [statement] = [each for each in document["Statement"] if each["Sid"] == sid]
        change(statement)
        return set_input("Key", "globex", policy=json.dumps(document))(cell)

    return mutate


def stated(**statement: Any) -> Mutation:
    """One statement more."""

    def mutate(cell: RegisteredCell) -> RegisteredCell:
        document = found(cell, "Key", "globex").document("policy")
        document["Statement"].append({"Sid": "More", "Effect": "Allow", "Resource": "*", **statement})
        return set_input("Key", "globex", policy=json.dumps(document))(cell)

    return mutate


def without(operator: str) -> Callable[[Statement], Any]:
    return lambda each: each["Condition"].pop(operator)


def callers(*arns: str) -> Callable[[Statement], Any]:
    return lambda each: (
        each["Condition"].update({"ArnLike": {"aws:PrincipalArn": list(arns)}})
        or each["Condition"].pop("ArnEquals")
    )


VIA = {"StringEquals": {"kms:ViaService": ARNS.regional("dynamodb")}}

KEY_POLICIES: dict[str, tuple[Mutation, str]] = {
    "no policy": (set_input("Key", "globex", policy=None), "policy/statement 1"),
    "open to everybody": (restated("DecryptItems", lambda each: each.update(Principal="*")), "DecryptItems"),
    "open to another account": (
        restated("Manage", lambda each: each.update(Principal={"AWS": "arn:aws:iam::111122223333:root"})),
        "Manage",
    ),
    "open to another tenant's role": (restated("DecryptItems", callers(OTHERS)), "DecryptItems"),
    "open to roles that begin alike": (
        restated("DecryptItems", callers(ARNS.iam("role/tenantry_demo_globex*"))),
        "DecryptItems",
    ),
    "open to roles that end alike": (
        restated("DecryptRuntimeSecret", callers(ARNS.iam("role/*_items"))),
        "DecryptRuntimeSecret",
    ),
    "open to every role of the account": (restated("DecryptItems", without("ArnEquals")), "DecryptItems"),
    "deployment open to functions": (restated("Deploy", without("ArnNotLike")), "Deploy"),
    "grants open to functions": (restated("Grant", without("ArnNotLike")), "Grant"),
    "decryption by a direct call": (restated("DecryptItems", without("StringEquals")), "DecryptItems"),
    "deployment by a direct call": (restated("Deploy", without("StringEquals")), "Deploy"),
    "through a service that keeps nothing": (
        restated(
            "Grant",
            lambda each: each["Condition"]["StringEquals"].update({"kms:ViaService": ARNS.regional("ec2")}),
        ),
        "Grant",
    ),
    "managers who decrypt": (restated("Manage", lambda each: each["Action"].append("kms:Decrypt")), "Manage"),
    "managers who make grants": (
        restated("Manage", lambda each: each.update(Action="kms:Create*")),
        "Manage",
    ),
    "managers who do anything": (restated("Manage", lambda each: each.update(Action="kms:*")), "Manage"),
    "managers who do anything but manage": (
        stated(Principal=ACCOUNT, NotAction=["kms:Describe*"], Condition=VIA),
        "More",
    ),
    "a role as principal": (stated(Principal={"AWS": OTHERS}, Action="kms:Decrypt", Condition=VIA), "More"),
    "logs of whoever": (restated("Logs", lambda each: each.pop("Condition")), "Logs"),
    "logs of another tenant": (
        restated(
            "Logs",
            lambda each: each["Condition"]["ArnEquals"].update(
                {"kms:EncryptionContext:aws:logs:arn": [ARNS.log_group("/tenantry/demo/acme/access")]}
            ),
        ),
        "Logs",
    ),
    "another service": (
        stated(Principal={"Service": "ec2.amazonaws.com"}, Action="kms:Decrypt"),
        "More",
    ),
}


@pytest.mark.parametrize("mistake", KEY_POLICIES)
def test_a_key_policy_that_is_too_wide_is_found(demo: RegisteredCell, mistake: str) -> None:
    mutation, sid = KEY_POLICIES[mistake]
    leaks = decided(mutation(demo))
    assert leaks
    assert {(each.who, each.by.removeprefix("policy/")) for each in leaks} == {
        ("Key globex", sid.removeprefix("policy/"))
    }


@pytest.mark.parametrize(
    ("kind", "name", "inputs"),
    [
        ("Secret", "acme-eu", {"kmsKeyId": ARNS.kms("key/globex-id")}),
        ("Secret", "globex", {"kmsKeyId": None}),
        ("Table", "globex", {"serverSideEncryption": {"enabled": False}}),
        ("LogGroup", "globex.items", {"kmsKeyId": None}),
        (
            "Table",
            "demo",
            {"serverSideEncryption": {"enabled": True, "kmsKeyArn": ARNS.kms("key/globex-id")}},
        ),
    ],
)
def test_what_is_under_anothers_key_or_not_under_its_own_is_found(
    demo: RegisteredCell, kind: str, name: str, inputs: dict[str, Any]
) -> None:
    found = {leak.who for leak in decided(set_input(kind, name, **inputs)(demo))}
    assert found == {f"{kind} {name}"}


def test_a_grant_beside_the_policy_is_found(demo: RegisteredCell) -> None:
    grant = added("globex.items", "more", "aws:kms/grant:Grant", keyId="globex-id", granteePrincipal=OTHERS)
    assert [each.who for each in decided(grant(demo))] == ["Grant more"]
