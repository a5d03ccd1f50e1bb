"""Goal 4: what the Pulumi program costs without and with its levers, beside CDK, and growing; commands."""

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benches.speed import synth, tenants
from benches.speed.engine import StandIn
from benches.speed.goals import (
    IN_PROCESS,
    OVER_GRPC,
    PLAN_SECONDS,
    THREE_TIMES_THE_TENANTS,
    VALIDATE_SECONDS,
    Measured,
)
from benches.speed.plan import Project
from benches.speed.timing import OnStep, Sample, Spent, child, in_turns, own_environment
from tenantry.execution.levers import PLAIN
from tenantry.packing import artifact

HELP = "`tenantry --help`"
TENANTS = 25
EVERY_KIND = 3  # tenants: one of each of the demo's
FEW, MANY = 100, 300
FILES = 1_000
ROUNDS = 3
PLAINLY = {PLAIN: "1"}
PULLED = {PLAIN: ""}


def measure(on_step: OnStep) -> list[Measured]:
    with tempfile.TemporaryDirectory(prefix="tenantry-program-") as scratch:
        folders = {
            n: tenants.write(Path(scratch, str(n)), n) for n in (EVERY_KIND, TENANTS, FEW, MANY, FILES)
        }
        return [
            _in_process(folders[TENANTS], on_step),
            _over_grpc(folders[TENANTS], folders[EVERY_KIND], on_step),
            _growth(folders[FEW], folders[MANY], on_step),
            _validate(folders[FILES], on_step),
            _plan(Project(Path(scratch, "project"), FILES), folders[FILES], on_step),
        ]


def _in_process(folder: Path, on_step: OnStep) -> Measured:
    found = in_turns(
        {
            "in-process, plain": lambda: registered(folder, PLAINLY),
            "in-process, levers pulled": lambda: registered(folder, PULLED),
        },
        ROUNDS - 1,
        on_step,
    )
    plain, pulled = (each.median for each in found.values())
    figures = _figures(found, TENANTS)
    against = "the same program without the levers"
    return Measured(4, "Program in-process, per tenant", pulled / plain, IN_PROCESS, against, figures=figures)


def _over_grpc(folder: Path, every_kind: Path, on_step: OnStep) -> Measured:
    """CPU of the program's own process, less that of one that only starts: imports cost a stack but once."""
    resources = synth.Resources.of(folder, folder.with_suffix(".json"))
    peer = _cdk(resources, every_kind) if synth.available() else {}
    found = in_turns(
        {
            "over gRPC, plain": lambda: executed(folder, PLAINLY).cpu,
            "over gRPC, levers pulled": lambda: executed(folder, PULLED).cpu,
            "start alone": lambda: _child("-c", "import benches.speed.host, tenantry.program").cpu,
            **{name: run for name, (run, _) in peer.items()},
        },
        ROUNDS - 1,
        on_step,
    )
    plain, pulled, start = (found[name].median for name in list(found)[:3])
    figures = _figures({name: each for name, each in found.items() if name not in peer}, TENANTS)
    figures |= {
        "ratio with the start": pulled / plain,
        "over gRPC, plain, ms of CPU per resource": (plain - start) / resources.own * 1000,
        "over gRPC, levers pulled, ms of CPU per resource": (pulled - start) / resources.own * 1000,
    }
    if peer:
        (more, many), (less, few) = ((found[name].median, count) for name, (_, count) in peer.items())
        figures["CDK synth, ms of CPU per resource"] = (more - less) / (many - few) * 1000
        figures["CDK synth with its start, s of CPU"] = more
    ratio = (pulled - start) / (plain - start)
    against = "the same program without the levers"
    remark = synth.COMPARED if peer else synth.LEFT_OUT
    name = "Program over gRPC, per tenant"
    return Measured(4, name, ratio, OVER_GRPC, against, figures=figures, remark=remark)


def _cdk(resources: synth.Resources, every_kind: Path) -> dict[str, tuple[Callable[[], float], int]]:
    """CDK's runs and how many constructs each declares: all, and what loads every service's code."""
    least = synth.Resources.of(every_kind, every_kind.with_suffix(".json"))
    synth.synthesised(least)  # unmeasured: jsii unpacks itself once
    return {
        "CDK synth": (lambda: synth.synthesised(resources).cpu, resources.constructs),
        "CDK synth, one of each tenant": (lambda: synth.synthesised(least).cpu, least.constructs),
    }


def _growth(few: Path, many: Path, on_step: OnStep) -> Measured:
    found = in_turns(
        {
            f"{FEW} tenants": lambda: registered(few, PULLED),
            f"{MANY} tenants": lambda: registered(many, PULLED),
        },
        1,
        on_step,
    )
    less, more = (each.median for each in found.values())
    figures = {f"{name}, s": each.median for name, each in found.items()}
    name = f"Program of {MANY} tenants"
    return Measured(4, name, more / less, THREE_TIMES_THE_TENANTS, f"that of {FEW} tenants", figures=figures)


def _validate(folder: Path, on_step: OnStep) -> Measured:
    command = ("-m", "tenantry.cli", "validate", "--tenants", str(folder))
    name = f"`tenantry validate` of {FILES:,} files"
    found = in_turns(
        {
            name: lambda: _child(*command).cpu,
            HELP: lambda: _child("-m", "tenantry.cli", "--help").cpu,
        },
        2 * ROUNDS - 1,
        on_step,
    )
    figures = {f"{each}, s": sample.median for each, sample in found.items()}
    seconds, start = found[name].median, found[HELP].median
    note = ""
    if seconds > VALIDATE_SECONDS:
        each = 1000 * (seconds - start) / FILES
        note = (
            f"Beside the start of the command, a file takes {each:.2f} ms: by profile six tenths are for "
            "working out what its calls cost, here, watched less, and on containers; most of the rest is for "
            "reading YAML with the line of every field, and for validation."
        )
    return Measured(4, name, seconds, VALIDATE_SECONDS, "no peer; CPU", unit="s", figures=figures, note=note)


def _plan(project: Project, folder: Path, on_step: OnStep) -> Measured:
    validate = f"`tenantry validate` of {FILES:,} files"
    name = f"`tenantry plan` of an edit among {FILES:,} tenants"
    command = ("-m", "tenantry.cli", "validate", "--tenants", str(folder))
    found = in_turns({name: project.planned, validate: lambda: _child(*command).cpu}, ROUNDS, on_step)
    figures = {f"{each}, s": sample.median for each, sample in found.items()}
    figures["ratio of the two"] = found[name].median / found[validate].median
    remark = (
        "An edit that reaches every tenant, of a tier or of the code, registers all of them before and "
        "after: what the program costs, twice."
    )
    seconds = found[name].median
    return Measured(4, name, seconds, PLAN_SECONDS, "no peer; CPU", unit="s", figures=figures, remark=remark)


def registered(folder: Path, variables: dict[str, str]) -> float:
    """CPU seconds of a registration in a process of its own, without its start."""
    return float(_child("-m", "benches.speed.registered", str(folder), variables=variables).output)


def executed(
    folder: Path, variables: dict[str, str], told: Callable[[StandIn], None] = lambda _: None
) -> Spent:
    """Run the program against the stand-in engine, which is shown to `told` at the end."""
    target = artifact.this_machine()
    config = {
        "cell": tenants.CELL,
        "tenants": str(folder),
        "runtime": target.runtime,
        "architecture": target.architecture,
        "mailFrom": "contact@example.com",
    }
    config_variable = {
        "PULUMI_CONFIG": json.dumps({f"tenantry:{name}": value for name, value in config.items()})
    }
    with StandIn() as engine:
        spent = _child("-m", "benches.speed.host", engine.address, variables=variables | config_variable)
        told(engine)
    return spent


def _child(*arguments: str, variables: dict[str, str] | None = None) -> Spent:
    return child([sys.executable, *arguments], {**own_environment(), PLAIN: "", **(variables or {})})


def _figures(found: dict[str, Sample], count: int) -> dict[str, float]:
    return {
        f"{name}, CPU ms per tenant of {count}": each.median / count * 1000 for name, each in found.items()
    }
