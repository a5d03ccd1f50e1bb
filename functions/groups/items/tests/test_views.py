"""Items in either order, and those of a span of time."""

from typing import Any

import pytest

from api import clock, cursors, identifiers
from api.views import View
from tests.support import tenant_api
from tests.support.tenant_api import Answer, BrokenTable, TenantApi

COLLECTION = "/items/{collection}"
ITEM = "/items/{collection}/{id}"
ORDERS = {"collection": "orders"}
DAYS = [f"2026-11-0{day}T00:00:00.000Z" for day in range(1, 6)]


@pytest.fixture(name="daily")
def fixture_daily(acme: TenantApi, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ids of items that were created at the beginning of each day, and one of another system in between."""
    made = []
    for day in DAYS:
        moment = clock.epoch_ms(day)
        assert moment is not None
        monkeypatch.setattr(clock, "now_ms", lambda moment=moment: moment)
        made.append(acme.call("POST", COLLECTION, {}, path=ORDERS).json["id"])
    chosen = {"If-None-Match": "*"}
    for item_id in ("order-7", identifiers.first_id(clock.epoch_ms(DAYS[1]) or 0)):
        acme.call("PUT", ITEM, {}, path={**ORDERS, "id": item_id}, headers=chosen)
    return made


def listed(api: TenantApi, query: str) -> Answer:
    return api.call("GET", COLLECTION, path=ORDERS, query=query)


def ids(api: TenantApi, query: str) -> list[str]:
    """Of all pages."""
    found: list[str] = []
    cursor = ""
    while True:
        page = listed(api, query + cursor).json
        found += [item["id"] for item in page["items"]]
        if "next_cursor" not in page:
            return found
        cursor = f"&cursor={page['next_cursor']}"


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_newest_first_is_the_other_way_round(acme: TenantApi, daily: list[str], limit: int) -> None:
    oldest = ids(acme, f"order=oldest&limit={limit}")
    assert set(daily) < set(oldest)
    assert ids(acme, f"limit={limit}") == oldest
    assert ids(acme, f"order=newest&limit={limit}") == oldest[::-1]


@pytest.mark.parametrize("limit", [2, 100])
@pytest.mark.parametrize(
    ("times", "first", "end"),
    [
        ("created_after=2026-11-02T00:00:00Z", 1, 5),
        ("created_after=2026-11-02T00:00:00.001Z", 2, 5),
        ("created_after=2026-11-02T00:00:00.000001Z", 2, 5),
        ("created_before=2026-11-02T00:00:00Z", 0, 1),
        ("created_before=2026-11-02T00:00:00.000001Z", 0, 2),
        ("created_after=2026-11-02T01:00:00%2B01:00&created_before=2026-11-04T00:00:00Z", 1, 3),
        ("created_after=2027-01-01T00:00:00Z", 5, 5),
    ],
)
def test_a_span_of_time_begins_with_its_first_moment_and_ends_before_its_last(
    acme: TenantApi, daily: list[str], times: str, first: int, end: int, limit: int
) -> None:
    assert ids(acme, f"{times}&limit={limit}") == daily[first:end]
    assert ids(acme, f"{times}&limit={limit}&order=newest") == daily[first:end][::-1]


def test_spans_that_join_hold_each_item_once(acme: TenantApi, daily: list[str]) -> None:
    early = ids(acme, f"created_before={DAYS[2]}")
    assert early + ids(acme, f"created_after={DAYS[2]}") == daily


@pytest.mark.usefixtures("daily")
def test_a_page_of_a_span_is_one_query_within_it(acme: TenantApi, broken_table: BrokenTable) -> None:
    listed(acme, f"created_after={DAYS[1]}&created_before={DAYS[3]}&limit=1&order=newest")
    (asked,) = broken_table.asked
    assert (broken_table.calls, asked["Limit"]) == (["Query"], 2)
    bounds = [asked["ExpressionAttributeValues"][name]["S"] for name in (":first", ":last")]
    assert identifiers.created_at(bounds[0]) == DAYS[1]
    assert identifiers.created_at(bounds[1]) == "2026-11-03T23:59:59.999Z"
    assert "FilterExpression" not in asked


@pytest.mark.usefixtures("daily")
@pytest.mark.parametrize(
    "other", ["order=newest", f"created_after={DAYS[0]}", f"created_before={DAYS[4]}", "order=newest&limit=2"]
)
def test_a_cursor_goes_on_in_its_own_order_and_span_alone(acme: TenantApi, other: str) -> None:
    cursor = listed(acme, "limit=1").json["next_cursor"]
    assert listed(acme, f"order=oldest&cursor={cursor}").status == 200
    answer = listed(acme, f"{other}&cursor={cursor}")
    assert (answer.status, answer.slug) == (400, "invalid-cursor")
    assert answer.json["errors"][0]["parameter"] == "cursor"


def test_without_a_seal_a_made_up_position_outside_of_the_span_is_refused(
    acme: TenantApi, daily: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CURSORS", "unsealed")
    first, last = identifiers.first_id(1), identifiers.last_id(2)
    listing = cursors.Listing("acme", "listItems", "orders", View("oldest", first, last))
    query = "created_after=1970-01-01T00:00:00.001Z&created_before=1970-01-01T00:00:00.002Z"
    with acme.environment():
        cursor = cursors.write(listing, daily[0])
    assert listed(acme, f"{query}&cursor={cursor}").slug == "invalid-cursor"


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("order=desc", "order"),
        ("order=", "order"),
        ("order=newest&order=newest", "order"),
        ("created_after=2026-11-01", "created_after"),
        ("created_after=2026-11-31T00:00:00Z", "created_after"),
        ("created_after=2026-11-01T00:00:00", "created_after"),
        ("created_after=2026-11-01T01:00:00+01:00", "created_after"),
        ("created_before=2026-11-01T00:00:00.1234567Z", "created_before"),
        ("created_before=1970-01-01T00:00:00Z", "created_before"),
        ("created_before=1969-12-31T00:00:00Z", "created_before"),
        ("created_after=2026-11-02T00:00:00Z&created_before=2026-11-02T00:00:00Z", "created_before"),
        ("created_after=2026-11-03T00:00:00Z&created_before=2026-11-02T00:00:00Z", "created_before"),
    ],
)
def test_what_is_no_order_or_time_is_refused_by_name(acme: TenantApi, query: str, parameter: str) -> None:
    answer = listed(acme, query)
    assert (answer.status, answer.slug) == (400, "invalid-parameters")
    assert [fault["parameter"] for fault in answer.json["errors"]] == [parameter]


def test_an_item_whose_ids_time_was_chosen_is_in_no_span(acme: TenantApi, daily: list[str]) -> None:
    records: list[Any] = tenant_api.records()
    assert sum(each["pk"]["S"] == "acme#items#item#orders" for each in records) == 7
    assert ids(acme, "created_after=1970-01-02T00:00:00Z") == daily
