"""`token` and `call`: what a tenant's client needs and does."""

import re
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tenantry.cli.output import FAILED, harmless, json_text, print_json, stdout
from tenantry.cli.places import Port, Region, Slug
from tenantry.cli.tenants import TENANTS, AsJson, Folder, platform_for
from tenantry.errors import Failed, WrongInput

if TYPE_CHECKING:
    import httpx

    from tenantry.local.state import LocalTenant

Scopes = Annotated[
    list[str] | None, typer.Option("--scope", help="A scope; repeat it. All of the tenant's, if left out.")
]
Subject = Annotated[str, typer.Option("--subject", help="Whom the token speaks of.")]
Lifetime = Annotated[int, typer.Option("--ttl", help="Seconds until it expires.")]
ManagedStack = Annotated[
    str | None,
    typer.Option("--stack", help="A managed tenant on AWS, deployed as this stack, with your credentials."),
]
DEVELOPER = "developer"
HOUR = 3600

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110's token: methods and names of headers
_VALUE = re.compile(r"[\t -~]*")  # what HTTP/1.1 carries without an agreement on its encoding


def token(
    slug: Slug,
    subject: Subject = DEVELOPER,
    scope: Scopes = None,
    ttl: Lifetime = HOUR,
    port: Port = None,
    stack: ManagedStack = None,
    region: Region = None,
    tenants: Folder = TENANTS,
) -> None:
    """Print a JWT, alone on stdout."""
    if stack is None:
        if region is not None:
            raise WrongInput("--region says where a stack is; give --stack too")
        from tenantry.local import state, tokens

        typer.echo(tokens.token(state.find(port), slug, subject, scope, ttl))
    else:
        from tenantry.operations import deployed, stacks

        where = stacks.find(stack, region)
        tenant = platform_for(tenants, slug).tenant(slug)
        typer.echo(deployed.token(tenant, where, subject, scope, ttl))


def call(
    slug: Slug,
    method: Annotated[str, typer.Argument(help="GET, POST, PUT, PATCH, DELETE …")],
    path: Annotated[str, typer.Argument(help="Below the tenant's URL, such as /items/orders.")],
    data: Annotated[
        str | None, typer.Option("--data", help="The body, as JSON; @FILE reads a file, - reads stdin.")
    ] = None,
    header: Annotated[list[str] | None, typer.Option("--header", help="'Name: value'; repeat it.")] = None,
    key: Annotated[str | None, typer.Option("--key", help="Which API key, by name; the first.")] = None,
    scope: Scopes = None,
    curl: Annotated[
        bool, typer.Option("--curl", help="Print the call as a command for curl instead of making it.")
    ] = False,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Make one call with the tenant's key and a token; show status, headers and body."""
    from tenantry.local import state, tokens

    _require_request_line(method, path)
    given = _headers(header or [])
    platform = state.find(port)
    tenant = platform.tenant(slug)
    headers = {
        "x-api-key": _api_key(tenant, key),
        "authorization": f"Bearer {tokens.token(platform, slug, DEVELOPER, scope, HOUR)}",
        **given,
    }
    body = None if data is None else _body(data)
    if body is not None:
        headers.setdefault("content-type", "application/json")
    if curl:
        typer.echo(_curl(method.upper(), tenant.shown["url"] + path, headers, body))
        return
    answer = _answer(method.upper(), tenant.shown["url"], path, headers, body)
    _show(answer, as_json)
    if answer.is_error:
        raise typer.Exit(FAILED)


def env(
    slug: Slug,
    key: Annotated[str | None, typer.Option("--key", help="Which API key, by name; the first.")] = None,
    scope: Scopes = None,
    ttl: Lifetime = HOUR,
    port: Port = None,
) -> None:
    """Print address, key and token of a local tenant, for `eval "$(...)"` or a file `.env`."""
    from tenantry.local import state, tokens

    platform = state.find(port)
    tenant = platform.tenant(slug)
    values = {
        "API_URL": tenant.shown["url"],
        "API_KEY": _api_key(tenant, key),
        "API_TOKEN": tokens.token(platform, slug, DEVELOPER, scope, ttl),
    }
    for name, value in values.items():
        typer.echo(f"export {name}={shlex.quote(value)}")


def _require_request_line(method: str, path: str) -> None:
    if not _NAME.fullmatch(method):
        raise WrongInput(f"{method!r} cannot be a method; use one word, such as GET")
    if not path.startswith("/"):
        raise WrongInput(f"the path {path} does not begin with /")


def _body(data: str) -> bytes:
    if data == "-":
        return sys.stdin.buffer.read()
    if not data.startswith("@"):
        return data.encode()
    file = Path(data[1:])
    try:
        return file.read_bytes()
    except OSError as error:
        raise WrongInput(f"{file} cannot be read: {error.strerror}; --data @FILE names a file") from error


def _curl(method: str, url: str, headers: dict[str, str], body: bytes | None) -> str:
    """A line of a shell's; it holds the key and the token."""
    command = ["curl", "--request", method, url]
    for name, value in headers.items():
        command += ["--header", f"{name}: {value}"]
    if body is not None:
        command += ["--data-raw", body.decode(errors="surrogateescape")]
    return shlex.join(command)


def _headers(given: list[str]) -> dict[str, str]:
    """By name in lower case, so that one that is given replaces ours."""
    headers = {}
    for each in given:
        name, colon, value = (part.strip(" \t") for part in each.partition(":"))
        if not colon:
            raise WrongInput(f"the header {name} has no value; write 'Name: value'")
        if not _NAME.fullmatch(name):
            raise WrongInput(f"{name!r} cannot be a header's name; use letters, digits and hyphens")
        if not _VALUE.fullmatch(value):
            raise WrongInput(f"the header {name} has a value that HTTP cannot carry; use printable ASCII")
        if name.lower() == "content-length":
            raise WrongInput("content-length follows from --data; leave the header out")
        headers[name.lower()] = value
    return headers


def _api_key(tenant: "LocalTenant", name: str | None) -> str:
    keys: dict[str, str] = tenant.shown["api_keys"]
    if name is not None and name not in keys:
        raise WrongInput(f"{tenant.slug} has no API key {name}; it has {', '.join(keys)}")
    return keys[name or next(iter(keys))]


def _answer(
    method: str, url: str, path: str, headers: dict[str, str], data: bytes | None
) -> "httpx.Response":
    import httpx

    try:
        return httpx.request(method, url + path, headers=headers, content=data, timeout=30, trust_env=False)
    except (httpx.InvalidURL, httpx.LocalProtocolError, UnicodeEncodeError) as error:
        raise WrongInput(f"this cannot be sent: {error}; correct the path, the headers or --data") from error
    except httpx.HTTPError as error:
        raise Failed(f"no answer from {url}: {error}") from error


def _show(answer: "httpx.Response", as_json: bool) -> None:
    try:
        body = answer.json() if answer.content else None
    except ValueError:
        body = answer.text
    if as_json:
        print_json({"status": answer.status_code, "headers": dict(answer.headers), "body": body})
        return
    out = stdout()
    status = harmless(f"{answer.status_code} {answer.reason_phrase}")
    out.print(status, style="red bold" if answer.is_error else "green bold")
    for name, value in answer.headers.items():
        out.print(harmless(f"{name}: {value}"), style="dim", soft_wrap=True)
    if body is not None:
        out.print()
        text = body if isinstance(body, str) else json_text(body)
        out.print("\n".join(map(harmless, text.split("\n"))), soft_wrap=True)
