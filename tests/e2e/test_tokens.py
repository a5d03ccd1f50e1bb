"""A program gets its tokens by its id and secret, and loses them as its operator says."""

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.support.command import Command, Run
from tests.support.platform import Platform, Tenant, problem

GRANT = {"grant_type": "client_credentials"}


@dataclass(frozen=True)
class Registered:
    """A client of acme's; whatever it is given, `test_secrecy` looks for in logs and records."""

    acme: Tenant
    run: Callable[..., tuple[int, str, str]]
    id: str
    secret: str

    def ask(self, secret: str | None = None, **form: str) -> httpx.Response:
        platform, by = self.acme.platform, (self.id, self.secret if secret is None else secret)
        headers = {"x-api-key": self.acme.key}
        answer = platform.http.post(self.acme.url + "/token", data=GRANT | form, auth=by, headers=headers)
        if answer.is_success:
            platform.minted.append(answer.json()["access_token"])
        return answer

    def rolled(self, *options: str) -> str:
        code, out, _ = self.run("clients", "roll", "acme", self.id, *options)
        assert code == 0
        self.acme.platform.minted.append(out.strip())
        return out.strip()


@pytest.fixture
def register(acme: Tenant, run: Run, command: Command) -> Iterator[Callable[..., Registered]]:
    made: list[str] = []

    def commanded(*arguments: str) -> tuple[int, str, str]:
        return run(command, *arguments)

    def registered(name: str, *options: str) -> Registered:
        code, out, err = commanded("clients", "add", "acme", name, *options)
        assert code == 0, err
        made.append(name)
        secret = out.strip()
        acme.platform.minted.append(secret)
        return Registered(acme, commanded, name, secret)

    yield registered
    for name in made:
        commanded("clients", "remove", "acme", name)


def test_a_clients_token_opens_what_it_may_at_its_own_tenant_alone(
    register: Callable[..., Registered], acme: Tenant, acme_eu: Tenant
) -> None:
    client = register("reader", "--scope", "items:read", "--scope", "tools:read")
    answer = client.ask()
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert answer.json()["scope"] == "items:read tools:read"
    token = answer.json()["access_token"]
    assert acme.call("GET", "/items/orders", token=token).status_code == 200
    assert problem(acme.call("POST", "/items/orders", {"n": 1}, token=token)) == (403, "forbidden")
    assert problem(acme_eu.call("GET", "/items/orders", token=token)) == (401, "unauthorized")
    narrower = client.ask(scope="tools:read items:write").json()
    assert narrower["scope"] == "tools:read"
    refused = acme.call("GET", "/items/orders", token=narrower["access_token"])
    assert problem(refused) == (403, "forbidden")
    assert client.ask(scope="items:write").json()["error"] == "invalid_scope"


def test_a_secret_is_rolled_with_and_without_time_to_move(register: Callable[..., Registered]) -> None:
    client = register("mover")
    second = client.rolled()
    assert [client.ask(each).status_code for each in (client.secret, second)] == [200, 200]
    third = client.rolled("--grace", "0")
    assert [client.ask(each).status_code for each in (client.secret, second, third)] == [401, 401, 200]


def test_a_client_that_ends_or_is_removed_gets_no_token(
    register: Callable[..., Registered], platform: Platform, run: Run, command: Command
) -> None:
    client = register("guest", "--days", "1")
    assert client.ask().status_code == 200
    platform.root.client("dynamodb").update_item(
        TableName=platform.names.table,
        Key={"pk": {"S": "acme#tokens#client"}, "sk": {"S": "guest"}},
        UpdateExpression="SET ends_at = :past",
        ExpressionAttributeValues={":past": {"S": "2026-01-01T00:00:00.000Z"}},
    )
    assert client.ask().json()["error"] == "invalid_client"
    other = register("leaver")
    assert other.ask().status_code == 200
    assert run(command, "clients", "remove", "acme", "leaver")[0] == 0
    answer = other.ask()
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert run(command, "clients", "remove", "acme", "leaver")[0] != 0


def test_who_asks_needs_a_key_of_the_tenant_too(
    register: Callable[..., Registered], acme: Tenant, acme_eu: Tenant
) -> None:
    client = register("keyed")
    by = base64.b64encode(f"{client.id}:{client.secret}".encode()).decode()
    headers = {"Authorization": f"Basic {by}", "Content-Type": "application/x-www-form-urlencoded"}
    sent: dict[str, Any] = {"token": None, "content": b"grant_type=client_credentials", "headers": headers}
    assert problem(acme.call("POST", "/token", key=None, **sent)) == (403, "invalid-api-key")
    assert problem(acme.call("POST", "/token", key=acme_eu.key, **sent)) == (403, "invalid-api-key")
    assert problem(acme_eu.call("POST", "/token", **sent))[0] == 404


def test_what_is_done_to_clients_is_recorded_and_shown_without_a_secret(
    register: Callable[..., Registered], run: Run, command: Command
) -> None:
    client = register("seen", "--scope", "items:read")
    assert client.ask().status_code == 200
    client.rolled()
    _, out, _ = run(command, "clients", "list", "acme", "--json")
    [shown] = [each for each in json.loads(out)["clients"] if each["id"] == "seen"]
    assert (shown["scopes"], shown["ends_at"]) == (["items:read"], None)
    assert shown["used_at"]
    assert shown["earlier_until"]
    _, listed, _ = run(command, "clients", "list", "acme")
    _, audited, _ = run(command, "audit", "acme", "--json")
    mine = [each for each in json.loads(audited)["lines"] if each["details"].get("client") == "seen"]
    assert {each["action"] for each in mine} == {"clients add", "clients roll"}
    for text in (out, listed, audited):
        assert "tcs_" not in text


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_a_library_for_oauth_gets_a_token_calls_by_it_and_renews_it(
    register: Callable[..., Registered], acme: Tenant, method: str
) -> None:
    """Authlib's, which knows nothing of us but an address and a header."""
    from authlib.integrations.base_client import OAuthError
    from authlib.integrations.requests_client import OAuth2Session

    def session(secret: str) -> Any:
        made = OAuth2Session(
            client.id,
            secret,
            token_endpoint=f"{acme.url}/token",
            token_endpoint_auth_method=method,
            grant_type="client_credentials",
        )
        made.trust_env = False
        made.headers["x-api-key"] = acme.key
        return made

    client = register(method.replace("_", "-"), "--scope", "items:read")
    with session(client.secret) as own:
        got = [own.fetch_token()["access_token"]]
        assert own.get(f"{acme.url}/items/orders").status_code == 200
        own.token["expires_at"] = 0
        assert own.get(f"{acme.url}/items/orders").status_code == 200
        got.append(own.token["access_token"])
    acme.platform.minted.extend(got)
    assert len(set(got)) == 2
    with session("another") as stranger, pytest.raises(OAuthError, match="invalid_client"):
        stranger.fetch_token()
