"""What the CLI says when it fails is handed on; what a kill tore of a state in a folder is put right."""

import subprocess
import time
from pathlib import Path

import pytest

from tenantry.errors import Failed
from tenantry.operations.engine import Engine, Killed, reason

# Refuses for as long as there are torn attributes, and counts how often it was asked.
CLI = """\
#!/bin/sh
case $1 in whoami) echo '{{"url": "{url}"}}'; exit;; esac
echo asked >> {folder}/asked
if [ -e {torn} ] && [ ! -s {torn} ]; then echo "{said}" >&2; exit 1; fi
echo '{{"cell": "demo"}}'
"""
TORN = "error: failed to load checkpoint: EOF"


def asked(folder: Path, url: str, said: str) -> tuple[Engine, Path]:
    """An engine whose CLI finds torn attributes, and those."""
    torn = folder / ".pulumi" / "stacks" / "tenantry" / "demo.json.attrs"
    torn.parent.mkdir(parents=True)
    torn.touch()
    torn.with_name("other.json.attrs").write_text("{}")
    cli = folder / "pulumi"
    cli.write_text(CLI.format(url=url, folder=folder, torn=torn, said=said))
    cli.chmod(0o700)
    return Engine("demo", folder), torn


def cli(folder: Path, does: str) -> Path:
    """The folder, with a CLI that does this."""
    program = folder / "pulumi"
    program.write_text(f"#!/bin/sh\n{does}\n")
    program.chmod(0o700)
    return folder


@pytest.mark.parametrize("said", [TORN, "error: EOF"])
def test_attributes_that_a_kill_left_empty_are_dropped_and_no_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    engine, torn = asked(tmp_path, f"file://{tmp_path}", said)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert engine.outputs() == {"cell": "demo"}
    assert not torn.exists()
    assert torn.with_name("other.json.attrs").exists()


@pytest.mark.parametrize(
    ("url", "said"),
    [("s3://state", TORN), ("file://{folder}", "error: Post https://sts.example.com: EOF")],
    ids=["a bucket has none", "another connection ended"],
)
def test_what_has_another_reason_is_not_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, said: str
) -> None:
    engine, torn = asked(tmp_path, url.format(folder=tmp_path), said)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(Failed, match="EOF"):
        engine.outputs()
    assert torn.exists()
    assert (tmp_path / "asked").read_text() == "asked\n"


def test_a_cli_that_was_killed_is_told_from_one_that_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(cli(tmp_path, "kill -9 $$")), prepend=":")
    with pytest.raises(Killed, match="`pulumi stack output` was ended by signal 9"):
        Engine("demo", tmp_path).outputs()


def test_whoever_cannot_watch_an_update_has_it_end_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Ctrl-C does: it records how far it came, which it says on the pipes that somebody has to read."""
    told = tmp_path / "told"
    ending = (
        f"trap 'echo stopping; echo whole > {told}; exit 1' INT; touch {told}; while :; do sleep 0.05; done"
    )
    monkeypatch.setenv("PATH", str(cli(tmp_path, ending)), prepend=":")

    def cannot(_: subprocess.Popen[str]) -> None:
        while not told.exists():
            time.sleep(0.02)
        raise Failed("the journal cannot be written")

    with pytest.raises(Failed, match="the journal"):
        Engine("demo", tmp_path).up(cannot)
    assert told.read_text() == "whole\n"


@pytest.mark.parametrize(
    ("output", "errors", "why"),
    [
        ('{"diagnostics": [{"severity": "error", "message": "no file\\n"}]}', "", "no file"),
        ("", "error: no stack named 'demo' found\n", "error: no stack named 'demo' found"),
        (
            "Updating (demo):\n + role created\nDiagnostics:\n  aws:role:\n    error: no\n",
            "",
            "aws:role:\n    error: no",
        ),
        (
            "Previewing (demo):\nPolicies:\n    ❌ tenantry@v0.1.0\n        - [mandatory]  role-is-bounded\n"
            "\nDiagnostics:\n  demo:\n    error: preview failed\n\nOutputs:\n    cell: demo\n",
            "",
            "❌ tenantry@v0.1.0\n        - [mandatory]  role-is-bounded\ndemo:\n    error: preview failed",
        ),
        (
            "Policies:\n    ✅ tenantry@v0.1.0\n\nDiagnostics:\n  demo:\n    error: no\n\n"
            "Resources:\n    1 errored\n",
            "",
            "demo:\n    error: no",
        ),
        ('{"steps": []}', "", "it gave no reason"),
    ],
)
def test_a_command_that_fails_gives_the_engines_reason(output: str, errors: str, why: str) -> None:
    assert reason(output, errors) == why
