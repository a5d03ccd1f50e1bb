"""The rule on the boundary: it stops, by itself, whatever no function of the cell has any business with.

The boundary is judged as if it were a role's own policy, as it is for a role whose policy allows everything.
What one tenant's function may have and another's may not, no common boundary can distinguish.
"""

from collections.abc import Iterator

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
            own = (ReadPolicy.read(policy.inputs["name"], policy.document("policy")),)
            holder = Holder(own, None, cell.arns.account, cell.arns.region)
            taken = Role("", "", f"boundary {policy.name}", holder)
            squares = matrix.tried(taken, list(_forbidden(cell))).values()
            leaks = [leak for square in squares for leak in square.leaks.values()]
            yield from {leak.by: leak for leak in reversed(leaks)}.values()  # one of each statement


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
