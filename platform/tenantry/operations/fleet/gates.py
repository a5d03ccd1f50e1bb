"""Ask CloudWatch, and each front door, whether a ring's tenants do as well as before."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from tenantry.config.rings import Gate
from tenantry.last_update import run_by
from tenantry.operations.fleet.journals import now
from tenantry.operations.fleet.listing import FleetStack
from tenantry.operations.fleet.works import place
from tenantry.operations.metering.alarm_states import alarms
from tenantry.operations.metering.figures import glances
from tenantry.operations.metering.metric_data import Window
from tenantry.operations.running import Running, survey
from tenantry.rollout.verdicts import Fared, Ringing, complaints, rung

_MINUTE = 60
_BEFORE = timedelta(hours=1)


def judged(gate: Gate, stacks: Sequence[FleetStack], began: datetime) -> list[str]:
    """Reasons not to go on, tenant by tenant.

    Raises:
        Failed: AWS refuses, or a stack or one of its tenants is not deployed.
    """
    found: list[str] = []
    start = _minute(began)
    for stack in stacks:
        running = survey(place(stack))
        slugs = [slug for slug, _ in stack.tenants]
        for slug in running.incomplete:
            if slug in slugs:
                running.tenant(slug)  # raises: nobody can say how it does
        before = _fared(running, slugs, Window(start - _BEFORE, start, _MINUTE))
        after = _fared(
            running, slugs, Window(start, max(_minute(now()), start + timedelta(minutes=1)), _MINUTE)
        )
        found += complaints(gate, before, after)
        states = alarms(running.place, slugs)
        ringing = [
            Ringing(slug, each.condition, each.since)
            for slug in slugs
            for each in states.get(slug, ())
            if each.state == "ALARM"
        ]
        found += rung(gate, ringing, began)
        if gate.calls:
            found += _called(running, slugs, stack)
    return found


def _fared(running: Running, slugs: Sequence[str], window: Window) -> dict[str, Fared]:
    there = [each for each in running.tenants if each.slug in slugs]
    found = glances(running, there, window)
    return {slug: Fared(each.requests, each.server_errors, each.p99) for slug, each in found.items()}


def _called(running: Running, slugs: Sequence[str], stack: FleetStack) -> list[str]:
    """Of what the stack declares alone: tenants on the cell whose turn is in a later ring run the release
    before.
    """
    from tenantry.verification.places import SHARED, of_stack

    declared = slugs if stack.tenant else [SHARED, *slugs]
    if not declared:  # its tenant is removed
        return []
    held = bool(run_by(stack.backend.outputs(stack.name))[1])  # since the update
    report = of_stack(running.place, declared, call=True, held=held, environment=stack.backend.environment)
    return [
        f"{each.tenant or 'what all share'}: {each.resource} {each.property} is {each.found}, "
        f"not {each.expected}"
        for each in report.findings
        if not each.passing
    ]


def _minute(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(second=0, microsecond=0)
