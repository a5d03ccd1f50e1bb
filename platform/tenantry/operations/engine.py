"""Run the Pulumi CLI on a stack of this project, as its operator would."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tenantry.errors import Failed
from tenantry.operations import stores

MISSING = (
    "there is no `pulumi` on PATH; run this where the stack is deployed, or install it "
    "(https://www.pulumi.com/docs/install/)"
)
_LOCKED = "currently locked"
_CHANGED = "no changes were expected"
# Of an update, after all that went well and before what it would leave.
_WHY = re.compile(
    r"^(?:Policies|Diagnostics):\n(.*?)(?=^(?:Policies|Diagnostics|Outputs|Resources|Duration):|\Z)",
    re.MULTILINE | re.DOTALL,
)
_ALLOWED = "✅"  # how the section of a policy pack begins that refuses nothing
_NO_REASON = "it gave no reason"
# Where a file beside the state, which names the state's attributes, was begun and not written. Nothing was
# done then; the second is of a command that looks at all stacks.
_CUT_OFF, _ONE_CUT_OFF = "failed to load checkpoint: EOF", "error: EOF"
_TRIES = 3

Began = Callable[["subprocess.Popen[str]"], None]


class Locked(Failed):
    """Somebody is deploying the stack, or a process that was killed left its lock."""


class Killed(Failed):
    """The engine was, and may have left its lock and creations of unknown outcome."""


class _Changed(Failed):
    """There are changes where none were expected."""


class _Torn(Failed):
    """Something in a state that is kept in a folder is being written, or was when its writer was killed."""


@dataclass(frozen=True, slots=True)
class Engine:
    """`project` is the folder of Pulumi.yaml; `environment` goes before this process's own."""

    stack: str
    project: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def outputs(self, readable: bool = False) -> dict[str, Any]:
        """Of the last update that went through; none before the first.

        Args:
            readable: secrets as plain texts, which are masked otherwise.
        """
        shown = ["--show-secrets"] if readable else []
        outputs: dict[str, Any] = json.loads(self._run("stack", "output", "--json", *shown))
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
        said = self._run_once("whoami", "--json", given=None, named=False, began=None)
        address: str = json.loads(said)["url"]
        return address

    def preview(self) -> str:
        """What an update would do, as the engine's JSON; it changes nothing."""
        return self._run("preview", "--json")

    def require_allowed(self, policies: Path) -> None:
        """Have a policy pack judge what an update would make, before anything is made.

        Raises:
            Failed: it refuses something, in its own words.
        """
        self._run("preview", *_by(policies))

    def drifted(self) -> bool:
        """Whether anything on AWS differs from what the last update left; neither is changed."""
        try:
            self._run("refresh", "--preview-only", "--expect-no-changes")
        except _Changed:
            return True
        return False

    def up(self, began: Began, policies: Path | None = None) -> None:
        """Without a preview of its own.

        Args:
            began: gets the process, which is in a session of its own: Ctrl-C does not reach it by itself.
            policies: a policy pack's folder, which the update is made under.
        """
        self._run("up", "--yes", "--skip-preview", "--suppress-outputs", *_by(policies), began=began)

    def _run(
        self,
        *arguments: str,
        given: str | None = None,
        named: bool = True,
        began: Began | None = None,
    ) -> str:
        """What it prints.

        Raises:
            Locked: the stack is.
            Killed: the CLI was.
            Failed: there is no CLI, or it fails; the message is its own.
        """
        for _ in range(1, _TRIES):
            try:
                return self._run_once(*arguments, given=given, named=named, began=began)
            except _Torn:
                if not self._drop_torn_attributes():
                    raise
        return self._run_once(*arguments, given=given, named=named, began=began)

    def _drop_torn_attributes(self) -> bool:
        """Of a state in a folder; false for any other. The engine does without them, and not with empty ones.

        To take them from a writer that lives does no harm either. A bucket keeps attributes by itself.
        """
        place = stores.store(self.backend(), self.project)
        if not isinstance(place, stores.Folder):
            return False
        for file in place.root.glob(".pulumi/**/*.attrs"):
            with suppress(FileNotFoundError):
                if not file.stat().st_size:
                    file.unlink()
        return True

    def _run_once(self, *arguments: str, given: str | None, named: bool, began: Began | None) -> str:
        stack = ["--stack", self.stack] if named else []
        command = ["pulumi", *arguments, *stack, "--non-interactive", "--color", "never"]
        try:
            process = subprocess.Popen(  # noqa: S603 - the stack's name is checked where it is given
                command,
                cwd=self.project,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL if given is None else subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=began is not None,
            )
        except FileNotFoundError:
            raise Failed(MISSING) from None
        with process:
            try:
                if began:
                    began(process)
            except BaseException:  # to leave it would close its pipes, and it would die of that
                os.killpg(process.pid, signal.SIGINT)
                process.communicate(given)
                raise
            output, errors = process.communicate(given)
        if process.returncode < 0:
            raise Killed(f"`pulumi {' '.join(arguments[:2])}` was ended by signal {-process.returncode}")
        if process.returncode:
            said = reason(output, errors)
            raise _kind(said, errors + output)(f"`pulumi {' '.join(arguments[:2])}`: {said}")
        return output


def _kind(said: str, whole: str) -> type[Failed]:
    if _CHANGED in whole:  # and not in what is said, where there are diagnostics
        return _Changed
    if said.endswith(_CUT_OFF) or said == _ONE_CUT_OFF:
        return _Torn
    return Locked if _LOCKED in said else Failed


def _by(policies: Path | None) -> list[str]:
    return ["--policy-pack", str(policies)] if policies else []


def reason(output: str, errors: str) -> str:
    """Why it failed: what a policy pack refuses, and the diagnostics; without any, the whole output."""
    try:
        found = json.loads(output).get("diagnostics", [])
    except (AttributeError, ValueError):
        said = (errors + output).strip()
        why = (each.strip() for each in _WHY.findall(said))
        return "\n".join(each for each in why if not each.startswith(_ALLOWED)) or said or _NO_REASON
    texts = [each["message"].strip() for each in found if each.get("severity") == "error"]
    return "\n".join(texts) or errors.strip() or _NO_REASON
