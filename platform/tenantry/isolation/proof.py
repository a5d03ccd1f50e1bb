"""Prove one cell: what its roles hold, and how its parts are bound together."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from tenantry.isolation import (
    boundary,
    environments,
    functions,
    gateway,
    keys,
    matrix,
    owners,
    policies,
    queues,
    routes,
    schedules,
    settings,
    tables,
    understanding,
)
from tenantry.isolation.cells import RegisteredCell
from tenantry.isolation.leaks import Leak
from tenantry.isolation.matrix import RoleRow
from tenantry.isolation.reading import Unreadable

ProofRule = Callable[[RegisteredCell], Iterator[Leak]]

RULES: dict[str, ProofRule] = {
    "no role serves two functions": functions.no_role_serves_two_functions,
    "only its service assumes a role": functions.only_its_service_assumes_a_role,
    "a role of all tenants writes logs alone": functions.a_role_of_all_tenants_writes_logs_alone,
    "every role has the cell's boundary": functions.every_role_has_the_cells_boundary,
    "only its own stage or schedule invokes a function": (
        functions.only_its_own_stage_or_schedule_invokes_a_function
    ),
    "a boundary stops what no function may have": boundary.a_boundary_stops_what_no_function_may_have,
    "a boundary opens signing keys to what signs alone": (
        boundary.a_boundary_opens_signing_keys_to_what_signs_alone
    ),
    "an environment names what is its own tenant's": environments.an_environment_names_its_own_tenants,
    "an environment names nothing of another tenant's": (
        environments.an_environment_names_nothing_of_another_tenants
    ),
    "an environment sends no call elsewhere": environments.an_environment_sends_no_call_elsewhere,
    "a stage calls its own tenant's functions": gateway.a_stage_calls_its_own_tenants_functions,
    "a route leads to its stage's function alone": routes.a_route_leads_to_its_stages_function_alone,
    "a method asks for what its route needs": routes.a_method_asks_for_what_its_route_needs,
    "a verdict is on key and token together": routes.a_verdict_is_on_key_and_token_together,
    "a stage logs to its own tenant's group": gateway.a_stage_logs_to_its_own_tenants_group,
    "a mapping leads to its own tenant's stage": gateway.a_mapping_leads_to_its_own_tenants_stage,
    "a record leads to its own domain": gateway.a_record_leads_to_its_own_domain,
    "a plan opens its own tenant's stage alone": gateway.a_plan_opens_its_own_tenants_stage_alone,
    "a key is in its own tenant's plan alone": gateway.a_key_is_in_its_own_tenants_plan_alone,
    "a topic is open to services alone": policies.a_topic_is_open_to_services_alone,
    "a topic notifies people alone": policies.a_topic_notifies_people_alone,
    "a function mails its own tenant's address alone": (
        policies.a_function_mails_its_own_tenants_address_alone
    ),
    "a queue feeds its own tenant's function": queues.a_queue_feeds_its_own_tenants_function,
    "a schedule runs its own tenant's function": schedules.a_schedule_runs_its_own_tenants_function,
    "dead letters stay with their tenant": queues.dead_letters_stay_with_their_tenant,
    "a table has no index": tables.a_table_has_no_index,
    "no policy beside the roles' lets anybody in": policies.no_policy_beside_the_roles_lets_anybody_in,
    "a key serves its own tenant's roles alone": keys.a_key_serves_its_own_tenants_roles_alone,
    "a key is used through its services alone": keys.a_key_is_used_through_services_alone,
    "what a tenant keeps is under its own key": keys.what_a_tenant_keeps_is_under_its_own_key,
    "a reference leads to its own tenant's or the cell's": (
        understanding.a_reference_leads_to_its_own_tenants_or_the_cells
    ),
    "every resource is as its tenant's file says": settings.every_resource_is_as_its_tenants_file_says,
    "no change of what grants is ignored": understanding.no_change_of_what_grants_is_ignored,
    "every type of resource is understood": understanding.every_type_of_resource_is_understood,
    "every input is understood": understanding.every_input_is_understood,
}

ROLES_ARE_READ = "every role's policies are read"
# What inputs of another shape than the program's bring about, and policies that are none.
UNREADABLE = (AttributeError, KeyError, TypeError, ValueError, Unreadable)


@dataclass(frozen=True)
class Proof:
    """`rules` holds the leaks that break a rule, by what the rule says."""

    cell: str
    rows: tuple[RoleRow, ...]
    rules: dict[str, tuple[Leak, ...]]

    @property
    def leaks(self) -> list[Leak]:
        held = [leak for row in self.rows for square in row.others.values() for leak in square.leaks.values()]
        return held + [leak for broken in self.rules.values() for leak in broken]

    @property
    def tried(self) -> int:
        return sum(square.tried for row in self.rows for square in row.others.values())

    def shown(self) -> dict[str, Any]:
        """For programs."""
        return {
            "cell": self.cell,
            "tried": self.tried,
            "roles": [_shown(row) for row in self.rows],
            "rules": {rule: [asdict(leak) for leak in broken] for rule, broken in self.rules.items()},
            "leaks": [str(leak) for leak in self.leaks],
        }


def prove(cell: RegisteredCell) -> Proof:
    rules = {said: tuple(_judged(cell, said, rule)) for said, rule in RULES.items()}
    try:
        rows = tuple(matrix.rows(cell))
    except UNREADABLE as error:
        rows, rules[ROLES_ARE_READ] = (), (_undecided(cell, ROLES_ARE_READ, error),)
    return Proof(cell.names.stack, rows, rules)


def _judged(cell: RegisteredCell, said: str, rule: ProofRule) -> Iterator[Leak]:
    try:
        for leak in rule(cell):
            yield replace(leak, whose=leak.whose or owners.named(cell, leak), why=said)
    except UNREADABLE as error:
        yield _undecided(cell, said, error)


def _undecided(cell: RegisteredCell, said: str, error: Exception) -> Leak:
    """A rule that cannot read what is registered has proven nothing, so that is a leak too."""
    return Leak(f"cell {cell.names.stack}", "may be", "open", f"{type(error).__name__} {error}", why=said)


def _shown(row: RoleRow) -> dict[str, Any]:
    return {
        "role": row.role.name,
        "tenant": row.role.tenant,
        "own": dict(row.own),
        "others": {
            kind.value: {
                "decision": "LEAK" if square.leaks else "denied",
                "tried": square.tried,
                "decided_by": matrix.deciders(square),
                "leaks": [asdict(leak) for leak in square.leaks.values()],
            }
            for kind, square in row.others.items()
        },
    }
