"""What an operator may set: good values pass, all others are refused without being repeated."""

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantry.errors import WrongInput
from tenantry.rules.named_values import MAX_BYTES, NamedValue, named, named_values

NAMED_VALUES = named_values()
CURSOR, WEBHOOK = named("cursor_key"), named("webhook_secret")
NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)


def b64(count: int) -> str:
    return base64.b64encode(b"\xff" * count).decode()


@pytest.mark.parametrize("value", NAMED_VALUES, ids=lambda each: each.name)
@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_what_is_generated_is_taken_with_and_without_a_line_end(value: NamedValue, end: str) -> None:
    made = value.generate()
    assert value.checked((made + end).encode()) == made != value.generate()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *(
            (CURSOR, text)
            for text in (b64(31), b64(33), b64(32)[:-1], b64(32) + " ", " " + b64(32), "x" * 43)
        ),
        (CURSOR, b64(32).replace("/", "_")),
        (CURSOR, b64(32)[:-2] + "9="),  # the same bytes in another spelling
        *((WEBHOOK, text) for text in (b64(32), "whsec_", "whsec_" + b64(23), "whsec_" + b64(65))),
        (WEBHOOK, "WHSEC_" + b64(32)),
        *((value, text) for value in NAMED_VALUES for text in ("", "\n", "a\nb", "ü" * 30, "\x00", "a\tb")),
        *((value, "A" * (MAX_BYTES + 1)) for value in NAMED_VALUES),
    ],
)
def test_what_cannot_be_the_value_is_refused_and_not_repeated(value: NamedValue, text: str) -> None:
    with pytest.raises(WrongInput, match=value.name) as refused:
        value.checked(text.encode())
    assert len(text) < 8 or text.strip() not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "receiver", "said"),
    [
        ("portal_key", "", "whose routes list portal"),
        ("cursor_key", "", "whose tier seals cursors"),
        ("webhook_secret", "", "that sets contact.notify to an https address"),
        ("webhook_secret", "crm", "whose webhooks list crm"),
    ],
)
def test_where_a_secret_is_missing_it_is_said_what_brings_it(name: str, receiver: str, said: str) -> None:
    assert named(name, receiver).origin == f"it comes with a deploy of a tenant {said}"


@pytest.mark.parametrize("count", [24, 64])
def test_webhook_secrets_of_the_standards_bounds_are_taken(count: int) -> None:
    assert WEBHOOK.checked(f"whsec_{b64(count)}".encode())


@given(st.binary(max_size=80))
def test_any_bytes_are_a_value_or_refused(given_bytes: bytes) -> None:
    for value in NAMED_VALUES:
        try:
            taken = value.checked(given_bytes)
        except WrongInput:
            continue
        assert value.accepts(taken)


def test_a_change_keeps_what_else_the_secret_holds() -> None:
    held = {"cursor_key": "old", "another": "kept"}
    assert CURSOR.changed(held, "new", NOW) == {"cursor_key": "new", "another": "kept"}


def test_a_webhook_secret_that_is_replaced_goes_on_beside_the_new_one() -> None:
    first = WEBHOOK.changed({}, "one", NOW)
    assert first == {"webhook_secret": "one"}
    second = WEBHOOK.changed(first, "two", NOW)
    assert second == {
        "webhook_secret": "two",
        "previous_webhook_secret": "one",
        "changed_at": "2026-11-22T20:00:00Z",
    }
    assert WEBHOOK.changed(second, "three", NOW)["previous_webhook_secret"] == "two"


def test_an_unknown_value_is_answered_with_those_there_are() -> None:
    with pytest.raises(WrongInput, match="no value 'x'; there are: cursor_key, webhook_secret"):
        named("x")
