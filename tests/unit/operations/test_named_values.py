"""Values are set as the only change to their secret, or not at all; nobody sees one who did not ask."""

import io
import json
import secrets
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tenantry.errors import Failed, WrongInput
from tenantry.operations.named_values import NoValue, Outrun, TenantSecrets
from tenantry.rules.named_values import named
from tenantry.rules.naming import Names, generation
from tests.support.command import TENANTS, Command, Run

REGION = "eu-west-3"
CURSOR, WEBHOOK = named("cursor_key"), named("webhook_secret")


def now() -> datetime:
    return datetime(2026, 11, 22, 20, 0, tzinfo=UTC)


@pytest.fixture
def client(no_credentials: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:  # noqa: ARG001
    with mock_aws():
        monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
        yield boto3.client("secretsmanager", region_name=REGION)


@pytest.fixture
def acme(client: Any) -> TenantSecrets:
    """In a stack of its own: tests of one process may share a moto."""
    made = TenantSecrets(client, Names(f"s{secrets.token_hex(4)}"), "acme")
    held = json.dumps({"cursor_key": "old", "another": "kept"})
    client.create_secret(Name=runtime(made), SecretString=held)
    return made


def runtime(tenant: TenantSecrets, made: str = "0a1b2c3d") -> str:
    return generation(tenant.names.secret("acme"), made)


def document(tenant: TenantSecrets, stage: str = "AWSCURRENT") -> dict[str, str]:
    """moto needs the stage: without one, it takes the version that was last put without a label."""
    name = runtime(tenant)
    answer = tenant.client.get_secret_value(SecretId=name, VersionStage=stage)
    return dict(json.loads(answer["SecretString"]))


def test_a_value_is_set_and_all_else_stays(acme: TenantSecrets) -> None:
    assert acme.set(CURSOR, "new", now)
    assert document(acme) == {"cursor_key": "new", "another": "kept"}
    assert document(acme, "AWSPREVIOUS")["cursor_key"] == "old"
    assert acme.set(CURSOR, "newer", now)
    assert acme.value(CURSOR) == "newer"


def test_the_value_that_is_there_already_is_not_written_again(acme: TenantSecrets) -> None:
    assert not acme.set(CURSOR, "old", now)
    with pytest.raises(acme.client.exceptions.ResourceNotFoundException):
        document(acme, "AWSPREVIOUS")


def test_of_two_who_set_values_at_once_one_is_told_and_none_is_lost(acme: TenantSecrets) -> None:
    """The other one writes after this one has read: what it wrote stays, and this one can try again."""

    def meanwhile() -> datetime:
        other = json.dumps({"cursor_key": "old", "another": "theirs"})
        acme.client.put_secret_value(SecretId=runtime(acme), SecretString=other)
        return now()

    with pytest.raises(Outrun, match="changed by somebody else meanwhile"):
        acme.set(CURSOR, "new", meanwhile)
    assert document(acme) == {"cursor_key": "old", "another": "theirs"}
    assert acme.set(CURSOR, "new", now)
    assert document(acme) == {"cursor_key": "new", "another": "theirs"}


def test_a_tenant_without_the_secret_is_told_where_it_comes_from(acme: TenantSecrets) -> None:
    with pytest.raises(NoValue, match=r"no secret tenantry/\w+/acme/delivery in Region eu-west-3; .*notify"):
        acme.set(WEBHOOK, "new", now)


def test_of_several_generations_the_one_that_functions_read_is_set(acme: TenantSecrets) -> None:
    """The tenant was removed and came back; its old secret waits to be restored."""
    acme.client.delete_secret(SecretId=runtime(acme), RecoveryWindowInDays=7)
    again = runtime(acme, "00000000")
    acme.client.create_secret(Name=again, SecretString='{"cursor_key": "back"}')
    longer = generation(acme.names.secret("acme", "runtime2"), "0a1b2c3d")
    acme.client.create_secret(Name=longer, SecretString='{"cursor_key": "longer"}')
    assert acme.value(CURSOR) == "back"
    assert (acme.listed()[0].secret, acme.listed()[0].leaving) == (again, False)


def test_a_secret_that_is_being_deleted_is_told_with_the_way_back(acme: TenantSecrets) -> None:
    acme.client.delete_secret(SecretId=runtime(acme), RecoveryWindowInDays=7)
    with pytest.raises(NoValue, match=r"scheduled for deletion .* restore-secret --secret-id tenantry/"):
        acme.value(CURSOR)


@pytest.mark.parametrize("held", ["no JSON: sesame", '["sesame"]'])
def test_a_secret_in_another_form_is_refused_without_its_content(acme: TenantSecrets, held: str) -> None:
    acme.client.put_secret_value(SecretId=runtime(acme), SecretString=held)
    with pytest.raises(NoValue, match="does not hold a JSON object") as told:
        acme.value(CURSOR)
    assert "sesame" not in str(told.value)


def test_a_list_tells_when_each_was_changed_and_reads_none(
    acme: TenantSecrets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acme.client, "get_secret_value", lambda **_: pytest.fail("a value was read"))
    cursor, webhook, portal = acme.listed()
    assert (cursor.changed is None, cursor.leaving) == (False, False)
    assert (webhook.secret, webhook.changed) == (acme.names.secret("acme", "delivery"), None)
    assert (portal.secret, portal.changed) == (acme.names.secret("acme", "portal"), None)
    acme.client.delete_secret(SecretId=runtime(acme), RecoveryWindowInDays=7)
    assert acme.listed()[0].leaving


def test_each_receivers_value_is_one_of_its_own_listed_where_its_secret_is(acme: TenantSecrets) -> None:
    for receiver in ("crm", "erp"):
        name = generation(acme.names.secret("acme", f"delivery-{receiver}"), "0a1b2c3d")
        acme.client.create_secret(Name=name, SecretString=json.dumps({"webhook_secret": receiver}))
    assert [each.value.receiver for each in acme.listed()] == ["", "", "", "crm", "erp"]
    crm = named("webhook_secret", "crm")
    assert acme.set(crm, "new", now)
    assert (acme.value(crm), acme.value(named("webhook_secret", "erp"))) == ("new", "erp")
    with pytest.raises(NoValue, match=r"no secret .*/acme/delivery-none .*webhooks list none"):
        acme.value(named("webhook_secret", "none"))


@pytest.mark.parametrize(("value", "receiver"), [("cursor_key", "crm"), ("webhook_secret", "../signing")])
def test_a_receiver_that_has_no_such_value_is_refused(value: str, receiver: str) -> None:
    with pytest.raises(WrongInput, match=r"receiver"):
        named(value, receiver)


def test_what_aws_refuses_is_told(acme: TenantSecrets, monkeypatch: pytest.MonkeyPatch) -> None:
    from botocore.exceptions import ClientError

    def refuse(**_: str) -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "PutSecretValue")

    monkeypatch.setattr(acme.client, "put_secret_value", refuse)
    with pytest.raises(Failed, match="eu-west-3: AccessDeniedException"):
        acme.set(CURSOR, "new", now)


@pytest.fixture
def command(tmp_path: Path, project: Path, client: Any) -> Iterator[Command]:  # noqa: ARG001
    """On the stack `demo` of AWS, where acme has a webhook."""
    name = generation(Names("demo").secret("acme", "delivery"), "0a1b2c3d")
    client.create_secret(Name=name, SecretString='{"webhook_secret": "whsec_old"}')
    yield Command(tmp_path / "state", shutil.copytree(TENANTS, tmp_path / "tenants"))
    client.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


class Stdin(io.TextIOWrapper):
    def __init__(self, content: bytes, terminal: bool = False) -> None:
        super().__init__(io.BytesIO(content))
        self.isatty = lambda: terminal  # type: ignore[method-assign]


def run_secrets(run: Run, command: Command, *arguments: str) -> tuple[int, str, str]:
    return run(command, "secrets", *arguments, "--stack", "demo", "--tenants", str(command.tenants))


def test_a_value_comes_from_stdin_and_is_shown_alone(
    run: Run, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    value = WEBHOOK.generate()
    monkeypatch.setattr("sys.stdin", Stdin(f"{value}\n".encode()))
    code, out, err = run_secrets(run, command, "set", "acme", "webhook_secret")
    assert (code, err) == (0, "")
    assert value not in out
    assert "picked up by notifier within 900 s" in out
    assert run_secrets(run, command, "show", "acme", "webhook_secret") == (0, f"{value}\n", "")
    listed = run_secrets(run, command, "list", "acme", "--json")[1]
    assert value not in listed
    assert [each["name"] for each in json.loads(listed)["values"]] == [
        "cursor_key",
        "webhook_secret",
        "portal_key",
    ]


def test_a_terminal_is_asked_without_echo(
    run: Run, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    value = WEBHOOK.generate()
    monkeypatch.setattr("sys.stdin", Stdin(b"seen by all\n", terminal=True))
    monkeypatch.setattr("getpass.getpass", lambda *_, **__: value)
    assert run_secrets(run, command, "set", "acme", "webhook_secret")[0] == 0
    assert run_secrets(run, command, "show", "acme", "webhook_secret")[1] == f"{value}\n"


def test_a_generated_value_is_printed_only_when_asked_for(run: Run, command: Command) -> None:
    code, out, _ = run_secrets(run, command, "set", "acme", "webhook_secret", "--generate")
    assert (code, "whsec_" in out) == (0, False)
    code, out, err = run_secrets(run, command, "set", "acme", "webhook_secret", "--generate", "--show")
    assert (code, "whsec_" in err) == (0, False)
    assert run_secrets(run, command, "show", "acme", "webhook_secret")[1] == out


@pytest.mark.parametrize("given", [b"", b"\xff\xfe", b"sesame-open-1234", b"s" * 5000])
def test_a_wrong_value_is_refused_before_any_call(
    run: Run, command: Command, monkeypatch: pytest.MonkeyPatch, given: bytes
) -> None:
    monkeypatch.setattr("sys.stdin", Stdin(given))
    monkeypatch.setattr("tenantry.operations.deployed.clients", lambda _: pytest.fail("AWS was called"))
    code, out, err = run_secrets(run, command, "set", "acme", "webhook_secret")
    assert (code, out) == (2, "")
    assert "webhook_secret" in err
    assert "sesame" not in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("set", "acme", "webhook_secret", "--show", "--stack", "demo"),
            "--show prints the value that --generate made",
        ),
        (("list", "acme", "--stack", "demo", "--port", "4566"), "give one of them"),
        (("list", "acme", "--region", "eu-west-3"), "give --stack too"),
        (("show", "acme", "password", "--stack", "demo"), "there are: cursor_key, webhook_secret"),
        (("list", "nobody", "--stack", "demo"), "there are: acme, acme-eu, globex"),
    ],
)
def test_wrong_input_is_told(run: Run, command: Command, arguments: tuple[str, ...], message: str) -> None:
    code, out, err = run(command, "secrets", *arguments, "--tenants", str(command.tenants))
    assert (code, out) == (2, "")
    assert message in err
