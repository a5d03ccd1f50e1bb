"""`keys`: a rotation from the command line, with a word on what to do next."""

import io
import json
import os
import shutil
from pathlib import Path

import pytest

from tests.support.command import TENANTS, Command, Run


@pytest.fixture
def command(tmp_path: Path) -> Command:
    return Command(tmp_path / "state", shutil.copytree(TENANTS, tmp_path / "tenants"))


def keys(run: Run, command: Command, *arguments: str) -> tuple[int, str, str]:
    return run(command, "keys", *arguments, "--tenants", str(command.tenants))


def listed(run: Run, command: Command) -> list[tuple[str, str, bool]]:
    code, out, _ = keys(run, command, "list", "acme", "--json")
    assert code == 0
    return [(each["name"], each["kind"], each["signs"]) for each in json.loads(out)["keys"]]


def test_a_signing_key_is_rotated_step_by_step(run: Run, command: Command) -> None:
    code, out, err = keys(run, command, "add", "acme", "2027", "--kind", "signing")
    assert (code, err) == (0, "")
    assert "signed by 2027" in out
    assert "`tenantry keys retire acme main --kind signing`" in out
    assert listed(run, command) == [
        ("web", "api", False),
        ("main", "signing", False),
        ("2027", "signing", True),
    ]
    code, out, _ = keys(run, command, "retire", "acme", "main", "--kind", "signing")
    assert code == 0
    assert "tokens signed by main are refused" in out
    assert listed(run, command) == [("web", "api", False), ("2027", "signing", True)]


def test_an_api_key_is_added_without_a_word_on_the_name(run: Run, command: Command) -> None:
    code, out, _ = keys(run, command, "add", "acme-eu")
    assert code == 0
    assert "web keeps working meanwhile" in out
    assert "`tenantry keys retire acme-eu web`" in out


def test_people_are_shown_which_key_signs_and_whose_tokens_are_signed_elsewhere(
    run: Run, command: Command
) -> None:
    assert "yes" in keys(run, command, "list", "acme")[1]
    assert "globex is in oidc mode" in keys(run, command, "list", "globex")[1]


@pytest.fixture(autouse=True)
def backend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the engine keeps the state."""
    monkeypatch.setenv("PULUMI_BACKEND_URL", f"file://{tmp_path}/backend")
    return tmp_path / "backend"


def recorded(lines: Path) -> list[tuple[str, str, str]]:
    contents = [json.loads(each.read_bytes()) for each in sorted(lines.iterdir())]
    return [(each["step"], each["action"], each["tenant"]) for each in contents]


SET = [(step, "keys set", "acme") for step in ("begun", "done")]


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A CLI that writes down its arguments and its stdin."""
    command = tmp_path / "bin" / "pulumi"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/arguments\ncat > {tmp_path}/stdin\n')
    command.chmod(0o755)
    monkeypatch.setenv("PATH", str(command.parent), prepend=os.pathsep)
    return tmp_path


def given(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(value.encode())))


VALUE = "123e4567-e89b-12d3-a456-426614174000"


def test_a_value_goes_into_the_stacks_file_by_the_engine_and_never_by_an_argument(
    run: Run, command: Command, monkeypatch: pytest.MonkeyPatch, pulumi: Path, backend: Path
) -> None:
    given(monkeypatch, f"{VALUE}\n")
    code, out, err = keys(run, command, "set", "acme", "web", "--stack", "prod")
    assert (code, err) == (0, "")
    arguments = "config set --secret tenantry:apiKey.acme.web --stack prod --non-interactive --color never"
    assert (pulumi / "arguments").read_text().strip() == arguments
    assert (pulumi / "stdin").read_text() == VALUE
    assert "commit that file, and deploy" in out
    assert VALUE not in out
    lines = backend / ".tenantry" / "audit" / "tenantry" / "prod"
    assert recorded(lines) == SET
    assert all(VALUE not in each.read_text() for each in lines.iterdir())


def test_a_value_on_this_machine_is_recorded_without_the_value(
    run: Run, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    given(monkeypatch, VALUE)
    assert keys(run, command, "set", "acme", "web")[0] == 0
    lines = command.home / "audit" / "lines" / "demo"
    assert recorded(lines) == SET
    assert all(VALUE not in each.read_text() for each in lines.iterdir())


def test_without_the_engine_a_stacks_value_is_refused(
    run: Run, command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    given(monkeypatch, VALUE)
    monkeypatch.setenv("PATH", str(tmp_path))
    code, out, err = keys(run, command, "set", "acme", "web", "--stack", "prod")
    assert (code, out) == (1, "")
    assert "there is no `pulumi` on PATH" in err


@pytest.mark.parametrize(
    ("arguments", "value", "said"),
    [
        (("acme", "wep"), VALUE, "acme has no API key wep; did you mean web?"),
        (("acme", "web"), "s3cret", "20 to 128 letters, digits and hyphens"),
        (("acme", "web", "--stack", "../prod"), VALUE, "../prod"),
    ],
    ids=["name", "value", "stack"],
)
def test_what_cannot_be_a_keys_value_is_refused(
    run: Run,
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
    pulumi: Path,
    arguments: tuple[str, ...],
    value: str,
    said: str,
) -> None:
    given(monkeypatch, value)
    code, out, err = keys(run, command, "set", *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert value not in err
    assert not (pulumi / "arguments").exists()
    assert not command.home.exists()


def test_a_refused_step_exits_with_2(run: Run, command: Command) -> None:
    code, out, err = keys(run, command, "retire", "acme", "web")
    assert (code, out) == (2, "")
    assert "web is the last" in err
