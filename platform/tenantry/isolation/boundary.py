"""The rule on the boundary: by itself, it stops everything that no function of the cell needs.

The boundary is judged as if it were a role's own policy, as it is for a role whose policy allows everything.
What one tenant's function may have and another's may not, no common boundary can distinguish.
"""

from collections.abc import Iterator

from agreed.secrets import SIGNING
from tenantry.execution.registration import Registered
from tenantry.groups import current
from tenantry.isolation import matrix, targets
from tenantry.isolation.cells import RegisteredCell
from tenantry.isolation.evaluation import Holder
from tenantry.isolation.leaks import Leak
from tenantry.isolation.reading import ReadPolicy
from tenantry.isolation.roles import Role
from tenantry.isolation.targets import Target, TargetKind, TenantPlace
from tenantry.rules.kinds.tokens import POLICY, ROLE

NOBODYS = (TargetKind.FUNCTIONS, TargetKind.ROLES, TargetKind.STAGES, TargetKind.TOPICS)


def a_boundary_stops_what_no_function_may_have(cell: RegisteredCell) -> Iterator[Leak]:
    bounding = {role.inputs.get("permissionsBoundary") for role in cell.of(ROLE)}
    for policy in cell.of(POLICY):
        if policy.arn in bounding:
            taken = Role("", "", f"boundary {policy.name}", _holder(cell, policy, cell.arns.iam("role/any")))
            squares = matrix.tried(taken, list(_forbidden(cell))).values()
            leaks = [leak for square in squares for leak in square.leaks.values()]
            yield from {leak.by: leak for leak in reversed(leaks)}.values()  # one of each statement


def a_boundary_opens_signing_keys_to_what_signs_alone(cell: RegisteredCell) -> Iterator[Leak]:
    """It distinguishes functions by the names of their roles; one of each statement that lets more in."""
    keys = [(slug, targets.secret(cell, cell.names.signing_secret(slug))) for slug in cell.slugs]
    policies = {each.arn: each for each in cell.of(POLICY)}
    found: dict[str, Leak] = {}
    for role in cell.of(ROLE):
        policy = policies.get(role.inputs.get("permissionsBoundary", ""))
        member = current().member(role.name.rpartition(".")[2])
        if policy is None or (member and member.function.reads(SIGNING)):
            continue
        taken = Role("", "", f"boundary {policy.name} of {role.name}", _holder(cell, policy, role.arn))
        for square in matrix.tried(taken, keys).values():
            found |= {leak.by: leak for leak in square.leaks.values()}
    yield from found.values()


def _holder(cell: RegisteredCell, policy: Registered, role: str) -> Holder:
    own = (ReadPolicy.read(policy.inputs["name"], policy.document("policy")),)
    return Holder(own, None, cell.arns.account, cell.arns.region, role)


def _forbidden(cell: RegisteredCell) -> Iterator[tuple[str, Target]]:
    for target in targets.shared(cell):
        yield "all tenants", target
    for slug in cell.slugs:
        for queue in current().queues:
            yield slug, Target(TargetKind.QUEUES, cell.arns.queue(cell.names.dead_letters(slug, queue.name)))
        yield slug, targets.secret(cell, cell.names.signing_secret(slug))
        for target in TenantPlace(cell, cell.names, slug).targets():
            if target.kind in NOBODYS:
                yield slug, target
