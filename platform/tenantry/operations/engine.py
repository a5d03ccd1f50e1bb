"""Run the Pulumi CLI on a stack of this project, as its operator would."""

import json
import os
import subprocess
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tenantry.errors import Failed

MISSING = (
    "there is no `pulumi` on PATH; run this where the stack is deployed, or install it "
    "(https://www.pulumi.com/docs/install/)"
)
_LOCKED = "currently locked"


class Locked(Failed):
    """Somebody deploys the stack, or a process that was killed left its lock."""


@dataclass(frozen=True, slots=True)
class Engine:
    """`project` is the folder of Pulumi.yaml; `environment` goes before this process's own."""

    stack: str
    project: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def outputs(self) -> dict[str, Any]:
        """Of the last update that went through; what is secret is left out of them."""
        outputs: dict[str, Any] = json.loads(self._run("stack", "output", "--json"))
        return outputs

    def record(self) -> dict[str, Any]:
        record: dict[str, Any] = json.loads(self._run("stack", "export"))
        return record

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

    def backend(self) -> str:
        """The address of where the state is kept, whichever of the CLI's ways says so."""
        address: str = json.loads(self._run("whoami", "--json", named=False))["url"]
        return address

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
                command,
                cwd=self.project,
                env={**os.environ, **self.environment},
                input=given,
                capture_output=True,
                text=True,
                check=False,
            )
        except FileNotFoundError:
            raise Failed(MISSING) from None
        if done.returncode:
            said = (done.stderr + done.stdout).strip()
            raise (Locked if _LOCKED in said else Failed)(f"`pulumi {' '.join(arguments[:2])}`: {said}")
        return done.stdout
