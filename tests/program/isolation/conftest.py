"""The demo cell as registered, for claims about the proof of its isolation."""

import pytest

from tenantry.config import Cell as CellConfig
from tenantry.isolation.cells import RegisteredCell, registered


@pytest.fixture(scope="session")
def demo(cell: CellConfig) -> RegisteredCell:
    return registered(cell)
