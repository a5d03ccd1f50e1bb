"""What a verdict allows: the methods whose scopes the token holds, on the tenant's own stage."""

import fnmatch
import json
import sys
from collections.abc import Callable, Iterator
from subprocess import run
from typing import Any

import pytest

from agreed import routes
from agreed.routes import Route
from authorizer import handler, settings
from tests.support import events, tokens
from tests.support.tokens import Signer

ADA = tokens.signer("EdDSA")
Ask = Callable[..., dict[str, Any]]


@pytest.fixture(name="ask")
def fixture_ask(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ask]:
    """Asks acme's authorizer about a token with these scopes."""

    def ask(scope: str = "", **event: Any) -> dict[str, Any]:
        return handle(events.authorizer(ADA.sign(tokens.claims(scope=scope)), **event))

    monkeypatch.setenv("TENANT", "acme")
    monkeypatch.setenv("AUTH", json.dumps(auth(ADA)))
    forget()
    yield ask
    forget()


def auth(signer: Signer) -> dict[str, Any]:
    return {
        "mode": "keys",
        "issuer": tokens.ISSUER,
        "audience": tokens.AUDIENCE,
        "leeway_seconds": 30,
        "max_lifetime_seconds": 86_400,
        "keys": [signer.jwk],
    }


def forget() -> None:
    settings.current.cache_clear()
    handler.verifier.cache_clear()


def handle(event: dict[str, Any]) -> dict[str, Any]:
    forget()
    return handler.handle(event, None)


def allows(answer: dict[str, Any], method: str, path: str, stage: str = "acme") -> bool:
    """As IAM matches: `*` crosses slashes."""
    (statement,) = answer["policyDocument"]["Statement"]
    asked = f"{events.ARN_BASE}/{stage}/{method}{path}"
    matched = any(fnmatch.fnmatchcase(asked, resource) for resource in statement["Resource"])
    return matched and statement["Effect"] == "Allow"


def concrete(route: Route) -> str:
    return route.path.replace("{collection}", "orders").replace("{id}", "01JD3Z6K0V8Q4T7M2N5P9R1S3W")


SCOPES = sorted({route.scope for route in routes.table() if route.scope})


@pytest.mark.parametrize(
    "scope", ["", *SCOPES, "items:read items:write", "items:*", "items:readx", "ITEMS:READ"]
)
def test_exactly_the_routes_of_the_scopes_are_allowed(ask: Ask, scope: str) -> None:
    answer = ask(scope)
    for route in routes.table():
        for path in (concrete(route), f"{concrete(route)}/"):
            assert allows(answer, route.method, path) == (route.scope in scope.split()), (str(route), path)


def test_a_slash_opens_nothing_below_a_path(ask: Ask) -> None:
    answer = ask("tools:read")
    assert allows(answer, "GET", "/tools/summary/")
    for path in ("/tools/", "/tools/summary//", "/tools/summary/x", "/tools/summaryx", "/tools/contacts/1"):
        assert not allows(answer, "GET", path), path


def test_a_reader_may_not_write(ask: Ask) -> None:
    answer = ask("items:read")
    assert allows(answer, "GET", "/items/orders")
    for method, path in [
        ("POST", "/items/orders"),
        ("PUT", "/items/orders/1"),
        ("DELETE", "/items/orders/1"),
    ]:
        assert not allows(answer, method, path)


def test_nothing_is_allowed_on_a_stage_whose_slug_begins_alike(ask: Ask) -> None:
    answer = ask(" ".join(SCOPES))
    assert not any(allows(answer, route.method, concrete(route), "acme-eu") for route in routes.table())


def test_a_token_without_scopes_gets_a_policy_that_denies(ask: Ask) -> None:
    (statement,) = ask("")["policyDocument"]["Statement"]
    assert (statement["Effect"], statement["Resource"]) == ("Deny", [f"{events.ARN_BASE}/acme/*"])


def test_the_policy_does_not_depend_on_the_call_that_asked(ask: Ask) -> None:
    asked_for_summary = ask("tools:read", resource="/tools/summary", path={})
    assert asked_for_summary["policyDocument"] == ask("tools:read")["policyDocument"]


def test_the_context_names_subject_scope_and_key_and_nothing_else(ask: Ask) -> None:
    answer = ask("items:write items:read")
    assert answer["principalId"] == "user-1"
    assert answer["context"] == {"subject": "user-1", "scope": "items:read items:write", "kid": "2026"}


class TestRefusals:
    """API Gateway answers 401 to exactly this message."""

    def refused(self, event: dict[str, Any]) -> None:
        with pytest.raises(Exception, match=r"^Unauthorized$") as refusal:
            handle(event)
        assert type(refusal.value) is Exception
        assert refusal.value.__suppress_context__

    @pytest.mark.usefixtures("ask")
    def test_a_call_of_another_stage(self) -> None:
        self.refused(events.authorizer(ADA.sign(tokens.claims()), stage="acme-eu"))

    @pytest.mark.usefixtures("ask")
    def test_a_request_context_of_another_stage(self) -> None:
        event = events.authorizer(ADA.sign(tokens.claims()))
        event["requestContext"]["stage"] = "acme-eu"
        self.refused(event)

    @pytest.mark.usefixtures("ask")
    def test_a_method_arn_of_another_stage(self) -> None:
        event = events.authorizer(ADA.sign(tokens.claims()))
        event["methodArn"] = event["methodArn"].replace("/acme/", "/acme-eu/")
        self.refused(event)

    @pytest.mark.usefixtures("ask")
    @pytest.mark.parametrize("value", ["", "Bearer", "Bearer ", "Basic YTpi", "Token x", "{token}"])
    def test_an_authorization_header_without_a_bearer_token(self, value: str) -> None:
        sent = value.replace("{token}", ADA.sign(tokens.claims()))
        self.refused(events.authorizer(None, headers={"Authorization": sent}))

    @pytest.mark.usefixtures("ask")
    def test_two_authorization_headers(self) -> None:
        token = f"Bearer {ADA.sign(tokens.claims())}"
        headers = [("Authorization", token), ("authorization", token)]
        self.refused(events.authorizer(None, headers=headers))

    @pytest.mark.usefixtures("ask")
    def test_no_authorization_header(self) -> None:
        event = events.authorizer(None)
        self.refused(event)
        self.refused({**event, "headers": None, "multiValueHeaders": None})


@pytest.mark.usefixtures("ask")
def test_header_name_and_scheme_are_read_in_any_case() -> None:
    headers = {"aUTHORIZATION": f"bEARER {ADA.sign(tokens.claims())}"}
    assert handle(events.authorizer(None, headers=headers))["principalId"] == "user-1"


@pytest.mark.usefixtures("ask")
def test_verdicts_are_counted_by_reason_and_no_token_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = ADA.sign(tokens.claims()), tokens.signer("EdDSA").sign(tokens.claims())
    handle(events.authorizer(good))
    with pytest.raises(Exception, match="Unauthorized"):
        handle(events.authorizer(bad))
    output = capsys.readouterr().out
    metrics = [json.loads(line) for line in output.splitlines() if '"_aws"' in line]
    assert [(m["tenant"], m["reason"]) for m in metrics] == [("acme", "accepted"), ("acme", "signature")]
    for part in {*good.split("."), *bad.split("."), "user-1", "a-key"}:
        assert part not in output


@pytest.mark.usefixtures("ask")
def test_a_failure_of_the_authorizers_own_is_counted_and_is_no_401(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    token = ADA.sign(tokens.claims())

    def broken(*_: object) -> None:
        raise RuntimeError(token)

    monkeypatch.setattr(handler.policies, "policy", broken)
    monkeypatch.setattr(handler.policies, "stage_arn", broken)
    with pytest.raises(RuntimeError):
        handle(events.authorizer(token))
    output = capsys.readouterr().out
    (counted,) = [json.loads(line) for line in output.splitlines() if '"_aws"' in line]
    assert (counted["level"], counted["reason"], counted["AuthorizerVerdicts"]) == ("ERROR", "failed", [1])
    assert "RuntimeError" in output
    assert token not in output


def test_the_authorizer_imports_neither_boto3_nor_the_tables_code_nor_what_groups_declare() -> None:
    program = "import sys, authorizer.handler; print(*sys.modules)"
    environment = {"PYTHONPATH": ":".join(sys.path)}
    loaded = run([sys.executable, "-c", program], env=environment, capture_output=True, check=True, text=True)
    spared = {"botocore.session", "api.table", "agreed.declarations", "ulid", "pydantic", "authorizer.issuer"}
    assert not spared & set(loaded.stdout.split())
