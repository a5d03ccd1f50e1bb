"""The rule on schedules: what runs by a tenant's clock is the same tenant's function."""

from collections.abc import Iterator

from tenantry.isolation.cells import RegisteredCell
from tenantry.isolation.functions import INVOKE
from tenantry.isolation.leaks import Leak, leak
from tenantry.rules.kinds.tokens import EVENT_RULE, EVENT_TARGET, FUNCTION


def a_schedule_runs_its_own_tenants_function(cell: RegisteredCell) -> Iterator[Leak]:
    """A target is bound to both ends: which rule it hangs on, and which function that rule runs."""
    rules = {name: cell.owner(each) for each in cell.of(EVENT_RULE) for name in each.spellings}
    functions = {name: cell.owner(each) for each in cell.of(FUNCTION) for name in each.spellings}
    for target in cell.of(EVENT_TARGET):
        rule, function = target.inputs.get("rule"), target.inputs.get("arn")
        ends = {rules.get(str(rule)), functions.get(str(function))}
        if ends != {cell.owner(target)} or None in ends:
            yield leak(target, INVOKE, str(function), f"the schedule {rule}")
