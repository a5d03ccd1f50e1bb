"""`keys`: a rotation from the command line, with a word on what to do next."""

import json
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
    assert "tokens by main are refused" in out
    assert listed(run, command) == [("web", "api", False), ("2027", "signing", True)]


def test_an_api_key_is_added_without_a_word_on_the_name(run: Run, command: Command) -> None:
    code, out, _ = keys(run, command, "add", "acme-eu")
    assert code == 0
    assert "web works on meanwhile" in out
    assert "`tenantry keys retire acme-eu web`" in out


def test_people_are_shown_which_key_signs_and_whose_tokens_are_signed_elsewhere(
    run: Run, command: Command
) -> None:
    assert "yes" in keys(run, command, "list", "acme")[1]
    assert "globex is in oidc mode" in keys(run, command, "list", "globex")[1]


def test_a_refused_step_exits_with_2(run: Run, command: Command) -> None:
    code, out, err = keys(run, command, "retire", "acme", "web")
    assert (code, out) == (2, "")
    assert "web is the last" in err
