"""Say what was injected, what clients saw, and which claims hold."""

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from benches.chaos.verdicts import SHOWN, Verdict
from benches.chaos.writers import Outcome
from benches.faults import Fault


@dataclass(frozen=True)
class Report:
    """`verdicts`, by tenant, are the result; the rest shows that they were put to the test."""

    seed: int
    seconds: float
    calls: Counter[str]
    injected: Counter[tuple[str, Fault]]
    killed: int
    receiver: Counter[str]
    duplicates: int
    seen: Counter[str]
    outcomes: Counter[tuple[str, Outcome]]
    verdicts: dict[str, list[Verdict]]

    @property
    def holds(self) -> bool:
        return all(verdict.holds for each in self.verdicts.values() for verdict in each)

    @property
    def writes(self) -> int:
        return self.outcomes.total()

    def as_json(self) -> dict[str, Any]:
        return {
            "holds": self.holds,
            "seed": self.seed,
            "seconds": round(self.seconds, 1),
            "writes": self.writes,
            "calls": dict(self.calls),
            "injected": [
                {"operation": operation, "fault": fault, "times": n}
                for (operation, fault), n in sorted(self.injected.items())
            ],
            "workers_killed": self.killed,
            "receiver": dict(self.receiver),
            "duplicate_deliveries": self.duplicates,
            "answers": dict(self.seen),
            "outcomes": [
                {"write": what, "outcome": outcome, "times": n}
                for (what, outcome), n in sorted(self.outcomes.items())
            ],
            "verdicts": {
                tenant: [asdict(verdict) | {"holds": verdict.holds} for verdict in each]
                for tenant, each in self.verdicts.items()
            },
        }


def show(report: Report, out: Console) -> None:
    out.print(_injected(report))
    out.print(_outcomes(report))
    answers = ", ".join(f"{n} x {what}" for what, n in sorted(report.seen.items()))
    out.print(f"answers to clients, retries among them: {answers}")
    phases = ", ".join(f"{n} while {phase}" for phase, n in sorted(report.receiver.items()))
    out.print(f"webhook calls: {phases}; {report.duplicates} arrived more than once")
    out.print(f"workers killed: {report.killed}\n")
    for tenant, verdicts in report.verdicts.items():
        out.print(f"[bold]{tenant}[/]")
        for verdict in verdicts:
            mark = "[green]✓[/]" if verdict.holds else "[red]✗[/]"
            out.print(f"  {mark} {verdict.claim}  [dim]{verdict.checked:,}[/]", soft_wrap=True)
            for case in verdict.broken[:SHOWN]:
                out.print(f"      [red]{case}[/]", soft_wrap=True)
    told = "[bold green]every claim holds[/]" if report.holds else "[bold red]a claim is broken[/]"
    out.print(f"\n{told}: {report.writes:,} writes in {report.seconds:.0f} s, seed {report.seed}")


def _injected(report: Report) -> Table:
    table = Table("call to AWS", "calls", *(fault.value for fault in Fault), title="injected")
    for operation, calls in sorted(report.calls.items()):
        table.add_row(operation, f"{calls:,}", *(f"{report.injected[operation, fault]:,}" for fault in Fault))
    return table


def _outcomes(report: Report) -> Table:
    table = Table("write", *Outcome, title="what clients were told in the end")
    for what in sorted({what for what, _ in report.outcomes}):
        table.add_row(what, *(f"{report.outcomes[what, outcome]:,}" for outcome in Outcome))
    return table
