"""Load the files, then declare one cell with its tenants: the whole Pulumi program.

`run` is what the Pulumi engine executes; the local platform calls `declare` with a deployment of its own.
"""

import re
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws

from tenantry import paths
from tenantry.components import Cell, Tenant
from tenantry.components.cell import CellArgs
from tenantry.components.tenant import TenantArgs
from tenantry.config import Cell as CellConfig
from tenantry.config import load_platform
from tenantry.config.addresses import is_email
from tenantry.deployment import RUNBOOKS, Deployment
from tenantry.errors import Failed, WrongInput
from tenantry.gateway import contract
from tenantry.groups import current
from tenantry.groups.folders import listed
from tenantry.packing import artifact, functions
from tenantry.removals import LastUpdate, require_declared
from tenantry.rules.arns import Arns
from tenantry.rules.naming import Names


def run() -> None:
    """Declare the cell that the stack's configuration names, and export what operators need of it.

    Raises:
        pulumi.RunError: tenants' files, stack configuration or artifacts are at fault; the engine shows the
            message without a stack trace.
    """
    try:
        outputs = _declared(pulumi.Config())
    except (WrongInput, Failed) as error:
        raise pulumi.RunError(str(error)) from error
    for name, value in outputs.items():
        pulumi.export(name, value)


def _declared(config: pulumi.Config) -> dict[str, Any]:
    _require_the_projects_groups(config)
    own = artifact.this_machine()
    target = artifact.LambdaTarget(
        config.get("runtime") or own.runtime, config.get("architecture") or "arm64"
    )
    platform = load_platform(paths.ROOT / (config.get("tenants") or "tenants"))
    cell = platform.cell(config.require("cell"))
    allowed = _allowed(config)
    require_declared(_last_update(), cell, allowed, datetime.now(UTC).date())
    deployment = prepare(
        cell=cell.name,
        stack=pulumi.get_stack(),
        arns=_where(),
        target=target,
        log_level=config.get("logLevel") or "INFO",
        manage_account=config.get_bool("manageAccount") or False,
        mail_from=config.get("mailFrom"),
        adopt=_adopted(cell, config),
        budget=_budget(config.get("budget")),
        runbooks=_runbooks(config),
        plain=config.get_bool("plainArtifacts") or False,
    )
    return declare(cell, deployment) | {"allowed": allowed}


def _last_update() -> LastUpdate:
    """Of this very stack; a plain value, in a preview too."""
    name = "/".join((pulumi.get_organization(), pulumi.get_project(), pulumi.get_stack()))
    answer = pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", {"name": name}).value
    return LastUpdate.of(answer["outputs"])


def _allowed(config: pulumi.Config) -> list[str]:
    """Raises WrongInput: it is not a list of texts."""
    entries = _list(config, "allow")
    if entries is None:
        raise WrongInput("tenantry:allow is not a list; write one, such as [acme/api-keys/web]")
    return sorted(set(entries))


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
    runbooks: str = RUNBOOKS,
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
        runbooks=runbooks,
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
        tenant.slug: Tenant(tenant.slug, TenantArgs(deployment, shared, tenant)).summary
        for tenant in cell.tenants
        if slugs is None or tenant.slug in slugs
    }
    return {
        "cell": cell.name,
        "api": shared.api.id,
        "table": shared.table.name,
        "alarm_topic": shared.topic.arn,  # for operators to subscribe to
        "tenants": tenants,
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


def _budget(written: str | None) -> int | None:
    """Raises WrongInput: it is not a whole number of dollars."""
    if written is None:
        return None
    if not written.isascii() or not written.isdigit() or int(written) == 0:
        raise WrongInput(
            f"tenantry:budget is {written!r}; write US dollars a month, as a whole number, or leave it out"
        )
    return int(written)


def _adopted(cell: CellConfig, config: pulumi.Config) -> tuple[str, ...]:
    """Tenants whose silo tables an earlier deploy left behind; importing what is imported changes nothing.

    Raises:
        WrongInput: it is not a list, or names what has no table of its own in this cell.
    """
    slugs = _list(config, "adopt")
    if slugs is None:
        raise WrongInput("tenantry:adopt is not a list of slugs; write one, such as [initech]")
    silos = [tenant.slug for tenant in cell.tenants if tenant.isolation == "silo"]
    for slug in slugs:
        if slug not in silos:
            what = f"tenantry:adopt names {slug!r}, which has no table of its own in cell {cell.name}"
            raise WrongInput(f"{what}; those that have one: {', '.join(silos) or 'none'}")
    return tuple(slugs)


def _list(config: pulumi.Config, name: str) -> list[str] | None:
    """Empty where it is not set; None where it is no list of texts."""
    try:
        found = config.get_object(name)
    except pulumi.ConfigTypeError:
        return None
    if found is None:
        return []
    return found if isinstance(found, list) and all(isinstance(each, str) for each in found) else None


def _require_the_projects_groups(config: pulumi.Config) -> None:
    """The engine lets a stack's file replace that list, and commands that know no stack would not see it.

    Raises:
        WrongInput: the stack's file lists folders of groups.
    """
    try:
        found = config.get_object("groups")
    except pulumi.ConfigTypeError:
        found = config.get("groups")
    if found is not None and found != listed():
        raise WrongInput("tenantry:groups is the project's; set it in Pulumi.yaml, not in the stack's file")


def _runbooks(config: pulumi.Config) -> str:
    """Where the runbooks' page is.

    Raises:
        WrongInput: an anchor cannot be added to it.
    """
    address = config.get("runbooks") or RUNBOOKS
    if not re.fullmatch(r"[^\s#]{1,500}", address):
        raise WrongInput(
            f"tenantry:runbooks is {address!r}; write the address of the page, without blanks and without #"
        )
    return address


def _where() -> Arns:
    """Account and Region of the provider; plain values, known in a preview too."""
    return Arns(
        partition=aws.get_partition().partition,
        region=aws.get_region().region,
        account=aws.get_caller_identity().account_id,
    )
