"""Many stacks of tenants under the real engine, at little cost each: how a fleet fares with them.

Their program is small, and makes what a tenant has of what AWS's rates are about: a stage, a plan, a key, a
function, alarms. All share one AWS, a process that outlives whatever is killed. `python -m tests.engine.crowd
PROJECT up|resume|rollback` is a rollout as a process of its own.
"""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from tenantry.config.rings import Gate
from tenantry.operations.fleet import journals as locking
from tenantry.operations.fleet.journals import latest
from tenantry.operations.fleet.listing import FleetStack, fleet
from tenantry.operations.fleet.starts import begun, journals, resumed, taken_back
from tenantry.operations.fleet.works import EngineWorks
from tenantry.operations.repair import Account as Repaired
from tenantry.operations.trail.trail import Trail
from tenantry.rollout.progress import Progress
from tenantry.rules.kinds import tokens
from tenantry.wanted import Project
from tests.engine import rates, zygote
from tests.engine.account import Account
from tests.engine.fleet import trail
from tests.engine.folder_account import FolderAccount
from tests.support.command import ROOT
from tests.support.fleets import written

SECONDS = 900
PROGRAM = """\
import os
import signal
from pathlib import Path
import pulumi
from tenantry import turns
from tenantry.holds import Holds
from tenantry.last_update import INSTEAD_OF, run_by
from tenantry.outputs import stack_outputs
from tenantry.recording import Recording
from tenantry.wanted import Project

signal.signal(signal.SIGINT, signal.SIG_DFL)
project, stack = Project(Path(__file__).parents[1]), pulumi.get_stack()
release = int((project.root / "functions" / "release").read_text())
recording = Recording()
turns.shared_by_the_fleet()

def made(kind, name, inputs, **options):
    return pulumi.CustomResource(f"aws:{kind}", name, inputs, pulumi.ResourceOptions(**options))

cell, _, tenant = stack.partition(".")
if tenant:
    there, (ran, instead) = stack_outputs(cell), run_by(stack_outputs(stack))
    holds, newest = Holds.given(os.environ) or Holds(frozenset(instead.values())), str(release)
    runs = holds.held(tenant, newest, ran.get(tenant))
    held = {} if runs == newest else {INSTEAD_OF: newest}
    pulumi.export("tenants", {tenant: {"release": runs, **held}})
    api, own = there["api"], f"{cell}_{tenant}"
    function = made("lambda/function:Function", tenant, {"name": own, "s3Key": runs})
    invoked = {"function": own, "statementId": "gateway", "action": "lambda:InvokeFunction"}
    made("lambda/permission:Permission", tenant, invoked, depends_on=[function])
    at = {"stageName": tenant, "restApi": api}
    stage = made("apigateway/stage:Stage", tenant, {**at, "deployment": there["deployments"][runs]})
    made("apigateway/methodSettings:MethodSettings", tenant, {**at, "methodPath": "*/*"}, depends_on=[stage])
    served = {"name": own, "apiStages": [{"apiId": api, "stage": tenant}]}
    plan = made("apigateway/usagePlan:UsagePlan", tenant, served, depends_on=[stage])
    key = made("apigateway/apiKey:ApiKey", tenant, {"name": own})
    made("apigateway/usagePlanKey:UsagePlanKey", tenant, {"keyId": key.id, "usagePlanId": plan.id})
    for condition in ("errors", "latency", "throttles", "silence", "budget"):  # more than AWS takes at once
        alarm = {"name": f"{own}_{condition}", "threshold": 1}
        made("cloudwatch/metricAlarm:MetricAlarm", f"{tenant}.{condition}", alarm)
else:
    api = made("apigateway/restApi:RestApi", cell, {"name": cell, "body": str(release)})
    kept = {
        str(number): made(
            "apigateway/deployment:Deployment", f"{cell}.{number}",
            {"restApi": api.id, "triggers": {"body": str(number)}}, depends_on=[api],
        ).id
        for number in range(1, release + 1)
    }
    pulumi.export("api", api.id)
    pulumi.export("deployments", kept)
recording.export(project.digest(stack))
"""
PROJECT = """\
name: tenantry
main: platform
runtime: {name: python, options: {virtualenv: .venv}}
"""


@dataclass(frozen=True, slots=True)
class Works(EngineWorks):
    """`predicted` says what the program is known to do: that saves each stack a preview."""

    def account(self, stack: FleetStack) -> Repaired:
        return FolderAccount(Path(os.environ["STAND_IN_ACCOUNT"]) / "aws", stack.name.replace(".", "_"))

    def predicted(self, stack: FleetStack) -> dict[str, int]:  # noqa: ARG002
        return {}

    def trail(self, stack: FleetStack) -> Trail:
        return trail(self.project, stack.cells_stack)


@dataclass(frozen=True)
class Crowd:
    """`cells` are the slugs on each; `first` and `second` rings are the tenants of the first cells."""

    folder: Path
    cells: dict[str, list[str]]
    aws: int
    homes: Iterator[int] = field(default_factory=lambda: iter(range(10**6)))

    @property
    def root(self) -> Path:
        return self.folder / "project"

    @property
    def backend(self) -> str:
        return f"file://{self.folder / 'backend'}"

    @property
    def account(self) -> Path:
        return self.folder / "account" / "aws"

    @property
    def stacks(self) -> list[str]:
        return [
            each for cell, slugs in self.cells.items() for each in (cell, *(f"{cell}.{s}" for s in slugs))
        ]

    def release(self, number: int) -> None:
        (self.root / "functions" / "release").write_text(str(number))

    def fail(self, operation: str = "", urn: str = "") -> None:
        """Let such calls fail from now on; none, if none is named."""
        faults = [{"operation": operation, "urn": urn, "how": "fails"}] if urn else []
        (self.account / "faults.json").write_text(json.dumps(faults))

    def rollout(self, command: str, *options: str) -> str:
        """Its outcome, or what it died of."""
        with self.begun(command, *options) as process:
            said, errors = process.communicate(timeout=SECONDS * 4)
        return (said.strip() or errors.strip()).splitlines()[-1]

    def killed(self, command: str, now: Callable[[], bool]) -> None:
        """A rollout whose processes all die when that says so, if it is not done before."""
        with self.begun(command) as process:
            while process.poll() is None and not now():
                time.sleep(0.1)
            process.kill()
        while left := list(self._engines()):
            for each in left:
                with suppress(ProcessLookupError):
                    os.kill(each, signal.SIGKILL)
            time.sleep(0.1)

    def begun(self, command: str, *options: str) -> "subprocess.Popen[str]":
        """On a machine that has seen none of the stacks."""
        return subprocess.Popen(
            [sys.executable, "-m", "tests.engine.crowd", str(self.root), command, *options],
            cwd=ROOT,
            env=self.environment | {"PULUMI_HOME": str(self.folder / f"home-{next(self.homes)}")},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def pulumi(self, *arguments: str) -> str:
        done = subprocess.run(
            ["pulumi", *arguments, "--non-interactive", "--color", "never"],
            cwd=self.root,
            env=self.environment | {"PULUMI_HOME": str(self.folder / "home")},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(str(ROOT / each) for each in ("platform", "functions", ".")),
            "PULUMI_BACKEND_URL": self.backend,
            "PULUMI_CONFIG_PASSPHRASE": "of-a-test",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_DEBUG_PROVIDERS": f"aws:{self.aws}",
            "STAND_IN_ACCOUNT": str(self.folder / "account"),
        }

    def calls(self) -> list[dict[str, str]]:
        file = self.account / "calls.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def throttled(self) -> list[dict[str, str]]:
        return [each for each in self.calls() if rates.THROTTLED in each["error"]]

    def running(self) -> dict[str, tuple[str, str]]:
        """By tenant, the code of its function and the deployment that its stage names."""
        there = list(Account(self.account))
        code = {each.values["name"]: each.values["s3Key"] for each in there if each.type == tokens.FUNCTION}
        stages = {
            each.values["stageName"]: each.values["deployment"] for each in there if each.type == tokens.STAGE
        }
        return {name: (key, stages[name.partition("_")[2]]) for name, key in code.items()}

    def doubled(self) -> list[str]:
        """Names of which AWS has two, as of a creation that was forgotten and made again."""
        names = [
            f"{each.type} {each.values['name']}" for each in Account(self.account) if "name" in each.values
        ]
        return sorted({each for each in names if names.count(each) > 1})

    def journal(self) -> Progress:
        found = latest(journals(fleet(Project(self.root))))
        assert found is not None
        return found.read()

    def rollouts(self) -> list[Path]:
        return sorted((self.folder / "backend" / "fleet" / "rollouts").glob("*.jsonl"))

    def updates(self) -> int:
        """Of stacks, begun in all rollouts so far: their processes are known."""
        events = (json.loads(line) for each in self.rollouts() for line in each.read_text().splitlines())
        return sum(each["event"] == "updating" and each["pid"] is not None for each in events)

    def standings(self) -> dict[str, str]:
        return {each.name: each.standing for each in fleet(Project(self.root)).stacks}

    def _engines(self) -> Iterator[int]:
        """Processes at work in this project, beside those that have ended."""
        for link in Path("/proc").glob("[0-9]*/cwd"):
            with suppress(OSError):
                if link.resolve().is_relative_to(self.root):
                    yield int(link.parent.name)


@contextmanager
def crowd(folder: Path, cells: int, tenants: int, at_once: int) -> Iterator[Crowd]:
    """So many tenants on each of so many cells, of which nothing is deployed; AWS enforces its rates."""
    names = {f"c{c:02}": [f"t-{c:02}{t:02}" for t in range(tenants)] for c in range(cells)}
    rates.enforce(folder / "account" / "aws")
    for each in ("backend", "home"):
        (folder / each).mkdir()
    with ExitStack() as processes:
        aws = processes.enter_context(
            _served("tests.engine.standin", "aws", STAND_IN_ACCOUNT=str(folder / "account"))
        )
        assert aws.stdout is not None
        port = int(aws.stdout.readline())
        socket_file = folder / "programs"
        processes.enter_context(_served("tests.engine.zygote", str(socket_file)))
        while not socket_file.exists():
            time.sleep(0.05)
        found = Crowd(folder, names, port)
        _write(found, at_once, socket_file)
        yield found


@contextmanager
def _served(module: str, argument: str, **environment: str) -> Iterator["subprocess.Popen[str]"]:
    path = os.pathsep.join(str(ROOT / each) for each in ("platform", "functions", "."))
    process = subprocess.Popen(
        [sys.executable, "-m", module, argument],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path, **environment},
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def _write(crowd: Crowd, at_once: int, programs: Path) -> None:
    root = written(crowd.root, crowd.cells)
    (root / "Pulumi.yaml").write_text(PROJECT)
    (root / "platform" / "__main__.py").write_text(PROGRAM)
    zygote.environment(root / ".venv", programs)
    crowd.release(1)
    first, second = list(crowd.cells)[:2]
    rings = [
        {"name": "first", "tenants": crowd.cells[first], "gate": {}},
        {"name": "second", "tenants": crowd.cells[second]},
    ]
    (root / "tenants" / "rings.yaml").write_text(
        json.dumps({"rings": rings, "at_once": at_once, "failing_percent": 50})
    )
    cells = {cell: {"backend": crowd.backend} for cell in crowd.cells}
    (root / "tenants" / "platform.yaml").write_text(json.dumps({"cells": cells}))
    for stack in crowd.stacks:
        own = "" if "." in stack else f'  tenantry:cell: {stack}\n  tenantry:tenantStacks: "true"\n'
        (root / f"Pulumi.{stack}.yaml").write_text(f"config:\n  aws:region: eu-central-1\n{own}")
    crowd.pulumi("stack", "init", first)
    _copy(crowd, first)


def _copy(crowd: Crowd, first: str) -> None:
    """A new stack is a file; making each by the CLI would take a minute."""
    [state] = (crowd.folder / "backend").rglob(f"{first}.json")
    salt = next(
        line
        for line in (crowd.root / f"Pulumi.{first}.yaml").read_text().splitlines()
        if line.startswith("encryptionsalt:")
    )
    for stack in crowd.stacks:
        if stack != first:
            state.with_name(f"{stack}.json").write_text(state.read_text().replace(f"/{first}", f"/{stack}"))
            with (crowd.root / f"Pulumi.{stack}.yaml").open("a") as settings:
                settings.write(f"{salt}\n")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("project", type=Path)
    parser.add_argument("command", choices=("up", "resume", "rollback"))
    parser.add_argument("--bad", action="store_true", help="what was released fails each gate")
    parser.add_argument("--host", default=socket.gethostname(), help="the machine")
    asked = parser.parse_args()
    locking.machine = lambda: asked.host

    def judge(gate: Gate, stacks: Sequence[FleetStack], began: datetime) -> list[str]:  # noqa: ARG001
        return [f"{each.name} is slow" for each in stacks] if asked.bad else []

    there = fleet(Project(asked.project))

    def works(before: Progress) -> Works:
        return Works(asked.project, before.processes)

    match asked.command:
        case "up":
            rollout = begun(there, (), works, judge)
        case "resume":
            rollout = resumed(there, works, judge)
        case _:
            rollout = taken_back(there, works)
    print(rollout.run() if rollout else "nothing differs")


if __name__ == "__main__":
    main()
