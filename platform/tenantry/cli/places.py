"""Choose where a command works: on the local platform, unless a stack on AWS is named."""

from typing import TYPE_CHECKING, Annotated

import typer

from tenantry.errors import WrongInput

if TYPE_CHECKING:
    from tenantry.operations.places import Place

Slug = Annotated[str, typer.Argument(metavar="TENANT", help="The tenant's slug.")]
Port = Annotated[
    int | None,
    typer.Option("--port", min=1, max=65535, help="The port of the local platform, if several run."),
]
StackOption = Annotated[
    str | None,
    typer.Option(
        "--stack", help="The stack on AWS, reached with your credentials; default: the local platform."
    ),
]
Region = Annotated[
    str | None,
    typer.Option("--region", help="The stack's AWS Region; default: that of Pulumi.STACK.yaml."),
]


def chosen(stack: str | None, region: str | None, port: int | None, slug: str | None = None) -> "Place":
    """The place that the options name.

    Raises:
        WrongInput: the options contradict each other, or `slug` is not a slug or
            not a tenant of the local platform.
        StateError: no local platform runs.
    """
    if slug is not None:
        require_slug(slug)
    if stack is None:
        if region is not None:
            raise WrongInput("--region is the Region of a stack; give --stack too")
        return _local(port, slug)
    if port is not None:
        raise WrongInput("--port names a local platform, --stack one on AWS; give one of them")
    from tenantry.operations import places, stacks

    return places.on_aws(stacks.find(stack, region))


def _local(port: int | None, slug: str | None) -> "Place":
    from tenantry.local import state
    from tenantry.local.places import place

    platform = state.find(port)
    if slug is not None:
        platform.tenant(slug)  # says which there are, if not this one
    return place(platform)


def require_slug(text: str) -> None:
    """`acme/signing` would name another resource of acme's."""
    from tenantry.config.slugs import SLUG_RULE, is_slug

    if not is_slug(text):
        raise WrongInput(f"{text!r} cannot be a slug; use {SLUG_RULE}")
