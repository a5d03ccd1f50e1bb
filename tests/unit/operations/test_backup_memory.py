"""How much memory an export or an import takes does not follow from how much data there is."""

import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tenantry.operations.backup import tenant_data
from tenantry.operations.backup.exports import export
from tenantry.operations.backup.imports import import_
from tenantry.operations.backup.tenant_data import TenantData
from tests.support.backups import NAMES, Endless

FEW, MANY = 2_000, 8_000
SLACK = 200_000  # bytes: what comes and goes with the collector; 6,000 more records would be millions


def peak(work: Callable[[], Any]) -> int:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_number_of_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of several pages each."""
    monkeypatch.setattr(tenant_data, "PAGE", 500)
    exporting, importing = {}, {}
    for count in (10, FEW, MANY):  # the first warms up what is made once
        table = Endless(count)
        data, file = TenantData("acme", NAMES, "pooled", table), tmp_path / f"{count}"
        exporting[count] = peak(lambda data=data, file=file: export(data, file, lambda *_: None))  # type: ignore[misc]
        importing[count] = peak(lambda data=data, file=file: import_(data, file, lambda *_: None))  # type: ignore[misc]
        assert table.writes == count
    assert exporting[MANY] < exporting[FEW] + SLACK
    assert importing[MANY] < importing[FEW] + SLACK
