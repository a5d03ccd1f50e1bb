"""Verify a place: a stack on AWS by its own configuration, or the local platform by its own files."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi.runtime.config import set_all_config

from tenantry import paths, program
from tenantry.config import Cell, Tenant, load_platform
from tenantry.deployment import Deployment
from tenantry.errors import WrongInput
from tenantry.last_update import NONE_YET, LastUpdate
from tenantry.operations import kept_releases, stacks
from tenantry.operations.aws import refusals_reported
from tenantry.operations.kept_releases import NOTHING_MORE
from tenantry.operations.places import Place
from tenantry.problems import unknown
from tenantry.rules.arns import Arns
from tenantry.verification.calls import tried
from tenantry.verification.deployed import deployed
from tenantry.verification.doubts import Settled, settled
from tenantry.verification.findings import Finding, findings
from tenantry.verification.reading import Reading

SHARED = ""  # beside slugs: what all tenants share


@dataclass(frozen=True, slots=True)
class Report:
    """`compared` counts the resources that were read; `doubts` are what a whole stack on AWS says of them."""

    place: str
    compared: int
    findings: tuple[Finding, ...]
    doubts: tuple[Settled, ...]


def of_stack(
    place: Place,
    tenants: Collection[str],
    call: bool,
    held: bool = False,
    environment: Mapping[str, str] = NOTHING_MORE,
    record: LastUpdate | None = None,
) -> Report:
    """Of the cell and the settings that the stack's file names.

    Args:
        tenants: slugs, and `SHARED`; empty for everything.
        held: whether a rollback may hold tenants, which the stack's record alone says.
        environment: of the engine, which reads that record.
        record: what somebody read there who has the right to; then it is not asked.

    Raises:
        WrongInput: the configuration or the tenants' files are wrong, or name no such tenant.
        Failed: AWS refuses, code and layer cannot be packed, or tenants run different releases and the
            stack's record cannot be read.
    """
    config = stacks.settings(place.names.stack)
    folder = paths.ROOT / config.get("tenantry:tenants", "tenants")
    if place.cell is None:
        raise WrongInput(
            f"Pulumi.{place.names.stack}.yaml has no tenantry:cell; write the cell that it deploys"
        )
    cell = load_platform(folder).cell(place.cell)
    with refusals_reported(place.region):
        identity = place.client("sts").get_caller_identity()
    partition = identity["Arn"].split(":")[1]
    arns = Arns(partition, place.region, identity["Account"])

    last = NONE_YET
    held = held or (record is not None and bool(record.instead))
    if held or "tenantry:releases" in config or any(tenant.release for tenant in cell.tenants):
        last = record or kept_releases.of_stack(place.names, paths.ROOT, environment)

    def configured() -> dict[str, Any]:
        # Nothing is updated here: neither what may be taken away nor by which stack is asked.
        left_out = {"tenantry:allow", "tenantry:tenantStacks"}
        set_all_config({name: value for name, value in config.items() if name not in left_out})
        return program.configured(pulumi.Config(), known=last)

    return _report(place, arns, configured, cell, tenants, call, on_aws=True)


def of_deployment(
    place: Place, cell: Cell, deployment: Deployment, tenants: Collection[str], call: bool
) -> Report:
    """Of a deployment that is known, as the local platform's is."""
    return _report(
        place, deployment.arns, lambda: program.declare(cell, deployment), cell, tenants, call, on_aws=False
    )


def _report(
    place: Place,
    arns: Arns,
    declare: Callable[[], dict[str, Any]],
    cell: Cell,
    slugs: Collection[str],
    call: bool,
    on_aws: bool,
) -> Report:
    chosen = _chosen(cell, slugs)
    reading = Reading(place.names, arns, place.client, place.url)
    with refusals_reported(place.region):
        there = deployed(declare, place.names.stack, reading)
        every = list(findings(there, reading))
        doubts = tuple(settled(there, every, reading)) if on_aws else ()
    if call:
        every += tried(there, chosen, place.called)
    shown = tuple(each for each in every if not slugs or each.tenant in slugs)
    read = [each for each in there if not slugs or each.owner in slugs]
    return Report(str(place), len(read), shown, doubts)


def _chosen(cell: Cell, slugs: Collection[str]) -> Sequence[Tenant]:
    known = {tenant.slug: tenant for tenant in cell.tenants}
    for slug in slugs:
        if slug not in (SHARED, *known):
            raise WrongInput(unknown("tenant", slug, known))
    return [tenant for slug, tenant in known.items() if not slugs or slug in slugs]
