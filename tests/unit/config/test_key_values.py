"""A given value of an API key is one that API Gateway takes, or is refused without being shown."""

import pytest

from tenantry.config import key_values
from tenantry.errors import WrongInput


@pytest.mark.parametrize("value", ["a" * 20, "Z" * 128, "123e4567-e89b-12d3-a456-426614174000", "1" * 40])
def test_what_api_gateway_takes_is_taken(value: str) -> None:
    assert key_values.checked(value.encode()) == value


def test_blanks_around_it_are_not_part_of_it() -> None:
    assert key_values.checked(b" aaaaaaaaaaaaaaaaaaaa\r\n") == "a" * 20


@pytest.mark.parametrize(
    "value", [b"", b"s3cret", b"a" * 129, b"with blank" * 3, b"\xff" * 20, "é".encode() * 20]
)
def test_anything_else_is_refused_and_not_shown(value: bytes) -> None:
    with pytest.raises(WrongInput, match="20 to 128") as refusal:
        key_values.checked(value)
    assert value == b"" or value.decode(errors="replace") not in str(refusal.value)
