"""`make setup` makes an environment once, and anew for another Python; by uv where there is one."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.command import ROOT

INPUTS = ("requirements/dev.txt", "requirements/platform.txt", "requirements/functions.txt", "pyproject.toml")


def program(file: Path, *lines: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(("#!/bin/sh", *lines, "")))
    file.chmod(0o700)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Set up by a Python 3.12; `bin` holds a 3.13 too, and a uv that writes down how it was called."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in INPUTS:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    for file, version in {
        ".venv/bin/python": "3.12",
        "bin/python3": "3.12",
        "bin/python3.12": "3.12",
        "bin/python3.13": "3.13",
    }.items():
        asked = 'case "$*" in *sys.exit*) exit 0;; esac'  # whether it is new enough
        program(tmp_path / file, asked, f'echo {version} "$@" >> calls', f"echo {version}")
    program(tmp_path / ".venv" / "bin" / "tenantry", "exit 0")
    program(tmp_path / "bin" / "uv", 'echo uv "$@" >> calls')
    (tmp_path / ".venv" / ".set-up").touch()
    return tmp_path


def made(project: Path, *arguments: str) -> str:
    """What was called to make an environment."""
    (project / "calls").unlink(missing_ok=True)
    done = subprocess.run(
        ["make", *arguments, "setup"],
        cwd=project,
        env={"PATH": f"{project / 'bin'}{os.pathsep}{os.defpath}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    calls = project / "calls"
    listed = calls.read_text().splitlines() if calls.exists() else []
    return "\n".join(each for each in listed if "sys.version" not in each)


def test_an_environment_is_made_once_and_anew_for_another_python(project: Path) -> None:
    assert made(project) == ""
    assert made(project, "PYTHON=python3.12") == ""
    by_uv = made(project, "PYTHON=python3.13")
    assert f"uv venv --quiet --clear --python {project / 'bin' / 'python3.13'} .venv" in by_uv
    assert "--require-hashes --requirement requirements/dev.txt" in by_uv


def test_without_uv_pip_makes_it(project: Path) -> None:
    (project / "bin" / "uv").write_text("")
    (project / "bin" / "uv").chmod(0o600)
    by_pip = made(project, "PYTHON=python3.13")
    assert "3.13 -m venv --clear .venv" in by_pip
    assert "-m pip install --disable-pip-version-check --progress-bar off --require-hashes" in by_pip


def test_operators_get_what_they_need_alone_and_developers_the_rest(project: Path) -> None:
    (project / ".venv" / ".set-up").unlink()
    assert "--requirement requirements/platform.txt" in made(project, "SET=platform")
    assert made(project, "SET=platform") == ""
    assert "--requirement requirements/dev.txt" in made(project)
    assert made(project, "SET=platform") == ""  # which the larger set holds
