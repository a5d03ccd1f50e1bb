"""Load the files, then declare one cell with its tenants: the whole Pulumi program.

`run` is what the Pulumi engine executes; the local platform calls `declare` with a deployment of its own.
"""

import json
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws

from tenantry import adoption, paths, settings
from tenantry.components import Cell, Tenant
from tenantry.components.cell import CellArgs
from tenantry.components.tenant import TenantArgs
from tenantry.config import Cell as CellConfig
from tenantry.config import load_platform
from tenantry.config.addresses import is_email
from tenantry.config.capacity import require_room
from tenantry.config.key_values import KeyName, setting
from tenantry.deployment import RUNBOOKS, Deployment
from tenantry.errors import Failed, WrongInput
from tenantry.gateway import contract
from tenantry.groups import current
from tenantry.last_update import NONE_YET, LastUpdate
from tenantry.packing import artifact, functions
from tenantry.recording import Recording
from tenantry.removals import require_declared
from tenantry.rules.arns import Arns
from tenantry.rules.naming import Names
from tenantry.wanted import LEAVING, Project, leaves_rights


def run() -> None:
    """Declare the cell that the stack's configuration names, and export what operators need of it.

    Raises:
        pulumi.RunError: tenants' files, stack configuration or artifacts are at fault; the engine shows the
            message without a stack trace.
    """
    recording = Recording()
    try:
        outputs = configured(pulumi.Config())
    except (WrongInput, Failed) as error:
        raise pulumi.RunError(str(error)) from error
    recording.export(_wanted(outputs["granted"], _last_update()))
    for name, value in outputs.items():
        pulumi.export(name, value)


def configured(config: pulumi.Config) -> dict[str, Any]:
    """Register the cell that the stack's configuration names; answers the stack's outputs."""
    settings.require_the_projects_groups(config)
    own = artifact.this_machine()
    target = artifact.LambdaTarget(
        config.get("runtime") or own.runtime, config.get("architecture") or "arm64"
    )
    platform = load_platform(paths.ROOT / (config.get("tenants") or "tenants"))
    cell = platform.cell(config.require("cell"))
    allowed = settings.allowed(config)
    last = _last_update()
    require_declared(last, cell, allowed, datetime.now(UTC).date())
    require_room(cell.name, last.tenants, [tenant.slug for tenant in cell.tenants], cell.stages_quota)
    deployment = prepare(
        cell=cell.name,
        stack=pulumi.get_stack(),
        arns=_where(),
        target=target,
        log_level=config.get("logLevel") or "INFO",
        manage_account=config.get_bool("manageAccount") or False,
        mail_from=config.get("mailFrom"),
        adopt=adoption.adopted(cell, config, last),
        budget=settings.budget(config),
        key_values=_key_values(cell, config),
        runbooks=settings.runbooks(config),
        last=last,
        plain=config.get_bool("plainArtifacts") or False,
    )
    return declare(cell, deployment) | {"allowed": allowed, "left": adoption.left(cell, last)}


def _wanted(granted: pulumi.Output[str], last: LastUpdate) -> pulumi.Output[str]:
    """The digest, with a mark where the next update has rights to take away."""
    digest = Project().digest(pulumi.get_stack())
    before = {slug: each.granted for slug, each in last.tenants.items()}
    leaving = granted.apply(lambda after: LEAVING if leaves_rights(before, json.loads(after)) else "")
    return pulumi.Output.concat(digest, leaving)


def _last_update() -> LastUpdate:
    """Of this very stack; a plain value, in a preview too."""
    name = "/".join((pulumi.get_organization(), pulumi.get_project(), pulumi.get_stack()))
    answer = pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", {"name": name}).value
    return LastUpdate.of(answer["outputs"])


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
    tenants = {
        tenant.slug: Tenant(tenant.slug, TenantArgs(deployment, shared, tenant))
        for tenant in cell.tenants
        if slugs is None or tenant.slug in slugs
    }
    granted = pulumi.Output.json_dumps({slug: each.granted for slug, each in tenants.items()})
    return {
        "cell": cell.name,
        "api": shared.api.id,
        "table": shared.table.name,
        "alarm_topic": shared.topic.arn,  # for operators to subscribe to
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


def _key_values(cell: CellConfig, config: pulumi.Config) -> dict[KeyName, pulumi.Input[str]]:
    """Those that the stack's file holds, encrypted; of keys that the files list."""
    keys = [(tenant.slug, name) for tenant in cell.tenants for name in tenant.api_keys]
    found = {key: config.get_secret(setting(key)) for key in keys}
    return {key: value for key, value in found.items() if value is not None}


def _where() -> Arns:
    """Account and Region of the provider; plain values, known in a preview too."""
    return Arns(
        partition=aws.get_partition().partition,
        region=aws.get_region().region,
        account=aws.get_caller_identity().account_id,
    )
