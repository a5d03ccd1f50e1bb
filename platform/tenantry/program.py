"""Load the files, then declare a cell with its tenants, a cell alone, or one tenant: the whole program.

`run` is what the Pulumi engine executes; the local platform calls `declare` with a deployment of its own.
"""

import json
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws

from tenantry import adoption, paths, settings, tenant_stacks
from tenantry.components import Cell, Tenant
from tenantry.components.cell import CellArgs
from tenantry.components.shared import Shared
from tenantry.components.tenant import TenantArgs
from tenantry.config import Cell as CellConfig
from tenantry.config import load_platform
from tenantry.config.addresses import is_email
from tenantry.config.capacity import require_room
from tenantry.config.key_values import KeyName
from tenantry.deployment import RUNBOOKS, Deployment
from tenantry.errors import Failed, WrongInput
from tenantry.gateway import contract
from tenantry.groups import current
from tenantry.last_update import NONE_YET, LastUpdate
from tenantry.packing import artifact, functions
from tenantry.removals import require_declared
from tenantry.rules.arns import Arns
from tenantry.rules.naming import Names, stack_and_tenant
from tenantry.wanted import LEAVING, WANTED, Project, leaves_rights


def run() -> None:
    """Declare what the stack's name and configuration say, and export what operators need of it.

    Raises:
        pulumi.RunError: tenants' files, stack configuration or artifacts are at fault; the engine shows the
            message without a stack trace.
    """
    try:
        outputs = configured(pulumi.Config())
    except (WrongInput, Failed) as error:
        raise pulumi.RunError(str(error)) from error
    for name, value in outputs.items():
        pulumi.export(name, value)


def configured(config: pulumi.Config) -> dict[str, Any]:
    """Register what the stack declares, by its name and configuration; answers the stack's outputs."""
    settings.require_the_projects_groups(config)
    names, tenant = stack_and_tenant(pulumi.get_stack())
    return _cell(config, names) if tenant is None else _tenant(config, names, tenant)


def _cell(config: pulumi.Config, names: Names) -> dict[str, Any]:
    """A cell with its tenants, or alone where they have stacks of their own."""
    own, alone = settings.CellSettings.read(config), config.get_bool("tenantStacks") or False
    cell = load_platform(paths.ROOT / own.tenants).cell(own.cell)
    declared = cell.model_copy(update={"tenants": ()}) if alone else cell
    allowed, last = settings.allowed(config), LastUpdate.of(_outputs(names.stack))
    tenant_stacks.require_where_they_are(last, alone, names)
    require_declared(last, cell, allowed, datetime.now(UTC).date())
    require_room(cell.name, last.everyone, [tenant.slug for tenant in cell.tenants], cell.stages_quota)
    deployment = _prepared(
        own,
        names,
        manage_account=config.get_bool("manageAccount") or False,
        adopt=adoption.adopted(declared, config, last, names),
        budget=settings.budget(config),
        key_values=settings.key_values(declared, config),
        last=last,
    )
    _require_sender(cell, deployment)
    shared = Cell(cell.name, CellArgs(deployment, contract.load(), cell.tenants))
    tenants = _of_tenants(declared, deployment, shared.shared)
    return {
        **_of_cell(cell, shared),
        **tenants,
        WANTED: _wanted(tenants["granted"], last),
        **tenant_stacks.exported(shared.shared, own),
        **(tenant_stacks.listed(cell) if alone else {}),
        "allowed": allowed,
        "left": adoption.left(declared, last),
    }


def _tenant(config: pulumi.Config, names: Names, slug: str) -> dict[str, Any]:
    """One tenant, on a cell that another stack declares."""
    settings.require_none_of_the_cell(config, names)
    shared, own = tenant_stacks.imported(_outputs(names.stack), names)
    allowed, last = settings.allowed(config), LastUpdate.of(_outputs(pulumi.get_stack()))
    cell = tenant_stacks.narrowed(load_platform(paths.ROOT / own.tenants).cell(own.cell), slug, last)
    require_declared(last, cell, allowed, datetime.now(UTC).date())
    deployment = _prepared(
        own,
        names,
        adopt=adoption.adopted(cell, config, last, names),
        key_values=settings.key_values(cell, config),
        last=last,
    )
    _require_sender(cell, deployment)
    tenant_stacks.require_the_cells_code(shared, deployment)
    tenants = _of_tenants(cell, deployment, shared)
    return {
        "cell": cell.name,
        **tenants,
        WANTED: _wanted(tenants["granted"], last),
        "allowed": allowed,
        "left": adoption.left(cell, last),
    }


def _outputs(stack: str) -> Any:
    """Of that stack's last update; plain values, in a preview too."""
    name = "/".join((pulumi.get_organization(), pulumi.get_project(), stack))
    return pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", {"name": name}).value["outputs"]


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
        **others,
    )


def _wanted(granted: pulumi.Output[str], last: LastUpdate) -> pulumi.Output[str]:
    """What `tenantry fleet` compares with the files."""
    digest = Project().digest(pulumi.get_stack())
    before = {slug: each.granted for slug, each in last.tenants.items()}
    leaving = granted.apply(lambda after: LEAVING if leaves_rights(before, json.loads(after)) else "")
    return pulumi.Output.unsecret(pulumi.Output.concat(digest, leaving))


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
    key_values: Mapping[KeyName, pulumi.Input[str]] | None = None,
    runbooks: str = RUNBOOKS,
    last: LastUpdate = NONE_YET,
    plain: bool = False,
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
        key_values=key_values or {},
        runbooks=runbooks,
        last=last,
    )


def declare(cell: CellConfig, deployment: Deployment, slugs: Collection[str] | None = None) -> dict[str, Any]:
    """Register every resource of the cell; answers the stack's outputs.

    Args:
        slugs: the tenants to register beside what all share, for who asks only of these. No tenant's own
            resource depends on another tenant.

    Raises:
        WrongInput: a tenant's messages are to be mailed, and there is no sender; nothing was registered.
    """
    _require_sender(cell, deployment)
    shared = Cell(cell.name, CellArgs(deployment, contract.load(), cell.tenants))
    return _of_cell(cell, shared) | _of_tenants(cell, deployment, shared.shared, slugs)


def _of_cell(cell: CellConfig, shared: Cell) -> dict[str, Any]:
    return {
        "cell": cell.name,
        "api": shared.api.id,
        "table": shared.table.name,
        "alarm_topic": shared.topic.arn,  # for operators to subscribe to
    }


def _of_tenants(
    cell: CellConfig, deployment: Deployment, shared: Shared, slugs: Collection[str] | None = None
) -> dict[str, Any]:
    """Register the tenants; answers what is exported of them."""
    tenants = {
        tenant.slug: Tenant(tenant.slug, TenantArgs(deployment, shared, tenant))
        for tenant in cell.tenants
        if slugs is None or tenant.slug in slugs
    }
    granted = pulumi.Output.json_dumps({slug: each.granted for slug, each in tenants.items()})
    return {
        "tenants": {slug: each.summary for slug, each in tenants.items()},
        # What the next update goes by. It is not secret; but so the engine prints none of its many lines.
        "granted": pulumi.Output.secret(granted),
    }


def _require_sender(cell: CellConfig, deployment: Deployment) -> None:
    sender = deployment.mail_from
    if sender is not None and not is_email(sender):
        raise WrongInput(
            f"tenantry:mailFrom is {sender!r}, no e-mail address; write one that SES has verified"
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
