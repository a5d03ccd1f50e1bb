"""What the commands say of a value is what the functions do with it."""

import pytest

from api import runtime_secret, secrets
from tenantry.rules import policies
from tenantry.rules.named_values import CURSOR_KEY_BYTES, NAMED_VALUES, named
from tenantry.rules.naming import GROUPS


def test_a_value_is_cached_for_as_long_as_operators_are_told() -> None:
    assert {each.picked_up_seconds for each in NAMED_VALUES} == {secrets.MAX_AGE_SECONDS}


def test_a_cursor_key_is_as_long_as_the_functions_want_it() -> None:
    assert CURSOR_KEY_BYTES == runtime_secret.CURSOR_KEY_BYTES


@pytest.mark.parametrize("group", GROUPS)
def test_the_runtime_secrets_readers_are_those_whose_policy_reads_it(group: str) -> None:
    statements = policies.of_group(group, "acme", "table", "log", "the secret")["Statement"]
    reads = any(each["Resource"] == "the secret" for each in statements)
    assert reads == (group in named("cursor_key").readers)


def test_no_two_values_share_a_name() -> None:
    names = [each.name for each in NAMED_VALUES]
    assert len(names) == len(set(names))
