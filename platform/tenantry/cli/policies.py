"""`policies`: what the roles of people and workflows need to hold, for one stack."""

import re
from collections.abc import Callable
from typing import Annotated, Any

import typer

from tenantry.cli.output import print_json
from tenantry.cli.places import Region
from tenantry.config.domains import ZONE
from tenantry.errors import WrongInput
from tenantry.rules import operator_policies
from tenantry.rules.arns import Arns
from tenantry.rules.naming import Names

policies = typer.Typer(help="Print the IAM policies that a stack's operators need.", no_args_is_help=True)

Stack = Annotated[str, typer.Option("--stack", help="The stack that the policy is for.")]
Account = Annotated[str, typer.Option("--account", metavar="ID", help="The AWS account's twelve digits.")]


@policies.command("deploy")
def deploy(stack: Stack, account: Account, region: Region = None) -> None:
    """Of whoever runs `pulumi up`, beside the right to the state."""
    _print(operator_policies.deploy, stack, account, region)


@policies.command("zones")
def zones(
    stack: Stack,
    account: Account,
    zone: Annotated[list[str], typer.Option("--zone", metavar="ID", help="A hosted zone; repeat it.")],
    region: Region = None,
) -> None:
    """Of whoever runs `pulumi up` for domains that name their `zone`, beside `deploy`."""
    for each in zone:
        if not re.fullmatch(ZONE, each):
            raise WrongInput(f"--zone is {each!r}; write the hosted zone's id, such as Z0123456789ABC")
    _print(lambda names, arns: operator_policies.zones(names, arns, zone), stack, account, region)


@policies.command("preview")
def preview(stack: Stack, account: Account, region: Region = None) -> None:
    """Of whoever runs `pulumi preview`, beside the right to the state."""
    _print(operator_policies.preview, stack, account, region)


@policies.command("verify")
def verify(stack: Stack, account: Account, region: Region = None) -> None:
    """Of whoever runs `tenantry verify --stack`."""
    _print(operator_policies.verify, stack, account, region)


@policies.command("console")
def console(stack: Stack, account: Account, region: Region = None) -> None:
    """Of whoever runs `tenantry console --stack`."""
    _print(operator_policies.console, stack, account, region)


@policies.command("audit")
def audit(stack: Stack, account: Account, region: Region = None) -> None:
    """Of whoever changes tenants: to add to the stack's record, and to read it."""
    _print(_audit, stack, account, region)


def _audit(names: Names, arns: Arns) -> dict[str, Any]:
    from tenantry.operations.stores import Bucket
    from tenantry.operations.trail import kept

    lines, history = kept.stores(names.stack)
    if not isinstance(lines, Bucket):
        raise WrongInput(f"the record of {names.stack} is in a folder, {lines}; no policy of AWS is needed")
    engines = history if isinstance(history, Bucket) and history.bucket == lines.bucket else lines
    return operator_policies.audit(lines.bucket, lines.prefix, engines.prefix, arns)


def _print(
    policy: Callable[[Names, Arns], dict[str, Any]], stack: str, account: str, region: str | None
) -> None:
    from tenantry.operations import stacks

    if not re.fullmatch(r"[0-9]{12}", account):
        raise WrongInput(f"--account is {account!r}; write the account's twelve digits")
    found = stacks.find(stack, region)
    print_json(policy(found.names, Arns.of(found.region, account)))
