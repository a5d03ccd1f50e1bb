"""The demo cell as the guardrails see it, as updates and as previews register it."""

import pytest

from tenantry.config import Cell
from tenantry.guardrails.resources import Stack
from tests.support.broken_guardrails import QUEUES
from tests.support.engine import register
from tests.support.guardrails import stack


@pytest.fixture(scope="session")
def good(cell: Cell) -> Stack:
    return QUEUES(stack(register(cell, manage_account=True)[0]))


@pytest.fixture(scope="session")
def preview(cell: Cell) -> Stack:
    return stack(register(cell, preview=True, manage_account=True)[0])
