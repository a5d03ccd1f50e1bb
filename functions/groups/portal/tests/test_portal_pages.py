"""What the portal's pages show, and what their forms do."""

import json
import re
from html import escape

import pytest

from agreed import environment, partitions
from api import clock
from api.identifiers import new_id
from groups.portal import calls, deliveries

from .conftest import Portal, World, message

ID = "01JD3Z6K0V8Q4T7M2N5P9R1S3W"
REQUEST = "f429883e-c5c6-4cb7-8b22-f077e9f47d84"
HOSTILE = "\"><script>alert(1)</script>&amp;'$form{{7*7}}\u202e"


def test_usage_stands_beside_limits_by_the_names_of_keys(acme: Portal, world: World) -> None:
    world.usage["plan-of-acme"] = {
        "key-of-acme": [[7, 9_993], *[[]] * 87, [2, 9_991], [1_205, 8_786]],
        "key-of-old": [[5, 9_995]],
    }
    text = acme.get("usage").text
    for expected in (
        "<dd>20</dd>",
        "<dd>40</dd>",
        "<dd>10,000</dd>",
        "<code>web</code>",
        ">1,205<",
        ">8,786<",
    ):
        assert expected in text
    assert '<code>key-of-old</code> <span class="quiet">retired</span>' in text


def test_a_key_that_was_never_used_is_shown_with_its_whole_quota(acme: Portal) -> None:
    text = acme.get("usage").text
    assert "not in 90 days" in text
    assert left(text) == ["10,000"]


NOVEMBER_8 = 1_794_096_000_000  # a Sunday, on which weeks begin; 2026


@pytest.mark.parametrize(
    ("period", "ago", "expected"),
    [
        ("month", 7, "1"),
        ("month", 8, "10,000"),
        ("week", 0, "1"),
        ("week", 1, "10,000"),
        ("day", 1, "10,000"),
    ],
)
def test_what_is_left_is_of_the_period_that_runs(
    acme: Portal, world: World, monkeypatch: pytest.MonkeyPatch, period: str, ago: int, expected: str
) -> None:
    monkeypatch.setattr(clock, "now_ms", lambda: NOVEMBER_8)
    acme.enter()
    limits = {"rate_per_second": 20, "burst": 40, "quota": {"limit": 10_000, "period": period}}
    acme.more[environment.LIMITS] = json.dumps(limits)
    world.usage["plan-of-acme"] = {"key-of-acme": [*[[]] * (89 - ago), [9_999, 1], *[[]] * ago]}
    assert left(acme.get("usage").text) == [expected]


def test_only_without_a_quota_no_quota_is_shown(acme: Portal, world: World) -> None:
    world.usage["plan-of-acme"] = {"key-of-old": [[5, 9_995]]}
    assert left(acme.get("usage").text) == ["10,000", ""]
    acme.more[environment.LIMITS] = json.dumps({"rate_per_second": 20, "burst": 40})
    assert left(acme.get("usage").text) == ["no quota", "no quota"]


def left(text: str) -> list[str]:
    return re.findall('data-name="Left of the quota">([^<]*)<', text)


def test_calls_are_the_newest_first_with_what_they_were(acme: Portal, world: World) -> None:
    world.log(
        "acme", 9_000, request_id="older-request", api_key_id="key-of-acme", subject="-", latency_ms="12"
    )
    world.log("acme", 1_000, request_id="newer-request", status="403", error="ACCESS_DENIED", subject="ada")
    text = acme.get("calls").text
    assert text.index("newer-request") < text.index("older-request")
    for expected in ("403 ACCESS_DENIED", ">ada<", ">web<", ">12<", "GET /items"):
        assert expected in text


def test_errors_alone_are_asked_for(acme: Portal, world: World) -> None:
    for status in ("200", "303", "404", "500"):
        world.log("acme", status=status, request_id=f"was-{status}")
    text = acme.get("calls", "errors=on").text
    assert [f"was-{each}" in text for each in (200, 303, 404, 500)] == [False, False, True, True]


@pytest.mark.parametrize(("hours", "shown"), [("", False), ("1", False), ("6", True), ("24", True)])
def test_calls_are_of_the_hours_that_were_asked_for(
    acme: Portal, world: World, hours: str, shown: bool
) -> None:
    world.log("acme", 5 * 3_600_000, request_id="five-hours-ago")
    text = acme.get("calls", f"hours={hours}" if hours else "").text
    assert ("five-hours-ago" in text) is shown


@pytest.mark.parametrize("name", ["request_id", "extended_request_id"])
def test_a_call_is_found_by_either_of_its_ids(acme: Portal, world: World, name: str) -> None:
    world.log("acme", 20 * 3_600_000, **{"request_id": "another-id", name: REQUEST, "subject": "found"})
    world.log("acme", request_id=f"{REQUEST}-longer", subject="not-meant")
    text = acme.get("calls", f"request={REQUEST}").text
    assert ">found<" in text
    assert "not-meant" not in text


def test_the_portals_own_pages_are_left_out(acme: Portal, world: World) -> None:
    world.log("acme", route="/portal/usage", request_id="own-page")
    assert "own-page" not in acme.get("calls").text


def test_more_than_a_page_holds_is_said(acme: Portal, world: World) -> None:
    for number in range(calls.MOST + 1):
        world.log("acme", number + 1, request_id=f"call-{number:03}")
    text = acme.get("calls").text
    assert "There are more than are shown here" in text
    assert f"call-{calls.MOST - 1:03}" in text
    assert f"call-{calls.MOST:03}" not in text


@pytest.mark.parametrize("query", ["hours=2", "hours=x", "hours=1&hours=6", "page=2", "errors=on&x=1"])
def test_what_the_page_does_not_know_is_refused(acme: Portal, query: str) -> None:
    assert acme.get("calls", query).status == 400


def test_deliveries_show_their_states_and_nothing_of_a_message(acme: Portal, world: World) -> None:
    message(world, "acme", ID, crm="failed", shop="delivered")
    text = acme.get("deliveries").text
    for expected in (ID, ">crm<", ">failed<", "crm said 500", ">shop<", "2024-1"):
        assert expected in text
    assert "private to acme" not in text


def test_deliveries_go_on_on_another_page(acme: Portal, world: World) -> None:
    ids = sorted((new_id(1_790_000_000_000 + number) for number in range(30)), reverse=True)
    for each in ids:
        message(world, "acme", each, crm="pending")
    first = acme.get("deliveries").text
    last = ids[deliveries.MESSAGES - 1]
    assert f'href="deliveries?before={last}"' in first
    second = acme.get("deliveries", f"before={last}").text
    shown = [[each for each in ids if f"<code>{each}</code>" in text] for text in (first, second)]
    assert shown == [ids[: deliveries.MESSAGES], ids[deliveries.MESSAGES :]]
    assert "Older deliveries" not in second


@pytest.mark.parametrize("state", ["failed", "gone", "pending", "delivered"])
def test_a_delivery_is_sent_again_by_its_queue(acme: Portal, world: World, state: str) -> None:
    message(world, "acme", ID, crm=state)
    answer = acme.post("deliveries", {"form": acme.form(), "id": ID, "receiver": "crm"})
    assert (answer.status, answer.headers["Location"]) == (303, f"deliveries?sent={ID}")
    [entry] = world.sent["https://sqs/acme"]
    assert (entry["id"], entry["receiver"], entry["again"]) == (ID, "crm", True)
    assert f"{ID} is in the queue again." in acme.get("deliveries", f"sent={ID}").text


def test_what_a_tenant_has_delivered_by_mail_is_sent_again(acme: Portal, world: World) -> None:
    pk = partitions.records("acme", "contact", "message")
    world.put(
        pk, ID, delivery={"S": "failed"}, delivery_attempts={"N": "17"}, delivery_error={"S": "refused"}
    )
    text = acme.get("deliveries").text
    assert ">notify<" in text
    assert ">17<" in text
    assert acme.post("deliveries", {"form": acme.form(), "id": ID, "receiver": ""}).status == 303
    [entry] = world.sent["https://sqs/acme"]
    assert "receiver" not in entry


@pytest.mark.parametrize(
    ("delivery", "receiver"), [(ID, "shop"), (ID, ""), (ID[:-1] + "X", "crm"), ("x", "crm"), (ID, "<b>")]
)
def test_what_was_never_to_be_delivered_is_not_sent(
    acme: Portal, world: World, delivery: str, receiver: str
) -> None:
    message(world, "acme", ID, crm="failed")
    form = {"form": acme.form(), "id": delivery, "receiver": receiver}
    assert acme.post("deliveries", form).status == 404
    assert not world.sent


def test_nothing_is_sent_without_a_form_of_the_session(acme: Portal, world: World) -> None:
    message(world, "acme", ID, crm="failed")
    assert acme.post("deliveries", {"id": ID, "receiver": "crm"}).status == 403
    form = {"form": acme.form(), "id": ID, "receiver": "crm"}
    assert acme.post("deliveries", form, sec_fetch_site="cross-site").status == 403
    assert not world.sent


def test_no_value_becomes_a_part_of_the_page(acme: Portal, world: World) -> None:
    """Whoever calls the API writes some of them: subjects, ids, reasons of receivers."""
    members = ("method", "route", "status", "latency_ms", "api_key_id", "subject", "error", "request_id")
    world.log("acme", **dict.fromkeys(members, HOSTILE))
    world.usage["plan-of-acme"] = {HOSTILE: [[1, 2]]}
    hostile = {"M": {"state": {"S": HOSTILE}, "attempts": {"N": HOSTILE}, "error": {"S": HOSTILE}}}
    pk = partitions.records("acme", "contact", "message")
    world.put(pk, ID, deliveries={"M": {HOSTILE: hostile}})
    pages = {"usage": "", "calls": "", "deliveries": ""}
    for page, query in pages.items():
        text = acme.get(page, query.replace("&", "%26")).text
        assert escape(HOSTILE) in text
        assert "<script" not in text
    assert "<script" not in acme.get("enter", "link=" + HOSTILE.replace("&", "%26")).text


def test_a_record_that_is_none_of_ours_fails_no_page(acme: Portal, world: World) -> None:
    pk = partitions.records("acme", "contact", "message")
    world.put(pk, "not an id")
    world.put(pk, ID, deliveries={"M": {"crm": {"M": {}}}})
    world.logs["/tenantry/demo/acme/access"] += [
        {"timestamp": 1_990_000_000_000, "message": text} for text in ("no JSON", "[]", "{}", "\ud800")
    ]
    assert acme.get("deliveries").status == 200
    assert acme.get("calls").status == 200
