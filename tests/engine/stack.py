"""One stack of the real engine: a copy of the project, a backend and an account of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tenantry.operations.engine import Engine
from tests.engine.backends import Backend, in_folder
from tests.support.command import ROOT
from tests.support.projects import Project

PACKAGES = ("aws", "random", "tls")
SECONDS = 300
NAME = "own"
CONFIGURATION = """\
config:
  aws:region: eu-central-1
  tenantry:cell: demo
  tenantry:tenants: own
  tenantry:runtime: {runtime}
  tenantry:manageAccount: "true"
"""


@dataclass(frozen=True)
class Stack:
    folder: Path
    project: Project
    providers: Path
    backend: Backend

    @classmethod
    def new(cls, folder: Path, providers: Path, backend: Backend | None = None) -> "Stack":
        """With its state in a folder, unless that is given."""
        backend = backend or in_folder(folder / "backend")
        stack = cls(folder, Project.copied(folder / "project"), providers, backend)
        for each in ("home", "account"):
            (folder / each).mkdir()
        runtime = f"python3.{sys.version_info.minor}"
        (stack.project.root / f"Pulumi.{NAME}.yaml").write_text(CONFIGURATION.format(runtime=runtime))
        stack.pulumi("stack", "init", NAME)
        return stack

    def pulumi(self, *arguments: str, fails: bool = False, seconds: float = SECONDS) -> str:
        """What the command prints on both channels; it must fail, or must not.

        Args:
            seconds: after which it has taken too long.
        """
        done = subprocess.run(
            ["pulumi", *arguments, "--non-interactive", "--color", "never"],
            cwd=self.project.root,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        assert bool(done.returncode) is fails, done.stdout + done.stderr
        return done.stdout + done.stderr

    def up(self, fails: bool = False) -> str:
        return self.pulumi("up", "--yes", "--skip-preview", "--stack", NAME, fails=fails)

    def preview(self, *arguments: str, fails: bool = False) -> str:
        return self.pulumi("preview", "--stack", NAME, *arguments, fails=fails)

    def tenantry(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command that may ask the engine."""
        return subprocess.run(
            [sys.executable, "-m", "tenantry.cli", *arguments],
            cwd=self.project.root,
            env={**self.environment, "PYTHONPATH": "platform:functions", "COLUMNS": "200"},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def configure(self, key: str, value: str) -> None:
        """`value` is YAML, on one line."""
        file = self.project.root / f"Pulumi.{NAME}.yaml"
        others = [line for line in file.read_text().splitlines() if not line.startswith(f"  {key}:")]
        others.insert(others.index("config:") + 1, f"  {key}: {value}")
        file.write_text("\n".join(others) + "\n")

    @property
    def engine(self) -> Engine:
        return Engine(NAME, self.project.root, self.environment)

    def outputs(self) -> Any:
        return json.loads(self.pulumi("stack", "output", "--json", "--show-secrets", "--stack", NAME))

    def calls(self) -> list[dict[str, str]]:
        """Every call so far that changed something or failed, of the provider aws."""
        file = self.folder / "account" / "aws" / "calls.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def granted(self, function: str) -> list[dict[str, Any]]:
        """The statements of its role's own policy."""
        state = json.loads(self.pulumi("stack", "export", "--stack", NAME))["deployment"]["resources"]
        [policy] = [each for each in state if each["urn"].endswith(f"RolePolicy::{function}")]
        statements: list[dict[str, Any]] = json.loads(policy["outputs"]["policy"])["Statement"]
        return statements

    def fail(self, operation: str, urn: str, how: Literal["fails", "lost", "killed"] = "fails") -> None:
        """Let calls of that operation go wrong from now on, where the URN holds that text.

        Args:
            how: the call fails, or it is done and its answer lost, or the engine is killed behind it.
        """
        faults = [{"operation": operation, "urn": urn, "how": how}] if urn else []
        file = self.folder / "account" / "aws" / "faults.json"
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(faults))

    def interrupted(self, calls: int) -> None:
        """An `up` that Ctrl-C ends after so many calls: the terminal interrupts all its processes."""
        with self._begun() as up:
            while len(self.calls()) < calls:
                assert up.poll() is None
                time.sleep(0.1)
            for process in _of_session(up.pid):
                os.kill(process, signal.SIGINT)
            assert up.wait(SECONDS) > 0

    def killed(self, urn: str) -> None:
        """An `up` that is killed, with all its processes, once that is made."""
        self.fail("create", urn, "killed")
        with self._begun() as up:
            assert up.wait(SECONDS) == -signal.SIGKILL
        for process in _of_session(up.pid):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self.fail("create", "")

    def _begun(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            ("pulumi", "up", "--yes", "--skip-preview", "--non-interactive", "--stack", NAME),
            cwd=self.project.root,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "PATH": f"{self.providers}{os.pathsep}{os.environ['PATH']}",
            "PULUMI_HOME": str(self.folder / "home"),
            **self.backend.environment,
            "PULUMI_CONFIG_PASSPHRASE": "of-a-test",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "STAND_IN_ACCOUNT": str(self.folder / "account"),
        }


def stand_ins(folder: Path) -> Path:
    """A new folder for PATH, in which the engine finds a provider for each package."""
    folder.mkdir()
    for package in PACKAGES:
        script = folder / f"pulumi-resource-{package}"
        command = f'exec "{sys.executable}" -m tests.engine.standin {package}'
        script.write_text(f'#!/bin/sh\ncd "{ROOT}" && PYTHONPATH=platform:functions:. {command}\n')
        script.chmod(0o700)
    return folder


def _of_session(leader: int) -> Iterator[int]:
    """Plugins are in groups of their own, and live on for minutes without the engine."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            if int(status.read_text().rpartition(")")[2].split()[3]) == leader:
                yield int(status.parent.name)
