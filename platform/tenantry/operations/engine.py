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

    def record(self, readable: bool = False) -> dict[str, Any]:
        """
        Args:
            readable: secrets as plain texts; `put` encrypts them, for whichever stack it is.
        """
        shown = ["--show-secrets"] if readable else []
        record: dict[str, Any] = json.loads(self._run("stack", "export", *shown))
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

    def set_plain(self, setting: str, value: str) -> None:
        """Write a setting into the stack's file."""
        self._run("config", "set", f"tenantry:{setting}", value)

    def unset(self, key: str) -> None:
        """Take a setting out of the stack's file; `key` with its namespace."""
        self._run("config", "rm", key)

    def copy(self, key: str, to: str) -> None:
        """Write a setting into the file of another stack too, encrypted anew if it is."""
        self._run("config", "cp", key, "--dest", to)

    def stacks(self) -> set[str]:
        """Of the project."""
        listed = json.loads(self._run("stack", "ls", "--json", named=False))
        return {each["name"].rpartition("/")[2] for each in listed}

    def begin(self, secrets_provider: str | None) -> None:
        """A new stack, and its file.

        Args:
            secrets_provider: as `pulumi stack init` takes it; None leaves it to the backend.
        """
        provider = ["--secrets-provider", secrets_provider] if secrets_provider else []
        self._run("stack", "init", "--no-select", *provider)

    def forget(self) -> None:
        """Remove the stack and its file, whatever it holds; that stays where it is."""
        self._run("stack", "rm", "--yes", "--force")

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
