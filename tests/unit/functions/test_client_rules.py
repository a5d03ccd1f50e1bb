"""What a client of the token endpoint is and how it changes, for all who keep or read one."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from agreed import clients
from agreed.clients import Change, Clients, Refused

NOW = datetime(2026, 11, 28, 13, 30, 15, 250_400, tzinfo=UTC)
OWN = Clients("acme", ("items:read", "items:write"))
KEY = {"pk": {"S": "acme#tokens#client"}, "sk": {"S": "crm"}}
RECORD = {**KEY, "secret": {"S": "the digest"}, "scopes": {"S": "items:read"}}


def made(**changed: Any) -> Change:
    wanted = {"client": "crm", "scopes": ["items:read"], "secret": "tcs_x", "ends": None, "there": 0}
    return OWN.made(**(wanted | changed), now=NOW)


def test_a_client_is_made_where_there_is_none_of_its_name() -> None:
    change = made(scopes=["items:write", "items:read", "items:read"], ends="2026-12-01T00:00:00.000Z")
    assert change.kind == "Put"
    assert change.request == {
        "Item": {
            **KEY,
            "created_at": {"S": "2026-11-28T13:30:15.250Z"},
            "scopes": {"S": "items:read items:write"},
            "secret": {"S": clients.digest("tcs_x")},
            "ends_at": {"S": "2026-12-01T00:00:00.000Z"},
        },
        "ConditionExpression": "attribute_not_exists(pk)",
    }


@pytest.mark.parametrize(
    "change",
    [
        OWN.rolled(RECORD, "tcs_y", None),
        OWN.rolled(RECORD, "tcs_y", "2026-12-01T00:00:00.000Z"),
        OWN.ended(RECORD, None),
        OWN.ended(RECORD, "2026-12-01T00:00:00.000Z"),
        OWN.removed(RECORD),
    ],
    ids=lambda change: change.request.get("UpdateExpression", change.kind),
)
def test_every_later_change_is_of_the_client_as_it_was_read(change: Change) -> None:
    assert change.request["Key"] == KEY
    assert change.request["ConditionExpression"] == "secret = :read"
    assert change.request["ExpressionAttributeValues"][":read"] == {"S": "the digest"}
    assert "tcs_y" not in str(change)


@pytest.mark.parametrize("client", ["", "Crm", "-crm", ".crm", "a" * 64, "a_b", "a/b", "a#b", "é", "crm\n"])
def test_a_name_that_a_form_would_encode_or_that_looks_like_a_secret_is_none(client: str) -> None:
    with pytest.raises(Refused, match="cannot name a client"):
        made(client=client)


def test_what_is_refused_is_quoted_no_longer_than_a_name_can_be() -> None:
    with pytest.raises(Refused) as refused:
        made(client="A" * 5_000)
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize(("there", "may"), [(clients.MOST - 1, True), (clients.MOST, False)])
def test_a_tenant_has_so_many_and_no_more(there: int, may: bool) -> None:
    if may:
        assert made(there=there).kind == "Put"
        return
    with pytest.raises(Refused, match="acme has 50 clients"):
        made(there=there)


def test_scopes_are_those_of_the_tenants_routes() -> None:
    with pytest.raises(Refused, match="'tools:read' opens no route of acme; it has items:read, items:write"):
        made(scopes=["items:read", "tools:read"])
    with pytest.raises(Refused, match="choose from those of acme: none"):
        Clients("acme", ()).made("crm", (), "tcs_x", None, 0, NOW)


@pytest.mark.parametrize(("days", "least"), [(0, 1), (-1, 0), (clients.MOST_DAYS + 1, 0)])
def test_an_end_beyond_its_bounds_is_refused(days: int, least: int) -> None:
    with pytest.raises(Refused, match=f"use {least} to 3,650"):
        clients.end(days, NOW, least=least)


def test_an_end_and_a_grace_are_counted_from_now() -> None:
    assert clients.end(None, NOW) is None
    assert clients.end(0, NOW, least=0) == "2026-11-28T13:30:15.250Z"
    assert clients.end(clients.MOST_DAYS, NOW) == "2036-11-25T13:30:15.250Z"
    assert clients.grace_end(0, NOW) is None
    assert clients.grace_end(clients.MOST_GRACE_HOURS, NOW) == "2026-12-28T13:30:15.250Z"
    for hours in (-1, clients.MOST_GRACE_HOURS + 1):
        with pytest.raises(Refused, match="use 0 to 720"):
            clients.grace_end(hours, NOW)


@pytest.mark.parametrize(
    ("moment", "past"),
    [
        (None, False),
        (clients.moment(NOW), True),
        (clients.moment(NOW + timedelta(milliseconds=1)), False),
        ("2026-11-28T14:30:16+01:00", False),
        ("2026-11-28T14:30:15+01:00", True),
        ("2036-11-28T14:30:15", True),  # of no zone
        ("", True),
        ("never", True),
    ],
)
def test_what_cannot_be_read_as_a_moment_is_past(moment: str | None, past: bool) -> None:
    assert clients.past(moment, NOW) is past


def test_a_moment_is_in_utc_wherever_it_was_taken() -> None:
    assert clients.moment(NOW.astimezone(timezone(timedelta(hours=-8)))) == clients.moment(NOW)


def test_a_version_is_another_for_each_secret_and_shows_none() -> None:
    other = RECORD | {"secret": {"S": "another digest"}}
    assert clients.version(RECORD) == clients.version(RECORD | {"scopes": {"S": "more"}})
    assert clients.version(RECORD) != clients.version(other)
    assert "digest" not in clients.version(other)
