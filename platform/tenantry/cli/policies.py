"""`policies`: the policies that the roles of people and workflows need, for one stack."""

import re
from collections.abc import Callable
from typing import Annotated, Any

import typer

from tenantry.cli.output import print_json
from tenantry.cli.places import Region
from tenantry.errors import WrongInput
from tenantry.rules import operator_policies
from tenantry.rules.arns import Arns
from tenantry.rules.naming import Names

policies = typer.Typer(help="Print the IAM policies that a stack's operators need.", no_args_is_help=True)

Stack = Annotated[str, typer.Option("--stack", help="The stack that the policy is for.")]
Account = Annotated[str, typer.Option("--account", metavar="ID", help="The AWS account's twelve digits.")]


@policies.command("deploy")
def deploy(stack: Stack, account: Account, region: Region = None) -> None:
    """For running `pulumi up`; access to the state is needed besides."""
    _print(operator_policies.deploy, stack, account, region)


@policies.command("zones")
def zones(
    stack: Stack,
    account: Account,
    zone: Annotated[
        list[str], typer.Option("--zone", metavar="ID", help="The id of a hosted zone; repeatable.")
    ],
    region: Region = None,
) -> None:
    """For running `pulumi up` where domains name their `zone`; needed besides `deploy`."""
    from tenantry.config.domains import ZONE

    for each in zone:
        if not re.fullmatch(ZONE, each):
            raise WrongInput(f"--zone is {each!r}; write the hosted zone's id, such as Z0123456789ABC")
    _print(lambda names, arns: operator_policies.zones(names, arns, zone), stack, account, region)


@policies.command("preview")
def preview(stack: Stack, account: Account, region: Region = None) -> None:
    """For running `pulumi preview`; access to the state is needed besides."""
    _print(operator_policies.preview, stack, account, region)


@policies.command("drift")
def drift(stack: Stack, account: Account, region: Region = None) -> None:
    """For running `tenantry fleet drift`; access to the state is needed besides."""
    _print(operator_policies.drift, stack, account, region)


@policies.command("verify")
def verify(stack: Stack, account: Account, region: Region = None) -> None:
    """For running `tenantry verify --stack`."""
    _print(operator_policies.verify, stack, account, region)


@policies.command("console")
def console(stack: Stack, account: Account, region: Region = None) -> None:
    """For running `tenantry console --stack`."""
    _print(operator_policies.console, stack, account, region)


@policies.command("audit")
def audit(stack: Stack, account: Account, region: Region = None) -> None:
    """For changing tenants: it allows adding to the stack's record, and reading it."""
    _print(_audit, stack, account, region)


def _audit(names: Names, arns: Arns) -> dict[str, Any]:
    from tenantry.operations.stores import Bucket
    from tenantry.operations.trail import kept

    lines, history = kept.stored(names.stack)
    if not isinstance(lines, Bucket):
        raise WrongInput(f"the record of {names.stack} is in a folder, {lines}; it needs no AWS policy")
    begins = []
    if history and isinstance(history.store, Bucket) and history.store.bucket == lines.bucket:
        begins = [history.store.prefix + each for each in history.begins]
    return operator_policies.audit(lines.bucket, lines.prefix, begins, arns)


def _print(
    policy: Callable[[Names, Arns], dict[str, Any]], stack: str, account: str, region: str | None
) -> None:
    from tenantry.operations import stacks

    if not re.fullmatch(r"[0-9]{12}", account):
        raise WrongInput(f"--account is {account!r}; write the account's twelve digits")
    found = stacks.find(stack, region)
    print_json(policy(found.names, Arns.of(found.region, account)))
