"""Gather what each tenant's role holds: its inline and attached policies, and its boundary."""

import json
from dataclasses import dataclass
from functools import lru_cache

from tenantry.execution.registration import Registered
from tenantry.isolation.cells import RegisteredCell
from tenantry.isolation.evaluation import Holder
from tenantry.isolation.reading import EVERYTHING, ReadPolicy
from tenantry.rules.kinds.tokens import POLICY, ROLE, ROLE_POLICY, ROLE_POLICY_ATTACHMENT


@dataclass(frozen=True)
class Role:
    """`function` is the logical name, as `acme.items`."""

    tenant: str
    function: str
    name: str
    holder: Holder

    @property
    def group(self) -> str:
        return self.function.rpartition(".")[2]


def roles(cell: RegisteredCell) -> list[Role]:
    """Every role that hangs below a tenant, by tenant; the program registers in no certain order."""
    documents = {
        each.arn: ReadPolicy.read(each.inputs["name"], each.document("policy")) for each in cell.of(POLICY)
    }
    found = []
    for role in cell.of(ROLE):
        tenant = cell.owner(role)
        if tenant is not None:
            bound = role.inputs.get("permissionsBoundary")
            boundary = None if bound is None else documents.get(bound) or _unknown(bound)
            own, where = _own(cell, role, documents), cell.arns
            holder = _holder(own, boundary, where.account, where.region, role.arn)
            found.append(Role(tenant, role.name, role.inputs["name"], holder))
    return sorted(found, key=lambda role: (role.tenant, role.function))


@lru_cache(maxsize=32)
def _holder(
    own: tuple[ReadPolicy, ...], boundary: ReadPolicy | None, account: str, region: str, role: str
) -> Holder:
    """Whoever proves a cell again after a change finds most roles as they were."""
    return Holder(own, boundary, account, region, role)


def _own(cell: RegisteredCell, role: Registered, documents: dict[str, ReadPolicy]) -> tuple[ReadPolicy, ...]:
    inline = [
        ReadPolicy.read(each.inputs["name"], each.document("policy"))
        for each in cell.of(ROLE_POLICY)
        if each.inputs["role"] in role.spellings
    ]
    inline += [
        ReadPolicy.read(each["name"], json.loads(each["policy"]))
        for each in role.inputs.get("inlinePolicies") or []
    ]
    attached = [
        each.inputs["policyArn"]
        for each in cell.of(ROLE_POLICY_ATTACHMENT)
        if each.inputs["role"] in role.spellings
    ]
    attached += role.inputs.get("managedPolicyArns") or []
    return (*inline, *(documents.get(arn) or _unknown(arn) for arn in attached))


def _unknown(arn: str) -> ReadPolicy:
    """A policy that the program does not make may hold anything."""
    return ReadPolicy.read(arn, EVERYTHING)
