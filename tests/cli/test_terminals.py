"""The command in terminals and folders as people have them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tenantry.cli.output import stdout
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
