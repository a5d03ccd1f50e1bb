"""With `--json` a command that writes puts one object on stdout, and its error in a sentence on stderr."""

import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import TENANTS, Command, Run


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """With two API keys of acme's, and a value on stdin."""
    tenants = shutil.copytree(TENANTS, tmp_path / "tenants")
    acme = tenants / "demo" / "acme.yaml"
    acme.write_text(acme.read_text().replace("api_keys: [web]", "api_keys: [web, old]"))
    stdin = io.TextIOWrapper(io.BytesIO(b"123e4567-e89b-12d3-a456-426614174000"))
    monkeypatch.setattr("sys.stdin", stdin)
    return Command(tmp_path / "state", tenants)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "new initech --cell demo --tier bronze",
            {"tenant": "initech", "cell": "demo", "tier": "bronze", "file": "demo/initech.yaml"},
        ),
        (
            "keys add acme new",
            {
                "tenant": "acme",
                "kind": "api",
                "added": "new",
                "keys": ["web", "old", "new"],
                "file": "demo/acme.yaml",
            },
        ),
        (
            "keys retire acme old",
            {"tenant": "acme", "kind": "api", "retired": "old", "keys": ["web"], "file": "demo/acme.yaml"},
        ),
        ("keys set acme web", {"tenant": "acme", "key": "web", "stack": None}),
    ],
    ids=["new", "add", "retire", "set"],
)
def test_what_was_written_is_one_object(run: Run, command: Command, line: str, said: dict[str, Any]) -> None:
    code, out, _ = run(command, *line.split(), "--json", "--tenants", str(command.tenants))
    expected = {**said, "file": str(command.tenants / said["file"])} if "file" in said else said
    assert (code, json.loads(out)) == (0, expected)


def test_nothing_to_stop_is_an_object_too(run: Run, command: Command) -> None:
    code, out, err = run(command, "down", "--json")
    assert (code, json.loads(out)) == (0, {"stopped": [], "without_record": 0, "deleted": False})
    assert err == "no local platform runs\n"


@pytest.mark.parametrize("line", ["new acme --cell demo --tier bronze", "keys add acme old", "up --watch"])
def test_an_error_is_a_sentence_on_stderr_alone(run: Run, command: Command, line: str) -> None:
    code, out, err = run(command, *line.split(), "--json", "--tenants", str(command.tenants))
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
