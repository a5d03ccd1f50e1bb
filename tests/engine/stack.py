"""One stack of the real engine: a copy of the project, a file backend, an account of its own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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

    @classmethod
    def new(cls, folder: Path, providers: Path) -> "Stack":
        stack = cls(folder, Project.copied(folder / "project"), providers)
        for each in ("backend", "home", "account"):
            (folder / each).mkdir()
        runtime = f"python3.{sys.version_info.minor}"
        (stack.project.root / f"Pulumi.{NAME}.yaml").write_text(CONFIGURATION.format(runtime=runtime))
        stack.pulumi("stack", "init", NAME)
        return stack

    def pulumi(self, *arguments: str, fails: bool = False) -> str:
        """What the command prints on both channels; it must fail, or must not."""
        done = subprocess.run(
            ["pulumi", *arguments, "--non-interactive", "--color", "never"],
            cwd=self.project.root,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
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
            env={**self._environment, "PYTHONPATH": "platform:functions", "COLUMNS": "200"},
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

    def outputs(self) -> Any:
        return json.loads(self.pulumi("stack", "output", "--json", "--show-secrets", "--stack", NAME))

    def calls(self) -> list[dict[str, str]]:
        """Every call so far that changed something or failed, of the provider aws."""
        file = self.folder / "account" / "aws" / "calls.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def fail(self, operation: str, urn: str) -> None:
        """Let calls of that operation fail from now on, where the URN holds that text."""
        faults = [{"operation": operation, "urn": urn}] if urn else []
        (self.folder / "account" / "aws" / "faults.json").write_text(json.dumps(faults))

    @property
    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "PATH": f"{self.providers}{os.pathsep}{os.environ['PATH']}",
            "PULUMI_HOME": str(self.folder / "home"),
            "PULUMI_BACKEND_URL": f"file://{self.folder / 'backend'}",
            "PULUMI_CONFIG_PASSPHRASE": "of-a-test",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "STAND_IN_ACCOUNT": str(self.folder / "account"),
        }
