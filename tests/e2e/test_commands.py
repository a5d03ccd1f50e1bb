"""`status`, `token` and `call` on the platform that runs."""

import io
import json
import re
import shlex
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest

from tenantry.local import description
from tests.support.command import Command, Run
from tests.support.platform import Platform, Tenant

Ran = Callable[..., tuple[int, str, str]]
SHOWN = ["tenant", *description.SHOWN]


@pytest.fixture
def ran(platform: Platform, command: Command, run: Run) -> Ran:
    """A command on the shared platform: exit code, stdout and stderr."""

    def ran(*arguments: str) -> tuple[int, str, str]:
        code, out, err = run(command, *arguments)
        if arguments[0] == "token" and code == 0:
            platform.minted.append(out.strip())
        return code, out, err

    return ran


def claims(token: str) -> dict[str, Any]:
    return dict(jwt.decode(token.strip(), options={"verify_signature": False}))


def test_status_tells_programs_all_they_need(ran: Ran, platform: Platform) -> None:
    code, out, err = ran("status", "--json")
    shown = json.loads(out)
    assert (code, err, list(shown)) == (0, "", ["endpoint", "cell", "tenants"])
    assert (shown["endpoint"], shown["cell"]) == (platform.local.endpoint, "demo")
    assert [list(tenant) for tenant in shown["tenants"]] == [SHOWN] * 3
    told = {
        tenant["tenant"]: [tenant[name] for name in ("tier", "status", "routes", "auth", "isolation")]
        for tenant in shown["tenants"]
    }
    assert told == {
        "acme": ["gold", "active", ["contact", "items", "tokens", "tools"], "managed", "pooled"],
        "acme-eu": ["bronze", "active", ["items"], "jwks", "pooled"],
        "globex": ["silver", "active", ["contact", "items"], "oidc", "silo"],
    }
    for tenant in shown["tenants"]:
        assert tenant["url"].startswith(f"{shown['endpoint']}/")
        assert list(tenant["api_keys"]) == ["web"]


def test_status_tells_people_addresses_and_keys(ran: Ran, acme: Tenant) -> None:
    code, out, _ = ran("status")
    assert code == 0
    assert all(text in out for text in ("acme-eu", "globex", acme.url, acme.key))


def test_status_shows_one_tenant_alone(ran: Ran, acme: Tenant) -> None:
    shown = json.loads(ran("status", "acme", "--json")[1])
    assert [(each["tenant"], each["url"]) for each in shown["tenants"]] == [("acme", acme.url)]
    code, _, err = ran("status", "acm")
    assert (code, "did you mean acme?" in err) == (2, True)


def test_env_gives_a_shell_all_that_a_call_takes(ran: Ran, platform: Platform) -> None:
    code, out, err = ran("env", "acme-eu")
    given = dict(line.removeprefix("export ").split("=", 1) for line in out.splitlines())
    platform.minted.append(given["API_TOKEN"])
    assert (code, err, list(given)) == (0, "", ["API_URL", "API_KEY", "API_TOKEN"])
    headers = {"x-api-key": given["API_KEY"], "authorization": f"Bearer {given['API_TOKEN']}"}
    url = f"{given['API_URL']}/items/orders"
    assert httpx.get(url, headers=headers, trust_env=False).status_code == 200


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl on PATH")
def test_a_call_is_printed_for_curl_as_it_would_be_made(ran: Ran, platform: Platform) -> None:
    body = '{"customer": "Ada\'s $HOME"}'
    code, out, err = ran("call", "acme", "POST", "/items/curled", "--data", body, "--curl")
    assert (code, err, out.count("\n")) == (0, "", 1)
    [token] = re.findall(r"Bearer ([\w.-]+)", out)
    platform.minted.append(token)
    quiet = [*shlex.split(out), "--silent", "--noproxy", "*"]
    made = subprocess.run(quiet, capture_output=True, text=True, timeout=30, check=True)
    assert json.loads(made.stdout)["customer"] == "Ada's $HOME"


def test_a_body_comes_from_a_file_or_from_stdin(
    ran: Ran, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "body.json"
    file.write_text('{"customer": "Grace"}')
    calls = ("call", "acme", "POST", "/items/files", "--json", "--data")
    assert json.loads(ran(*calls, f"@{file}")[1])["body"]["customer"] == "Grace"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b'{"customer": "Joan"}')))
    assert json.loads(ran(*calls, "-")[1])["body"]["customer"] == "Joan"
    code, _, err = ran(*calls, f"@{tmp_path / 'nowhere'}")
    assert (code, "nowhere cannot be read: No such file" in err.replace("\n", " ")) == (2, True)


@pytest.mark.parametrize("slug", ["acme", "acme-eu", "globex"])
def test_a_token_stands_alone_and_opens_the_tenants_routes(platform: Platform, ran: Ran, slug: str) -> None:
    code, out, err = ran("token", slug)
    assert (code, err, len(out.split())) == (0, "", 1)
    tenant = platform.tenants[slug]
    said, audience = claims(out), tenant.local.audience
    assert (said["iss"], said["aud"], said["sub"]) == (audience.issuer, audience.audience, "developer")
    assert (said["exp"] - said["iat"], abs(said["iat"] - time.time()) < 10) == (3600, True)
    groups = [group for group in tenant.routes if group in ("items", "tools")]  # those with scopes
    assert set(said["scope"].split()) == {f"{group}:{way}" for group in groups for way in ("read", "write")}
    assert tenant.call("GET", "/items/orders", token=out.strip()).status_code == 200


def test_a_token_says_what_was_asked_for(ran: Ran) -> None:
    options = ["--subject", "ann", "--scope", "items:read", "--scope", "tools:read", "--ttl", "60"]
    said = claims(ran("token", "acme", *options)[1])
    assert (said["sub"], said["scope"], said["exp"] - said["iat"]) == ("ann", "items:read tools:read", 60)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--subject", ""], "a token without a subject would be refused"),
        (
            ["--scope", "items:reed"],
            "there is no scope 'items:reed'; did you mean items:read? there are",
        ),
    ],
)
def test_a_token_that_would_open_nothing_is_refused(ran: Ran, options: list[str], message: str) -> None:
    code, out, err = ran("token", "acme", *options)
    assert (code, out) == (2, "")
    assert message in err


@pytest.mark.parametrize("ttl", ["86401", "0", "-1"])
def test_a_lifetime_that_would_be_refused_is_refused(ran: Ran, ttl: str) -> None:
    code, out, err = ran("token", "acme", "--ttl", ttl)
    assert code in (1, 2)
    assert out == ""
    assert "86400" in err


@pytest.mark.parametrize("arguments", [["token", "nobody"], ["call", "nobody", "GET", "/health"]])
def test_an_unknown_tenant_is_answered_with_those_there_are(ran: Ran, arguments: list[str]) -> None:
    code, out, err = ran(*arguments)
    assert code in (1, 2)
    assert out == ""
    assert "nobody" in err
    assert "acme, acme-eu, globex" in err


def test_a_call_shows_status_headers_and_body(ran: Ran) -> None:
    code, out, _ = ran("call", "acme", "POST", "/items/called", "--data", '{"customer": "Ada"}')
    assert (code, out.splitlines()[0]) == (0, "201 Created")
    assert 'etag: "1"' in out.lower()
    assert '"customer": "Ada"' in out


def test_a_call_tells_programs_the_same(ran: Ran) -> None:
    code, out, _ = ran("call", "globex", "post", "/items/called", "--data", '{"customer": "Ada"}', "--json")
    answer = json.loads(out)
    assert (code, list(answer), answer["status"]) == (0, ["status", "headers", "body"], 201)
    assert (answer["headers"]["etag"], answer["body"]["customer"]) == ('"1"', "Ada")


def test_a_refused_call_fails_and_shows_the_problem(ran: Ran) -> None:
    code, out, _ = ran("call", "acme", "GET", "/items/orders", "--scope", "tools:read", "--json")
    answer = json.loads(out)
    assert (code, answer["status"]) == (1, 403)
    assert answer["body"]["type"] == "urn:tenantry:problem:forbidden"


def test_a_call_without_a_body_to_show(ran: Ran) -> None:
    location = json.loads(ran("call", "acme", "POST", "/items/called", "--data", "{}", "--json")[1])[
        "headers"
    ]
    code, out, _ = ran("call", "acme", "DELETE", f"/items/{location['location']}")
    assert (code, out.splitlines()[0]) == (0, "204 No Content")


@pytest.mark.parametrize(
    "arguments",
    [
        ["call", "acme", "GET", "items"],
        ["call", "acme", "GET", "/items/a", "--header", "If-Match"],
        ["call", "acme", "GET", "/items/a", "--key", "mobile"],
        ["call", "acme"],
        ["status", "--port", "0"],
        ["nothing"],
    ],
)
def test_wrong_input_is_said_on_stderr(ran: Ran, arguments: list[str]) -> None:
    code, out, err = ran(*arguments)
    assert (code, out) == (2, "")
    assert err


def test_the_process_says_the_same(platform: Platform, command: Command) -> None:
    done = command("token", "acme-eu", "--scope", "items:read")
    platform.minted.append(done.stdout.strip())
    assert (done.returncode, done.stderr) == (0, "")
    assert claims(done.stdout)["scope"] == "items:read"
    refused = command("token", "nobody")
    assert (refused.returncode, refused.stdout) in ((1, ""), (2, ""))
