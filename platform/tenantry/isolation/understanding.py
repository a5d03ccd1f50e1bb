"""Rules on what the proof knows: every type and input has its row, and what refers to another stays inside.

What no row understands may open anything, so that is a leak by itself. Each rule yields what breaks it.
"""

from collections import defaultdict
from collections.abc import Iterator

from tenantry.isolation.cells import RegisteredCell
from tenantry.isolation.leaks import Leak, leak
from tenantry.rules.kinds import KINDS
from tenantry.rules.kinds.tokens import COMPONENTS, STACK

ANYTHING = "perhaps anything"
Named = dict[tuple[str, str], set[str | None]]
"""The owners of what a type and an ARN, id or name stand for."""


def every_type_of_resource_is_understood(cell: RegisteredCell) -> Iterator[Leak]:
    """Of whatever provider. A component is nothing but what lies below it."""
    for each in cell.resources:
        if each.type != STACK and not each.type.startswith(COMPONENTS) and each.type not in KINDS:
            yield leak(each, ANYTHING, each.arn, f"{each.type}, which this proof does not read")


def every_input_is_understood(cell: RegisteredCell) -> Iterator[Leak]:
    for each in cell.of(*KINDS):
        for path in KINDS[each.type].strange(each.inputs):
            yield leak(each, ANYTHING, each.arn, f"{path} of {each.type}, which this proof does not read")


def no_change_of_what_grants_is_ignored(cell: RegisteredCell) -> Iterator[Leak]:
    """Of an input whose changes are ignored, AWS may have another value than the one proven here."""
    for each in cell.of(*KINDS):
        kind = KINDS[each.type]
        leading = {path.partition(".")[0] for path in (*kind.policies, *kind.judged, *kind.references)}
        for name in sorted(leading.intersection(each.ignored)):
            yield leak(each, ANYTHING, each.arn, f"{name} of {each.type}, whose changes are ignored")


def a_reference_leads_to_its_own_tenants_or_the_cells(cell: RegisteredCell) -> Iterator[Leak]:
    """To no other tenant's, and to nothing that the program does not make."""
    named = _named(cell)
    for each in cell.of(*KINDS):
        within = {cell.owner(each), None}
        for path, token, value in KINDS[each.type].referred(each.inputs):
            if not named[token, str(value)] & within:
                yield leak(each, "works", str(value), f"{path} of {each.type}")


def _named(cell: RegisteredCell) -> Named:
    named: Named = defaultdict(set)
    for each in cell.of(*KINDS):
        owner = cell.owner(each)
        for spelling in each.spellings:
            named[each.type, spelling].add(owner)
    return named
