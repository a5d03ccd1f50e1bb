"""Run the Pulumi CLI on a stack of this project, as its operator would."""

import json
import subprocess
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tenantry.errors import Failed

_LOCKED = "currently locked"


class Locked(Failed):
    """Somebody deploys the stack, or a process that was killed left its lock."""


@dataclass(frozen=True, slots=True)
class Engine:
    """`project` is the folder of Pulumi.yaml."""

    stack: str
    project: Path

    def record(self) -> dict[str, Any]:
        record: dict[str, Any] = json.loads(self._run("stack", "export"))
        return record

    def outputs(self) -> dict[str, Any]:
        """Secret ones as well; none before the stack's first update."""
        outputs: dict[str, Any] = json.loads(self._run("stack", "output", "--json", "--show-secrets"))
        return outputs

    def put(self, record: dict[str, Any]) -> None:
        self._run("stack", "import", given=json.dumps(record))

    def refresh(self, urns: Collection[str]) -> None:
        """Read these from AWS, and nothing else."""
        targets = [word for urn in sorted(urns) for word in ("--target", urn)]
        self._run("refresh", "--yes", "--skip-preview", *targets)

    def set_secret(self, setting: str, value: str) -> None:
        """Write a setting into the stack's file, encrypted; the value goes by stdin."""
        self._run("config", "set", "--secret", f"tenantry:{setting}", given=value)

    def unlock(self) -> None:
        self._run("cancel", "--yes", self.stack, named=False)

    def _run(self, *arguments: str, given: str | None = None, named: bool = True) -> str:
        """What it prints.

        Raises:
            Locked: the stack is.
            Failed: there is no CLI, or it fails; the message is its own.
        """
        stack = ["--stack", self.stack] if named else []
        command = ["pulumi", *arguments, *stack, "--non-interactive", "--color", "never"]
        try:
            done = subprocess.run(  # noqa: S603 - the stack's name is checked where it is given
                command, cwd=self.project, input=given, capture_output=True, text=True, check=False
            )
        except FileNotFoundError:
            raise Failed("there is no `pulumi` on PATH; run this where the stack is deployed") from None
        if done.returncode:
            said = (done.stderr + done.stdout).strip()
            raise (Locked if _LOCKED in said else Failed)(f"`pulumi {' '.join(arguments[:2])}`: {said}")
        return done.stdout
