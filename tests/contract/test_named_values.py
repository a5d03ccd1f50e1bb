"""What the commands say of a value is what the functions do with it."""

import pytest

from api import runtime_secret, secrets
from groups.contact.notifier import signing
from tenantry import groups
from tenantry.rules.named_values import NamedValue, named, named_values
from tests.support.iam import NAMES, Call, allows, role_policy, secret

FUNCTIONS = [member.name for member in groups.current().members]


def test_a_value_is_cached_for_as_long_as_operators_are_told() -> None:
    assert {each.picked_up_seconds for each in named_values()} == {secrets.MAX_AGE_SECONDS}


def test_a_cursor_key_is_as_long_as_the_functions_want_it() -> None:
    assert named("cursor_key").value.size == (runtime_secret.CURSOR_KEY_BYTES,) * 2


def test_a_made_up_webhook_secret_is_one_that_the_notifier_signs_by() -> None:
    made = named("webhook_secret").generate()
    assert len(signing.keys({"webhook_secret": made}, 0)) == 1


@pytest.mark.parametrize("value", named_values(), ids=lambda value: value.name)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_values_readers_are_those_whose_policy_reads_its_secret(function: str, value: NamedValue) -> None:
    read = Call("secretsmanager:GetSecretValue", secret(value.place(NAMES, "acme")))
    assert allows(role_policy(function, "acme"), read) == (function in value.readers)


def test_no_two_values_share_a_name() -> None:
    names = [each.name for each in named_values()]
    assert len(names) == len(set(names))
