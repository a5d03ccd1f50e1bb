"""A cursor continues its own listing and is refused everywhere else."""

import base64
import dataclasses
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import cursors, runtime_secret, secrets
from api.cursors import Listing
from api.errors import InvalidCursor
from tests.support.tenant_api import TenantApi

COLLECTION = "/items/{collection}"
POSITION = "01JD3Z6K0V8Q4T7M2N5P9R1S3W"
LISTING = Listing("acme", "listItems", "orders")


@pytest.fixture(autouse=True)
def in_acme(acme: TenantApi) -> Iterator[None]:
    with acme.environment():
        yield


@pytest.mark.parametrize("position", [POSITION, "a", "~".rjust(128, "Z"), "evt_1NG8Du2eZvKYlo2C"])
def test_a_cursor_gives_back_its_position(position: str) -> None:
    cursor = cursors.write(LISTING, position)
    assert 23 <= len(cursor) <= 192  # the contract's pattern
    assert cursors.read(LISTING, cursor) == position


def test_no_cursor_is_the_first_page() -> None:
    assert cursors.read(LISTING, None) is None


@pytest.mark.parametrize("change", [{"tenant": "acme-eu"}, {"route": "listContacts"}, {"subset": "order"}])
def test_a_cursor_of_another_listing_is_refused(change: dict[str, str]) -> None:
    cursor = cursors.write(LISTING, POSITION)
    with pytest.raises(InvalidCursor):
        cursors.read(dataclasses.replace(LISTING, **change), cursor)


def test_a_cursor_sealed_by_another_key_is_refused(acme_eu: TenantApi) -> None:
    with acme_eu.environment():
        cursor = cursors.write(LISTING, POSITION)
    with pytest.raises(InvalidCursor):
        cursors.read(LISTING, cursor)


def test_without_a_key_a_cursor_still_fits_its_own_listing_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = cursors.write(LISTING, POSITION)
    monkeypatch.setenv("CURSORS", "unsealed")
    monkeypatch.setattr(secrets, "values", pytest.fail)  # no secret is asked for
    cursor = cursors.write(LISTING, POSITION)
    assert cursors.read(LISTING, cursor) == POSITION
    for other in (sealed, cursors.write(dataclasses.replace(LISTING, tenant="acme-eu"), POSITION)):
        with pytest.raises(InvalidCursor):
            cursors.read(LISTING, other)


@given(st.data())
def test_changing_any_character_is_refused(data: st.DataObject) -> None:
    cursor = cursors.write(LISTING, POSITION)
    index = data.draw(st.integers(0, len(cursor) - 1))
    other = data.draw(st.characters().filter(lambda c: c != cursor[index]))
    with pytest.raises(InvalidCursor):
        cursors.read(LISTING, cursor[:index] + other + cursor[index + 1 :])


@given(st.one_of(st.text(), st.binary().map(lambda b: base64.urlsafe_b64encode(b).decode())))
def test_made_up_cursors_are_refused(cursor: str) -> None:
    with pytest.raises(InvalidCursor):
        cursors.read(LISTING, cursor)


@pytest.mark.parametrize("suffix", ["=", "\n", "A", " "])
def test_only_one_text_is_the_cursor(suffix: str) -> None:
    with pytest.raises(InvalidCursor):
        cursors.read(LISTING, cursors.write(LISTING, POSITION) + suffix)


def test_a_cursor_of_one_collection_is_refused_by_another(acme: TenantApi) -> None:
    for _ in range(2):
        acme.call("POST", COLLECTION, {}, path={"collection": "orders"})
    cursor = acme.call("GET", COLLECTION, path={"collection": "orders"}, query="limit=1").json["next_cursor"]
    answer = acme.call("GET", COLLECTION, path={"collection": "orders-2"}, query=f"cursor={cursor}")
    assert (answer.status, answer.slug) == (400, "invalid-cursor")


def test_a_changed_secret_is_picked_up_within_its_age(
    monkeypatch: pytest.MonkeyPatch, acme: TenantApi
) -> None:
    fetched: list[str] = []

    def fetch(arn: str) -> dict[str, str]:
        fetched.append(arn)
        return {"cursor_key": base64.b64encode(bytes(runtime_secret.CURSOR_KEY_BYTES)).decode()}

    monkeypatch.setattr(secrets, "_fetch", fetch)
    now = [1000.0]
    monkeypatch.setattr(secrets, "monotonic", lambda: now[0])
    secrets._kept.clear()
    for at in (1000.0, 1899.0, 1900.0):
        now[0] = at
        runtime_secret.cursor_key()
    secrets._kept.clear()
    assert fetched == [acme.secret_arn] * 2


def test_requests_without_cursors_never_read_the_secret(
    monkeypatch: pytest.MonkeyPatch, acme: TenantApi
) -> None:
    monkeypatch.setattr(runtime_secret, "cursor_key", lambda: pytest.fail("the secret was read"))
    assert acme.call("GET", COLLECTION, path={"collection": "orders"}).status == 200
