"""What calls of AWS may take fits the time that a function is given."""

import pytest

from api import deadline, downstream
from tenantry import groups
from tenantry.groups import Member

ROUTES = [member for member in groups.current().members if member.serves]


@pytest.mark.parametrize("member", ROUTES, ids=lambda member: member.name)
def test_all_attempts_of_a_call_and_the_answer_fit_the_functions_time(member: Member) -> None:
    attempts = len(downstream.PAUSES) * downstream.ATTEMPT_SECONDS + sum(downstream.PAUSES)
    assert attempts + deadline.ANSWER_SECONDS < member.function.timeout_seconds


def test_the_client_library_waits_as_long_and_tries_as_often_as_the_budget_says() -> None:
    config = downstream.CLIENT_CONFIG
    assert config.connect_timeout + config.read_timeout == downstream.ATTEMPT_SECONDS
    assert config.retries == {"mode": "standard", "total_max_attempts": 1}
