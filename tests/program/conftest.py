"""The demo cell, registered once for all claims about it."""

import pytest

from tenantry.config import Cell
from tests.support.engine import RecordingMonitor, demo, register


@pytest.fixture(scope="session")
def cell() -> Cell:
    return demo()


@pytest.fixture(scope="session")
def engine(cell: Cell) -> RecordingMonitor:
    return register(cell)[0]
