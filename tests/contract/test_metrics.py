"""What the platform shows and watches is what the functions count."""

import inspect
import re
from typing import get_args

from api import table
from authorizer import refusals
from tenantry.monitoring import metrics


def test_the_reasons_of_a_refusal_are_the_authorizers() -> None:
    assert set(metrics.REFUSALS) == set(get_args(refusals.Reason))


def test_the_operations_that_are_watched_are_those_that_the_functions_call() -> None:
    called = set(re.findall(r"client\.([a-z_]+)", inspect.getsource(table))) - {"exceptions"}
    assert {name.title().replace("_", "") for name in called} == set(metrics.OPERATIONS)
