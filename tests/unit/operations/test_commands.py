"""The commands on a stack say where they act, and refuse what they cannot act on before they ask AWS."""

import errno
import json
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from moto import mock_aws

from tenantry.cli.clients import _answer, _show
from tenantry.config import load_platform
from tenantry.errors import WrongInput
from tenantry.operations.backup.archives import Header, encoded
from tests.support.command import TENANTS, Command, Run

REGION = "eu-west-3"


@pytest.fixture
def command(tmp_path: Path) -> Command:
    """On a copy of the demo's tenants."""
    return Command(tmp_path / "state", shutil.copytree(TENANTS, tmp_path / "tenants"))


@pytest.fixture
def tables(project: Path, no_credentials: None) -> Iterator[Any]:  # noqa: ARG001 - set up before moto
    """AWS with the pooled table of the stack `demo`, in its Region only."""
    with mock_aws():
        dynamodb = boto3.client("dynamodb", region_name=REGION)
        dynamodb.create_table(
            TableName="tenantry_demo",
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
            BillingMode="PAY_PER_REQUEST",
        )
        for pk in ("acme#items#item#orders", "acme-eu#items#item#orders"):
            dynamodb.put_item(TableName="tenantry_demo", Item={"pk": {"S": pk}, "sk": {"S": "1"}})
        yield dynamodb
        dynamodb.delete_table(TableName="tenantry_demo")  # tests of one process may share a moto


def left(dynamodb: Any) -> set[str]:
    return {item["pk"]["S"].split("#")[0] for item in dynamodb.scan(TableName="tenantry_demo")["Items"]}


def erase(run: Run, command: Command, slug: str, *options: str) -> tuple[int, str, str]:
    certificate = str(command.tenants.parent / "certificate.json")
    options = ("--yes", "--tenants", str(command.tenants), "--certificate", certificate, *options)
    stack = () if "--stack" in options else ("--stack", "demo")
    return run(command, "erase", slug, *stack, *options)


def test_an_erasure_says_where_deletes_there_and_certifies_it(
    run: Run, command: Command, tables: Any
) -> None:
    (command.tenants / "demo" / "acme.yaml").unlink()
    code, out, err = erase(run, command, "acme")
    assert (code, left(tables)) == (0, {"acme-eu"})
    assert "acme in stack demo, Region eu-west-3" in err
    assert "nothing of acme is left" in out
    written = json.loads((command.tenants.parent / "certificate.json").read_text())["certificate"]
    assert (written["stores"][0]["deleted"], written["region"]) == (1, REGION)


def test_a_certificate_that_is_there_is_kept_and_nothing_deleted(
    run: Run, command: Command, tables: Any
) -> None:
    (command.tenants / "demo" / "acme.yaml").unlink()
    (command.tenants.parent / "certificate.json").write_text("of another day")
    code, _, err = erase(run, command, "acme")
    assert (code, left(tables)) == (2, {"acme", "acme-eu"})
    assert "certificate.json cannot be written (File exists); nothing was deleted" in err
    assert (command.tenants.parent / "certificate.json").read_text() == "of another day"


@pytest.mark.usefixtures("project", "no_credentials")
def test_one_that_fails_leaves_no_certificate(run: Run, command: Command) -> None:
    assert erase(run, command, "gone")[0] == 1
    assert not (command.tenants.parent / "certificate.json").exists()


def test_a_certificate_outlives_a_record_that_takes_no_end(
    run: Run, command: Command, tables: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (command.tenants / "demo" / "acme.yaml").unlink()
    link, lines = os.link, []

    def first_alone(source: Path, line: Path) -> None:
        if lines:
            raise OSError(errno.EDQUOT, "Disk quota exceeded")
        lines.append(line)
        link(source, line)

    monkeypatch.setattr(os, "link", first_alone)  # by which a line of the record appears
    code, _, err = erase(run, command, "acme")
    assert (code, left(tables)) == (1, {"acme-eu"})
    assert "erase was done, but its end could not be recorded" in err
    written = json.loads((command.tenants.parent / "certificate.json").read_text())["certificate"]
    assert written["stores"][0]["deleted"] == 1


def test_a_certificate_that_its_file_cannot_take_is_printed(
    run: Run, command: Command, tables: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (command.tenants / "demo" / "acme.yaml").unlink()
    file, fsync = command.tenants.parent / "certificate.json", os.fsync

    def full(descriptor: int) -> None:
        if file.exists() and os.path.samestat(file.stat(), os.fstat(descriptor)):
            raise OSError(errno.ENOSPC, "No space left on device")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    code, out, err = erase(run, command, "acme")
    assert (code, left(tables), file.exists()) == (1, {"acme-eu"}, False)
    assert "cannot be written (No space left on device); the certificate of what was deleted is" in err
    assert json.loads(out)["certificate"]["stores"][0]["deleted"] == 1


@pytest.mark.usefixtures("tables")
def test_an_export_whose_name_is_not_text_is_certified(run: Run, command: Command) -> None:
    header = Header("gone", "demo", REGION, "pooled", "tenantry_demo", "2026-11-28T00:00:00Z")
    export = Path(os.fsdecode(os.fsencode(command.tenants.parent) + b"/\xff.jsonl"))
    export.write_bytes(encoded(header.line))
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (signing := command.tenants.parent / "key.pem").write_bytes(pem)
    code, *_ = erase(run, command, "gone", "--export", str(export), "--sign", str(signing), "--json")
    written = json.loads((command.tenants.parent / "certificate.json").read_text())
    assert (code, export.exists()) == (0, False)
    assert [str(export)] in [each["named"] for each in written["certificate"]["stores"]]
    assert (
        json.loads(jwt.PyJWS().decode(written["jws"], key.public_key(), ["EdDSA"])) == written["certificate"]
    )


def test_the_question_names_stack_and_region(
    run: Run, command: Command, tables: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def answer(question: str, **_: Any) -> str:
        asked.append(question)
        return "something else"

    monkeypatch.setattr("typer.prompt", answer)
    code, _, err = run(
        command, "erase", "gone", "--stack", "demo", "--certificate", "c", "--tenants", str(command.tenants)
    )
    assert (code, left(tables)) == (2, {"acme", "acme-eu"})
    assert "nothing was deleted" in err
    assert "gone in stack demo, Region eu-west-3" in asked[0]


@pytest.mark.usefixtures("tables")
def test_a_region_without_the_pooled_table_is_told_with_its_code(run: Run, command: Command) -> None:
    code, out, err = erase(run, command, "gone", "--region", "us-east-2")
    assert (code, out) == (1, "")
    assert "Region us-east-2: ResourceNotFoundException" in err
    assert "Traceback" not in err


@pytest.mark.usefixtures("project", "no_credentials")
def test_an_erasure_without_credentials_fails_with_a_word_on_them(run: Run, command: Command) -> None:
    code, out, err = erase(run, command, "gone")
    assert (code, out) == (1, "")
    assert "Region eu-west-3: NoCredentialsError" in err


@pytest.mark.usefixtures("project", "no_credentials")
@pytest.mark.parametrize("slug", ["acme/signing", "acme#", "Acme", "ac", "acme--eu", "[red]acme"])
def test_an_erasure_of_what_is_no_slug_is_refused(run: Run, command: Command, slug: str) -> None:
    code, out, err = erase(run, command, slug)
    assert (code, out) == (2, "")
    assert f"'{slug}' cannot be a slug" in err


@pytest.mark.usefixtures("project", "no_credentials")
@pytest.mark.parametrize("stack", ["../demo", "Demo", "d_emo"])
def test_an_erasure_of_what_is_no_stack_is_refused(run: Run, command: Command, stack: str) -> None:
    code, out, err = erase(run, command, "gone", "--stack", stack, "--region", REGION)
    assert (code, out) == (2, "")
    assert f"the stack's name {stack}" in err


@pytest.mark.usefixtures("project", "no_credentials")
def test_without_a_region_every_command_on_a_stack_asks_for_it(run: Run, command: Command) -> None:
    for arguments in (("erase", "gone", "--yes", "--certificate", "c"), ("token", "acme")):
        code, out, err = run(command, *arguments, "--stack", "other")
        assert (code, out) == (2, "")
        assert "give --region" in err


@pytest.mark.usefixtures("project", "no_credentials")
def test_a_tenant_with_a_file_in_the_stacks_cell_is_not_erased(run: Run, command: Command) -> None:
    code, out, err = erase(run, command, "acme")
    assert (code, out) == (2, "")
    assert f"acme is active in {command.tenants / 'demo' / 'acme.yaml'}; erase it once it is removed" in err


def move(command: Command, slug: str, cell: str) -> None:
    (command.tenants / cell).mkdir()
    (command.tenants / "demo" / f"{slug}.yaml").rename(command.tenants / cell / f"{slug}.yaml")


def test_a_tenant_that_moved_to_another_cell_can_be_erased_from_the_old_stack(
    run: Run, command: Command, tables: Any
) -> None:
    move(command, "acme", "second")
    assert erase(run, command, "acme")[0] == 0
    assert left(tables) == {"acme-eu"}


def test_where_the_stacks_cell_is_unknown_a_file_in_any_cell_stops_an_erasure(
    run: Run, command: Command, project: Path, tables: Any
) -> None:
    move(command, "acme", "second")
    (project / "Pulumi.demo.yaml").unlink()
    assert erase(run, command, "acme", "--region", REGION)[0] == 2
    assert left(tables) == {"acme", "acme-eu"}


@pytest.mark.usefixtures("tables")
def test_a_token_is_signed_by_the_key_in_the_stacks_region(run: Run, command: Command) -> None:
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    managed = load_platform(command.tenants).tenant("acme").auth.managed
    assert managed is not None
    kid = managed.keys[-1]
    told = {"SecretString": json.dumps({kid: pem})}
    secrets = boto3.client("secretsmanager", region_name=REGION)
    secrets.create_secret(Name="tenantry/demo/acme/signing/0a1b2c3d", **told)
    tenants = ("--tenants", str(command.tenants))
    code, out, err = run(command, "token", "acme", "--stack", "demo", *tenants)
    assert (code, err) == (0, "")
    claims = jwt.decode(out.strip(), key.public_key(), algorithms=["EdDSA"], audience="acme")
    assert claims["iss"] == "urn:tenantry:demo:acme"
    code, out, err = run(command, "token", "acme", "--stack", "demo", "--region", "us-east-2", *tenants)
    assert (code, out) == (1, "")
    assert "no secret tenantry/demo/acme/signing in Region us-east-2" in err
    secrets.delete_secret(SecretId="tenantry/demo/acme/signing/0a1b2c3d", ForceDeleteWithoutRecovery=True)


def test_a_region_without_a_stack_is_refused(run: Run, command: Command) -> None:
    code, out, err = run(command, "token", "acme", "--region", REGION)
    assert (code, out) == (2, "")
    assert "give --stack too" in err


@pytest.mark.parametrize("method", ["GET X", "", "GET\r\n", "GÉT", "GET/"])
def test_a_call_by_what_is_no_method_is_refused(run: Run, command: Command, method: str) -> None:
    code, out, err = run(command, "call", "acme", method, "/health")
    assert (code, out) == (2, "")
    assert "cannot be a method" in err


@pytest.mark.parametrize("header", ["é: x", "x: é", "a b: x", ": x", "x: a\nb: c", "x", "Content-Length: 9"])
def test_a_call_with_a_header_that_http_cannot_carry_is_refused(
    run: Run, command: Command, header: str
) -> None:
    code, out, err = run(command, "call", "acme", "GET", "/health", "--header", header)
    assert (code, out) == (2, "")
    assert "header" in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("path", "headers", "data"),
    [("/\x00", {}, None), ("/", {"x": "a\nb"}, None), ("/", {}, "\udcff")],
)
def test_what_cannot_be_sent_is_the_callers_fault(
    path: str, headers: dict[str, str], data: str | None
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with pytest.raises(WrongInput, match="cannot be sent"):
            _answer("POST", url, path, headers, data)


STEERING = "a\x1b[2J\x07\u202eb\u2066\u200f\u2028\x9b\u00e9\U000e0041"


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, json={STEERING: [STEERING]}),
        httpx.Response(200, text=STEERING),
        httpx.Response(200, headers={"x": "a\x1b[2Jb"}),
        httpx.Response(200, extensions={"reason_phrase": b"O\x1b[2JK [red]"}),
    ],
    ids=["stored text", "another body", "a header", "the reason"],
)
def test_nothing_in_an_answer_steers_the_terminal(
    answer: httpx.Response, capsys: pytest.CaptureFixture[str]
) -> None:
    _show(answer, as_json=False)
    shown = capsys.readouterr().out
    assert all(each.isprintable() or each == "\n" for each in shown)
    assert "\\u001b[2J" in shown or "\\x1b[2J" in shown


def test_what_is_shown_of_a_body_is_the_same_json(capsys: pytest.CaptureFixture[str]) -> None:
    _show(httpx.Response(200, json={STEERING: [STEERING]}), as_json=False)
    shown = capsys.readouterr().out
    assert json.loads(shown[shown.index("{") :]) == {STEERING: [STEERING]}
    assert "\u00e9" in shown
    _show(httpx.Response(200, json={STEERING: [STEERING]}), as_json=True)
    shown = capsys.readouterr().out
    assert shown.isascii()
    assert json.loads(shown)["body"] == {STEERING: [STEERING]}
