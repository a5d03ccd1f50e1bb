"""The command in terminals and folders as people have them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.table import Table

from tenantry.cli.output import marked, stderr, stdout, working
from tests.support.command import ROOT, TENANTS


def ran(*arguments: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[bytes]:
    source = os.pathsep.join(str(ROOT / each) for each in ("platform", "functions"))
    return subprocess.run(
        [sys.executable, "-m", "tenantry.cli", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": source, "COLUMNS": "100", **environment},
        capture_output=True,
        timeout=60,
        check=False,
    )


def unexpected(done: subprocess.CompletedProcess[bytes]) -> list[bytes]:
    """Lines of stderr that are no warning about a workload."""
    return [line for line in done.stderr.splitlines() if b": its workload may cost less" not in line]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_a_sign_that_the_terminal_lacks_is_replaced(encoding: str) -> None:
    done = ran("validate", "--tenants", str(TENANTS), PYTHONIOENCODING=encoding)
    assert (done.returncode, unexpected(done)) == (0, [])
    assert "ok all files are valid: 3 tenants in 1 cell" in done.stdout.decode(encoding)


def test_an_arn_is_printed_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    stdout().print("arn:aws:secretsmanager:eu-central-1:000000000000:secret:tenantry", soft_wrap=True)
    assert capsys.readouterr().out == "arn:aws:secretsmanager:eu-central-1:000000000000:secret:tenantry\n"


@pytest.mark.parametrize("text", ["dependabot[bot]", "[conceal]x", "out[/tmp]/a.jsonl", r"^[a-z]{3}\[0-9]+$"])
def test_brackets_are_printed_as_they_are(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    table = Table(f"{text} head", title=f"{text} title")
    table.add_row(f"{text} cell")
    for each in (text, marked(f"{text} good"), marked(f"{text} bad", good=False), table):
        stdout().print(each)
        stderr().print(each)
    printed = capsys.readouterr()
    assert printed.out == printed.err
    marks = (f"✓ {text} good", f"✗ {text} bad")
    cells = (f"{text} title", f"{text} head", f"{text} cell")
    assert [each for each in (f"{text}\n", *marks, *cells) if each not in printed.out] == []


def test_the_marks_alone_have_a_colour(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    for good in (True, False):
        stdout().print(marked("[red]acme", good))
    assert capsys.readouterr().out == "\x1b[32m✓\x1b[0m [red]acme\n\x1b[31m✗\x1b[0m [red]acme\n"


def test_what_is_being_done_is_shown_as_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    with working("reading [/a]"):
        pass
    assert "reading [/a]" in capsys.readouterr().err
    with working("reading") as show:
        show("packing [/b]")
    assert "packing [/b]" in capsys.readouterr().err


def test_strict_warnings_break_no_command() -> None:
    done = ran("validate", "--tenants", str(TENANTS), PYTHONWARNINGS="error")
    assert (done.returncode, unexpected(done)) == (0, [])


def test_the_projects_tenants_are_found_from_a_folder_below_it(tmp_path: Path) -> None:
    cell = tmp_path / "tenants" / "demo"
    cell.mkdir(parents=True)
    (tmp_path / "Pulumi.yaml").write_text("name: theirs\n")
    (cell.parent / "tiers.yaml").write_bytes((TENANTS / "tiers.yaml").read_bytes())
    (cell / "acme.yaml").write_text("name: Acme\n")
    for folder, prefix in ((tmp_path, "tenants"), (cell, "..")):
        problems = json.loads(ran("validate", "--json", cwd=folder).stdout)["problems"]
        assert {each["file"] for each in problems} == {f"{prefix}/demo/acme.yaml"}


def test_a_folder_that_is_gone_ends_in_a_message(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    script = f'cd "{gone}" && rmdir "{gone}" && "{sys.executable}" -P -m tenantry.cli validate'
    source = os.pathsep.join(str(ROOT / each) for each in ("platform", "functions"))
    environment = {**os.environ, "PYTHONPATH": source}
    done = subprocess.run(["sh", "-c", script], env=environment, capture_output=True, timeout=60, check=False)
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
