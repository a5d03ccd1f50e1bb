"""Load the files, then declare a cell with its tenants, a cell alone, or one tenant: the whole program.

`run` is what the Pulumi engine executes; the local platform calls `declare` with a deployment of its own.
"""

import json
import os
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws

from tenantry import adoption, paths, releases, settings, tenant_stacks, turns
from tenantry.components import Cell, Tenant
from tenantry.components.cell import CellArgs
from tenantry.components.shared import Shared
from tenantry.components.tenant import TenantArgs
from tenantry.config import Cell as CellConfig
from tenantry.config import load_platform
from tenantry.config.addresses import is_email
from tenantry.config.capacity import require_room
from tenantry.config.domains import CellDomain, require_let_go
from tenantry.config.key_values import KeyName
from tenantry.deployment import RUNBOOKS, Deployment
from tenantry.errors import Failed, WrongInput
from tenantry.gateway import contract
from tenantry.gateway.body import gateway_body
from tenantry.gateway.contract import Document
from tenantry.groups import current
from tenantry.holds import Holds
from tenantry.last_update import INSTEAD_OF, NONE_YET, LastUpdate, of_releases
from tenantry.outputs import stack_outputs
from tenantry.packing import artifact, functions
from tenantry.recording import Recording
from tenantry.releases import Release, Releases
from tenantry.removals import require_declared
from tenantry.rules.arns import Arns
from tenantry.rules.naming import Names, stack_and_tenant
from tenantry.wanted import LEAVING, Project, leaves_rights

Begun = Callable[[CellConfig], None]
"""Called in an update, before the first resource is registered; what it raises ends the update."""


def run(begun: Begun = lambda _: None) -> None:
    """Declare what the stack's name and configuration say, and export what operators need of it.

    Raises:
        pulumi.RunError: tenants' files, stack configuration or artifacts are at fault; the engine shows the
            message without a stack trace.
    """
    recording = Recording()
    turns.shared_by_the_fleet()
    digest = _digest()
    try:
        outputs = configured(pulumi.Config(), begun, holds=Holds.given(os.environ))
    except (WrongInput, Failed) as error:
        raise pulumi.RunError(str(error)) from error
    last = LastUpdate.of(stack_outputs(pulumi.get_stack()))
    recording.export(_wanted(digest, outputs["granted"], last))
    for name, value in outputs.items():
        pulumi.export(name, value)


def configured(
    config: pulumi.Config,
    begun: Begun = lambda _: None,
    known: LastUpdate | None = None,
    holds: Holds | None = None,
) -> dict[str, Any]:
    """Register what the stack declares, by its name and configuration; answers the stack's outputs.

    Args:
        known: the last update, for who has no engine to ask for it.
        holds: what holds in this update; None where the last one says.
    """
    settings.require_the_projects_groups(config)
    names, tenant = stack_and_tenant(pulumi.get_stack())
    if tenant is not None:
        return _tenant(config, names, tenant, begun, holds)
    last = tenant_stacks.last_of_cell(names) if known is None else known
    return _cell(config, names, begun, last, holds)


def _cell(
    config: pulumi.Config, names: Names, begun: Begun, last: LastUpdate, holds: Holds | None
) -> dict[str, Any]:
    """A cell with its tenants, or alone where they have stacks of their own."""
    own, alone = settings.CellSettings.read(config), config.get_bool("tenantStacks") or False
    cell = settings.served(load_platform(paths.ROOT / own.tenants).cell(own.cell), own)
    declared = cell.model_copy(update={"tenants": ()}) if alone else cell
    allowed = settings.allowed(config)
    tenant_stacks.require_where_they_are(last, alone, names)
    require_declared(last, cell, allowed, datetime.now(UTC).date())
    require_room(cell.name, last.everyone, [tenant.slug for tenant in cell.tenants], cell.stages_quota)
    require_let_go({slug: each.addresses for slug, each in last.tenants.items()}, cell.tenants_addresses)
    deployment = _prepared(
        own,
        names,
        domain=cell.domain,
        manage_account=config.get_bool("manageAccount") or False,
        adopt=adoption.adopted(declared, config, last, names),
        budget=settings.budget(config),
        key_values=settings.key_values(declared, config),
        last=last,
        releases=tenant_stacks.releases_of_a_cell(config, alone),
        holds=holds,
    )
    _require_sender(cell, deployment)
    document = contract.load()
    kept = releases_of(cell, deployment, document)
    _begin(cell, begun)
    shared = Cell(cell.name, CellArgs(deployment, document, cell.tenants, kept))
    tenants = _of_tenants(declared, deployment, shared.shared, kept)
    return {
        **_of_cell(cell, shared, kept),
        **tenants,
        **_leading(cell, shared.domains | tenants["domains"]),
        **tenant_stacks.exported(shared.shared, own, cell.domain),
        **(tenant_stacks.listed(cell) if alone else {}),
        "allowed": allowed,
        "left": adoption.left(declared, last),
    }


def _tenant(
    config: pulumi.Config, names: Names, slug: str, begun: Begun, holds: Holds | None
) -> dict[str, Any]:
    """One tenant, on a cell that another stack declares."""
    settings.require_none_of_the_cell(config, names)
    of_cell = stack_outputs(names.stack)
    shared, own = tenant_stacks.imported(of_cell, names)
    allowed, last = settings.allowed(config), LastUpdate.of(stack_outputs(pulumi.get_stack()))
    last = replace(last, releases=of_releases(of_cell).releases)
    whole = settings.served(load_platform(paths.ROOT / own.tenants).cell(own.cell), own)
    cell = tenant_stacks.narrowed(whole, slug, last)
    tenant_stacks.require_its_domain(of_cell, cell.domain, names)
    require_declared(last, cell, allowed, datetime.now(UTC).date())
    deployment = _prepared(
        own,
        names,
        domain=cell.domain,
        adopt=adoption.adopted(cell, config, last, names),
        key_values=settings.key_values(cell, config),
        last=last,
        releases=settings.releases(config),
        holds=holds,
    )
    _require_sender(cell, deployment)
    newest = _newest(deployment, contract.load())
    tenant_stacks.require_known_to_the_cell(newest, last.releases, names)
    if pulumi.runtime.is_dry_run():
        shared = shared.foreseen(newest, cell.domain.name if cell.domain else None)
    kept = _resolved(newest, cell, deployment)
    _begin(cell, begun)
    tenants = _of_tenants(cell, deployment, shared, kept)
    return {
        "cell": cell.name,
        **tenants,
        **_leading(cell, tenants["domains"]),
        "allowed": allowed,
        "left": adoption.left(cell, last),
    }


def _begin(cell: CellConfig, begun: Begun) -> None:
    if not pulumi.runtime.is_dry_run():
        begun(cell)


def _prepared(own: settings.CellSettings, names: Names, **others: Any) -> Deployment:
    return prepare(
        cell=own.cell,
        stack=names.stack,
        arns=_where(),
        target=own.target,
        log_level=own.log_level,
        mail_from=own.mail_from,
        runbooks=own.runbooks,
        plain=own.plain,
        now=this_minute(),
        **others,
    )


def _digest() -> str:
    """Of the files as they are before they are loaded: what is saved from then on is another update's.

    Empty where one cannot be read; loading reports that, with all else that is wrong.
    """
    with suppress(WrongInput):
        return Project().digest(pulumi.get_stack())
    return ""


def _wanted(digest: str, granted: pulumi.Output[str], last: LastUpdate) -> pulumi.Output[str]:
    """The digest, with a mark where the next update has rights to take away."""
    before = {slug: each.granted for slug, each in last.tenants.items()}
    leaving = granted.apply(lambda after: LEAVING if leaves_rights(before, json.loads(after)) else "")
    return pulumi.Output.concat(digest, leaving)


def prepare(
    cell: str,
    stack: str,
    arns: Arns,
    target: artifact.LambdaTarget,
    log_level: str = "INFO",
    manage_account: bool = False,
    mail_from: str | None = None,
    adopt: tuple[str, ...] = (),
    budget: int | None = None,
    domain: CellDomain | None = None,
    key_values: Mapping[KeyName, pulumi.Input[str]] | None = None,
    runbooks: str = RUNBOOKS,
    last: LastUpdate = NONE_YET,
    plain: bool = False,
    releases: Mapping[str, str] | None = None,
    holds: Holds | None = None,
    now: str = "",
    build: Path = paths.BUILD,
) -> Deployment:
    """Build code and layer, unless they are built already, and say where they go.

    Args:
        plain: both as they are, neither compiled nor cut (docs/decisions/0005).
        build: where the code is kept; the layer, which takes a package index, is kept for all.
    """
    packed = functions.pack(current(), target, build, plain=plain)
    return Deployment(
        cell=cell,
        names=Names(stack),
        arns=arns,
        target=target,
        code=packed.code,
        layer=packed.layer,
        group_layers=packed.group_layers,
        log_level=log_level,
        manage_account=manage_account,
        mail_from=mail_from,
        adopt=adopt,
        budget=budget,
        domain=domain,
        key_values=key_values or {},
        runbooks=runbooks,
        last=last,
        releases=releases or {},
        holds=holds,
        now=now,
    )


def this_minute() -> str:
    """As a release's time is written."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%MZ")


def declare(cell: CellConfig, deployment: Deployment, slugs: Collection[str] | None = None) -> dict[str, Any]:
    """Register every resource of the cell; answers the stack's outputs.

    Args:
        slugs: the tenants to register beside what all share, for who asks only of these. No tenant's own
            resource depends on another tenant.

    Raises:
        WrongInput: a tenant's messages are to be mailed, and there is no sender; or a tenant is to run a
            release that is not kept, or that cannot run. Nothing was registered.
    """
    _require_sender(cell, deployment)
    document = contract.load()
    kept = releases_of(cell, deployment, document)
    shared = Cell(cell.name, CellArgs(deployment, document, cell.tenants, kept))
    tenants = _of_tenants(cell, deployment, shared.shared, kept, slugs)
    leading = _leading(cell, shared.domains | tenants["domains"])
    return {**_of_cell(cell, shared, kept), **tenants, **leading}


def _leading(cell: CellConfig, domains: Mapping[str, Any]) -> dict[str, Any]:
    """Where the record of each domain has to lead, and of which the stack makes the records itself."""
    return {"domains": dict(domains), "records": sorted(cell.zoned & domains.keys())}


def _of_cell(cell: CellConfig, shared: Cell, kept: Releases) -> dict[str, Any]:
    return {
        "cell": cell.name,
        "api": shared.api.id,
        "table": shared.table.name,
        "alarm_topic": shared.topic.arn,  # for operators to subscribe to
        # What the next update goes by. It is not secret; but so the engine prints none of its many lines.
        "releases": pulumi.Output.secret(json.dumps([each.as_json() for each in kept.kept])),
    }


def _of_tenants(
    cell: CellConfig,
    deployment: Deployment,
    shared: Shared,
    kept: Releases,
    slugs: Collection[str] | None = None,
) -> dict[str, Any]:
    """Register the tenants; answers what is exported of them."""
    tenants = {
        tenant.slug: Tenant(tenant.slug, TenantArgs(deployment, shared, tenant, kept.runs[tenant.slug]))
        for tenant in cell.tenants
        if slugs is None or tenant.slug in slugs
    }
    granted = pulumi.Output.json_dumps({slug: each.granted for slug, each in tenants.items()})
    leading = {name: target for each in tenants.values() for name, target in each.domains.items()}
    return {
        "domains": leading,
        "tenants": {slug: each.summary | _held(kept, slug) for slug, each in tenants.items()},
        "granted": pulumi.Output.secret(granted),  # for the next update, as releases are
    }


def _held(kept: Releases, slug: str) -> dict[str, str]:
    """For the next update, and for `tenantry fleet list`."""
    return {INSTEAD_OF: kept.instead[slug]} if slug in kept.instead else {}


def releases_of(cell: CellConfig, deployment: Deployment, document: Document) -> Releases:
    """Those that the cell keeps with this update, and which its tenants run.

    Raises:
        WrongInput: a tenant is to run a release that is not kept, or that cannot run.
    """
    newest = _newest(deployment, document)
    if not deployment.last.asked:
        return Releases((newest,), {tenant.slug: newest for tenant in cell.tenants})
    return _resolved(newest, cell, deployment)


def _newest(deployment: Deployment, document: Document) -> Release:
    here = gateway_body(document, deployment.names.cell, deployment.arns)
    anywhere = gateway_body(document, "", Arns("aws", "", ""))
    return releases.made(
        deployment.code,
        {"": deployment.layer, **deployment.group_layers},
        deployment.target,
        (releases.digest_of(here), releases.digest_of(anywhere)),
        current(),
        deployment.last.releases,
        deployment.now,
    )


def _resolved(newest: Release, cell: CellConfig, deployment: Deployment) -> Releases:
    last, today = deployment.last, releases.served(current())
    holds = deployment.holds
    if holds is None:
        holds = Holds(off=frozenset(last.instead.values()))
    return releases.resolved(
        newest,
        last.releases,
        cell,
        deployment.releases,
        last.runs,
        today,
        holds,
        last.run_elsewhere,
        last.instead,
    )


def _require_sender(cell: CellConfig, deployment: Deployment) -> None:
    sender = deployment.mail_from
    if sender is not None and not is_email(sender):
        raise WrongInput(
            f"tenantry:mailFrom is {sender!r}, which is not an e-mail address; "
            "write one that SES has verified"
        )
    mailed = [tenant.slug for tenant in cell.tenants if tenant.mails]
    if mailed and sender is None:
        raise WrongInput(
            f"{', '.join(mailed)}: messages are to be mailed, and this stack has no sender; "
            "set tenantry:mailFrom to an address that SES has verified, or name a webhook"
        )


def _where() -> Arns:
    """Account and Region of the provider; plain values, known in a preview too."""
    return Arns(
        partition=aws.get_partition().partition,
        region=aws.get_region().region,
        account=aws.get_caller_identity().account_id,
    )
