"""`token` and `call`: what a tenant's client needs and does."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from tenantry.cli.local import Port
from tenantry.cli.output import FAILED, print_json, stdout
from tenantry.cli.tenants import TENANTS, AsJson, Folder
from tenantry.errors import Failed, WrongInput

if TYPE_CHECKING:
    import httpx

Slug = Annotated[str, typer.Argument(metavar="TENANT", help="The tenant's slug.")]
Scopes = Annotated[
    list[str] | None, typer.Option("--scope", help="A scope; repeat it. All of the tenant's, if left out.")
]
Subject = Annotated[str, typer.Option("--subject", help="Whom the token speaks of.")]
Lifetime = Annotated[int, typer.Option("--ttl", help="Seconds until it expires.")]
Stack = Annotated[
    str | None,
    typer.Option("--stack", help="A managed tenant on AWS, deployed as this stack, with your credentials."),
]
DEVELOPER = "developer"
HOUR = 3600


def token(
    slug: Slug,
    subject: Subject = DEVELOPER,
    scope: Scopes = None,
    ttl: Lifetime = HOUR,
    port: Port = None,
    stack: Stack = None,
    tenants: Folder = TENANTS,
) -> None:
    """Print a JWT, alone on stdout."""
    if stack is None:
        from tenantry.local import state, tokens

        typer.echo(tokens.token(state.find(port), slug, subject, scope, ttl))
    else:
        from tenantry.config import load_platform
        from tenantry.operations import deployed

        tenant = load_platform(tenants).tenant(slug)
        typer.echo(deployed.token(tenant, stack, subject, scope, ttl))


def call(
    slug: Slug,
    method: Annotated[str, typer.Argument(help="GET, POST, PUT, PATCH, DELETE …")],
    path: Annotated[str, typer.Argument(help="Below the tenant's URL, such as /items/orders.")],
    data: Annotated[str | None, typer.Option("--data", help="The body, as JSON.")] = None,
    header: Annotated[list[str] | None, typer.Option("--header", help="'Name: value'; repeat it.")] = None,
    key: Annotated[str | None, typer.Option("--key", help="Which API key, by name; the first.")] = None,
    scope: Scopes = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Make one call with the tenant's key and a token; show status, headers and body."""
    import httpx

    from tenantry.local import state, tokens

    platform = state.find(port)
    tenant = platform.tenant(slug)
    keys: dict[str, str] = tenant.shown["api_keys"]
    if key is not None and key not in keys:
        raise WrongInput(f"{slug} has no API key {key}; it has {', '.join(keys)}")
    if not path.startswith("/"):
        raise WrongInput(f"the path {path} does not begin with /")
    headers = {
        "x-api-key": keys[key or next(iter(keys))],
        "Authorization": f"Bearer {tokens.token(platform, slug, DEVELOPER, scope, HOUR)}",
        **_headers(header or []),
    }
    if data is not None:
        headers.setdefault("Content-Type", "application/json")
    try:
        answer = httpx.request(
            method.upper(),
            tenant.shown["url"] + path,
            headers=headers,
            content=data,
            timeout=30,
            trust_env=False,
        )
    except httpx.HTTPError as error:
        raise Failed(f"no answer from {tenant.shown['url']}: {error}") from error
    _show(answer, as_json)
    if answer.is_error:
        raise typer.Exit(FAILED)


def _headers(given: list[str]) -> dict[str, str]:
    headers = {}
    for each in given:
        name, colon, value = each.partition(":")
        if not colon:
            raise WrongInput(f"the header {name} has no value; write 'Name: value'")
        headers[name.strip()] = value.strip()
    return headers


def _show(answer: "httpx.Response", as_json: bool) -> None:
    try:
        body = answer.json() if answer.content else None
    except ValueError:
        body = answer.text
    if as_json:
        print_json({"status": answer.status_code, "headers": dict(answer.headers), "body": body})
        return
    out = stdout()
    out.print(
        f"{answer.status_code} {answer.reason_phrase}", style="red bold" if answer.is_error else "green bold"
    )
    for name, value in answer.headers.items():
        out.print(f"{name}: {value}", style="dim", markup=False, soft_wrap=True)
    if body is not None:
        out.print()
        text = body if isinstance(body, str) else json.dumps(body, indent=2, ensure_ascii=False)
        out.print(text, markup=False, soft_wrap=True)
