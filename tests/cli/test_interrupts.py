"""Ctrl-C ends a command with the code that is promised, wherever it comes."""

import subprocess
import sys
from pathlib import Path

from tenantry.cli.output import INTERRUPTED

INTERRUPTED_IN_A_STRING = """\
import signal, sys
from tenantry.cli import interrupts

interrupts.raised_by(signal.SIGINT)
try:
    exec("signal.raise_signal(signal.SIGINT)")
except KeyboardInterrupt:
    sys.exit({code})
"""
IGNORED = """\
import signal
from tenantry.cli import interrupts

signal.signal(signal.SIGINT, signal.SIG_IGN)
interrupts.raised_by(signal.SIGINT)
signal.raise_signal(signal.SIGINT)
"""


def run(folder: Path, program: str) -> int:
    (folder / "program.py").write_text(program)
    return subprocess.run([sys.executable, "-m", "program"], cwd=folder, check=False).returncode


def test_the_exit_code_is_the_commands_own(tmp_path: Path) -> None:
    assert run(tmp_path, INTERRUPTED_IN_A_STRING.format(code=INTERRUPTED)) == INTERRUPTED


def test_a_background_jobs_deafness_stays(tmp_path: Path) -> None:
    assert run(tmp_path, IGNORED) == 0
