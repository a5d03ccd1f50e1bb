"""Count the calls that a change costs, and how long AWS's rates let them take at least."""

from collections import Counter
from collections.abc import Iterable, Mapping

from tenantry.local.engine.changes import Step
from tenantry.planning.steps import Stepped
from tenantry.rules.call_rates import SECONDS, counted
from tenantry.rules.kinds import KINDS

FLUSH = "apigateway:FlushStageAuthorizersCache"  # of each tenant of a cell that changes, when all is done


def calls(stepped: Iterable[Stepped]) -> Counter[str]:
    """By operation, such as `lambda:CreateFunction`."""
    found: Counter[str] = Counter()
    for each in stepped:
        of = KINDS[each.resource.type].calls
        if each.step in (Step.CREATED, Step.REPLACED):
            found.update(of.make)
        if each.step is Step.CHANGED:
            found.update(of.change)
        if each.step is Step.REMOVED or (each.step is Step.REPLACED and not each.resource.retained):
            found.update(of.remove)
    return found


def seconds(number: Mapping[str, int]) -> float:
    """What the slowest of the rates allows; operations and services wait beside each other."""
    return max((count * SECONDS[rate] for rate, count in counted(number).items()), default=0)
