"""What a stack's record says of releases is handed to who may not read that record, and nothing else is."""

import json
import os
from pathlib import Path

import pytest

from tenantry.errors import WrongInput
from tenantry.operations import kept_releases
from tenantry.rules.naming import Names
from tests.support.command import Command, Run

RELEASE = {
    "id": "aaaaaaaaaaaa",
    "since": "2026-11-01T00:00:00Z",
    "runtime": "python3.13",
    "architecture": "arm64",
    "code": {"digest": "c" * 64, "mark": ""},
    "layers": {"": {"digest": "d" * 64, "mark": ""}},
    "contract": {"digest": "e" * 64, "mark": ""},
    "groups": ["items"],
    "functions": {"items": {"handler": "start.items", "rights": ["dynamodb:GetItem on the table"]}},
}
ACME = {"release": "aaaaaaaaaaaa", "instead_of": "bbbbbbbbbbbb", "api_keys": {"web": "a-secret-value"}}


@pytest.fixture
def command(tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Of a stack `demo` whose outputs an engine knows."""
    outputs = json.dumps({"releases": json.dumps([RELEASE]), "tenants": {"acme": ACME}})
    (project / "bin").mkdir()
    script = f"#!/bin/sh\necho $PULUMI_BACKEND_URL > asked\ncat <<'END'\n{outputs}\nEND\n"
    (project / "bin" / "pulumi").write_text(script)
    (project / "bin" / "pulumi").chmod(0o700)
    monkeypatch.setenv("PATH", f"{project / 'bin'}{os.pathsep}{os.environ['PATH']}")
    return Command(tmp_path / "own")


def test_what_runs_and_what_is_held_is_written_and_no_value_of_a_key(
    run: Run, command: Command, project: Path
) -> None:
    file = project / "demo.json"
    code, out, err = run(command, "releases", "--stack", "demo", "--to", str(file), "--json")
    assert (code, err, [each["tenants"] for each in json.loads(out)]) == (0, "", [["acme"]])
    assert "a-secret-value" not in file.read_text()
    last = kept_releases.read(file, Names("demo"))
    assert last == kept_releases.of_stack(Names("demo"), project)
    assert (last.runs, last.instead) == ({"acme": "aaaaaaaaaaaa"}, {"acme": "bbbbbbbbbbbb"})


@pytest.mark.parametrize("text", ["", "[]", '{"stack": "demo", "releases": "[{}]"}'])
def test_another_file_is_refused(project: Path, text: str) -> None:
    (project / "demo.json").write_text(text)
    with pytest.raises(WrongInput, match=r"demo\.json is not what `tenantry releases --to` writes"):
        kept_releases.read(project / "demo.json", Names("demo"))


def test_the_record_is_asked_for_where_the_cell_keeps_its_state(
    run: Run, command: Command, project: Path
) -> None:
    (project / "tenants" / "demo").mkdir(parents=True)
    (project / "tenants" / "platform.yaml").write_text("cells:\n  demo: {backend: 's3://elsewhere'}\n")
    assert run(command, "releases", "--stack", "demo")[0] == 0
    assert (project / "asked").read_text() == "s3://elsewhere\n"


def test_a_file_that_is_not_there_is_refused(project: Path) -> None:
    with pytest.raises(WrongInput, match=r"demo\.json cannot be read: No such file"):
        kept_releases.read(project / "demo.json", Names("demo"))


def test_another_stacks_file_is_refused(run: Run, command: Command, project: Path) -> None:
    run(command, "releases", "--stack", "demo", "--to", str(project / "demo.json"))
    with pytest.raises(WrongInput, match="of stack demo; give the one of prod"):
        kept_releases.read(project / "demo.json", Names("prod"))


@pytest.mark.parametrize("arguments", [("releases", "--to", "new"), ("verify", "--record", "Pulumi.yaml")])
def test_the_local_platform_needs_no_such_file(
    run: Run, command: Command, project: Path, arguments: tuple[str, ...]
) -> None:
    *words, file = arguments
    code, _, err = run(command, *words, str(project / file))
    assert (code, "give --stack too" in err) == (2, True)
