"""A short run of the fault bench: what it claims of ten thousand writes holds of the first few."""

from pathlib import Path

import pytest

from benches.chaos.run import run
from benches.faults import Fault


def test_nothing_is_lost_or_done_twice_under_faults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENANTRY_STATE", str(tmp_path))
    report = run(writes=96, seed=7, on_step=lambda _: None)
    broken = {
        tenant: [(verdict.claim, verdict.broken) for verdict in verdicts if not verdict.holds]
        for tenant, verdicts in report.verdicts.items()
    }
    assert broken == {"north": [], "north-west": [], "south": []}
    assert report.writes >= 96
    assert {fault for _, fault in report.injected} >= {Fault.THROTTLED, Fault.LOST}
