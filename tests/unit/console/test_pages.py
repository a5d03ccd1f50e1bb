"""The pages say what was read, in words and figures, and what was not, with what to do about it."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from botocore.exceptions import EndpointConnectionError

from tenantry.console.formats import NONE
from tenantry.operations.aws import refusals_reported
from tenantry.operations.logs.failures import Failure
from tenantry.operations.metering.figures import Glance
from tenantry.operations.metering.quota_use import QuotaUse
from tenantry.operations.running import Running
from tests.support.console import NOW, Made, alarm, get, tenant

REFUSAL = (
    "AWS, Region eu-central-1: AccessDenied: User: arn:aws:sts::1:assumed-role/reader/ann is not authorized "
    "to perform: an action; use credentials of a role that has this permission"
)
BUSY = Glance(1200.0, 24.0, 6.0, 1250.0)
QUIET = Glance(0.0, 0.0, 0.0, None)


def made(**differing: object) -> Made:
    tenants = (tenant("acme"), tenant("acme-eu", "bronze"), tenant("globex", suspended=True))
    glances = {"acme": BUSY, "acme-eu": QUIET, "globex": QUIET}
    quota = {"acme": QuotaUse(850_000, 1_000_000, "MONTH", "web")}
    return Made(
        **{"tenants": tenants, "glance": glances, "quota": quota, "cost": {"acme": 12.5}, **differing}
    )  # type: ignore[arg-type]


def text(page: str) -> str:
    """As it is read aloud: without markup, charts and script."""
    return " ".join(re.sub(r"<(script|svg)\b.*?</\1>|<[^>]+>", " ", page, flags=re.S).split())


def row(page: str, slug: str) -> str:
    (found,) = (
        each for each in re.findall(r"<tr role=\"row\">.*?</tr>", page, re.S) if f'/tenants/{slug}"' in each
    )
    return text(found)


def order(page: str) -> list[str]:
    return re.findall(r'id="tenant-([\w-]+)"', page)


def test_all_tenants_are_told_with_their_figures() -> None:
    page = get(made(), "/").text
    assert row(page, "acme") == "acme silver Serving 1,200 20.0/min 24 2.0 % 6 0.5 % 1.25 s 85 % $12.50"
    assert row(page, "acme-eu") == f"acme-eu bronze No calls 0 0/s 0 0 % 0 0 % {NONE} {NONE} {NONE}"
    assert row(page, "globex").startswith("globex silver Suspended")


def test_a_tenant_in_alarm_stands_first_and_says_so_in_words() -> None:
    page = get(made(alarmed={"acme-eu": (alarm("5xx", "ALARM"), alarm("latency"))}), "/").text
    assert order(page)[0] == "acme-eu"
    assert "1 alarm" in row(page, "acme-eu")
    assert "1 in trouble" in text(page)


def test_who_fails_most_stands_first_with_or_without_an_alarm() -> None:
    """A tier may have no alarms, and those that there are wait for a quarter of an hour."""
    glances = {
        "acme": Glance(1000.0, 0.0, 9.0, 40.0),
        "acme-eu": Glance(100.0, 0.0, 40.0, 40.0),
        "globex": Glance(100.0, 90.0, 0.0, 40.0),
        "initech": Glance(100.0, 0.0, 2.0, 40.0),
        "umbrella": Glance(100.0, 0.0, 99.0, 40.0),
    }
    tenants = (*map(tenant, ["acme", "acme-eu", "globex", "initech"]), tenant("umbrella", suspended=True))
    page = get(made(tenants=tenants, glance=glances, alarmed={"initech": (alarm("5xx", "ALARM"),)}), "/").text
    assert order(page) == ["acme-eu", "initech", "acme", "globex", "umbrella"]
    assert row(page, "acme-eu").startswith("acme-eu silver Calls fail")
    assert row(page, "acme").startswith("acme silver Serving")
    assert "2 in trouble" in text(page)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("search=ACME", ["acme", "acme-eu"]),
        ("search=%20eu%20", ["acme-eu"]),
        ("search=acme&tier=bronze", ["acme-eu"]),
        ("tier=bronze&status=serving", []),
        ("status=serving", ["acme"]),
        ("status=quiet", ["acme-eu"]),
        ("status=suspended", ["globex"]),
        ("status=nonsense", ["acme", "acme-eu", "globex"]),
    ],
)
def test_an_address_says_which_tenants_are_shown(query: str, expected: list[str]) -> None:
    page = get(made(), f"/?sort=tenant&{query}").text
    assert order(page) == expected
    assert expected or "No tenant is as you ask" in text(page)


def test_a_filter_stays_in_the_links_and_forms_of_the_page() -> None:
    page = get(made(), "/?search=acme&tier=bronze&range=6h&sort=requests").text
    assert 'href="/tenants/acme-eu?range=6h&amp;sort=requests&amp;search=acme&amp;tier=bronze"' in page
    fields = re.findall(r'<form class="filter".*?</form>', page, re.S)[0]
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', fields))
    assert hidden == {"range": "6h", "sort": "requests"}
    assert 'name="search" value="acme"' in fields
    assert "<option selected>bronze</option>" in fields
    assert "1 of 3" in text(page)


def many(count: int) -> Made:
    tenants = tuple(tenant(f"t{number:04}") for number in range(count))
    quota = {each.slug: QuotaUse(1, 10, "MONTH", "web") for each in tenants}
    return made(tenants=tenants, glance={each.slug: BUSY for each in tenants}, quota=quota)


def test_what_takes_a_call_for_each_tenant_is_read_of_the_page_alone() -> None:
    source = many(1_000)
    page = get(source, "/?sort=tenant&page=3").text
    slugs = [f"t{number:04}" for number in range(100, 150)]
    assert order(page) == slugs
    assert source.asked == {"quotas": slugs, "calls": slugs}
    assert "1,000 none in trouble" in text(page)
    assert "1.20 m" in text(page)  # calls of them all
    assert re.findall(r'rel="(\w+)" href="([^"]+)"', page)[-2:] == [
        ("prev", "/?sort=tenant&amp;page=2"),
        ("next", "/?sort=tenant&amp;page=4"),
    ]
    assert 'id="sort-quota"' not in page
    assert 'id="sort-quota"' in get(many(50), "/").text


@pytest.mark.parametrize(("query", "first"), [("page=99", "t0050"), ("page=0", "t0000"), ("page=x", "t0000")])
def test_a_page_that_is_not_there_is_the_nearest(query: str, first: str) -> None:
    assert order(get(many(60), f"/?sort=tenant&{query}").text)[0] == first


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("sort=requests", ["acme", "acme-eu", "globex"]),
        ("sort=requests&order=asc", ["acme-eu", "globex", "acme"]),
        ("sort=tenant&order=desc", ["globex", "acme-eu", "acme"]),
        ("sort=p99", ["acme", "acme-eu", "globex"]),
        ("sort=nonsense&range=forever&order=sideways", ["globex", "acme-eu", "acme"]),
    ],
)
def test_tenants_are_sorted_by_links_that_any_browser_follows(query: str, expected: list[str]) -> None:
    assert order(get(made(), f"/?{query}").text) == expected


def test_a_heading_says_how_it_sorts_and_turns_it_round() -> None:
    page = get(made(), "/?sort=requests&range=6h").text
    assert re.findall(r'aria-sort="(\w+)"><a id="([\w-]+)"', page) == [("descending", "sort-requests")]
    assert 'href="/?range=6h&amp;sort=requests&amp;order=asc"' in page


@pytest.mark.parametrize(
    ("part", "heading", "permission"),
    [
        ("glances", "Calls, errors and p99", "cloudwatch:GetMetricData"),
        ("alarms", "Alarms", "cloudwatch:DescribeAlarms"),
        ("quotas", "Quota used", "apigateway:GET"),
        ("costs", "Cost", "cloudwatch:GetMetricData"),
        ("lines", "The charts", "cloudwatch:GetMetricData"),
        ("failures", "Recent errors", "logs:FilterLogEvents"),
    ],
)
def test_what_aws_refuses_is_told_with_the_permission_and_spoils_nothing_else(
    part: str, heading: str, permission: str
) -> None:
    source = made(refused={part: REFUSAL})
    shown = get(source, "/tenants/acme") if part in ("lines", "failures") else get(source, "/")
    assert shown.status_code == 200
    told = text(shown.text)
    assert f"{heading}: not known. {REFUSAL}. Give this console&#39;s role {permission}" in told.replace(
        "'", "&#39;"
    )
    assert "acme" in told
    assert get(source, "/tenants/acme").status_code == 200


def test_a_tenant_whose_plan_is_missing_is_named_above_the_others() -> None:
    source = made(incomplete=("yew", "zeta"))
    page = get(source, "/").text
    assert order(page) == ["acme", "acme-eu", "globex"]
    assert "No usage plan, so left out: yew, zeta; wait for the update" in text(page)
    assert get(source, "/tenants/acme").status_code == 200
    own = get(source, "/tenants/zeta")
    assert (own.status_code, "no usage plan tenantry_demo_zeta" in text(own.text)) == (404, True)


def test_a_failure_that_no_permission_mends_names_none() -> None:
    told = text(get(made(refused={"glances": "AWS, Region x: Throttling; try again"}), "/").text)
    assert "Throttling; try again" in told
    assert "role" not in told


def test_a_platform_that_does_not_answer_is_told_as_a_whole() -> None:
    answer = get(made(refused={"running": "AWS, Region x: EndpointConnectionError"}), "/")
    assert answer.status_code == 502
    assert "Stack demo, Region eu-central-1 cannot be read" in text(answer.text)
    assert "EndpointConnectionError" in answer.text


def test_a_platform_that_is_gone_is_told_as_that_with_what_brings_it_back() -> None:
    class Gone(Made):
        def running(self) -> Running:
            with refusals_reported("us-east-1"):
                raise EndpointConnectionError(endpoint_url="http://127.0.0.1:4566/")

    silence = "it has ended; `tenantry up` starts it again"
    answer = get(Gone((), words="the local platform http://127.0.0.1:4566", silence=silence), "/")
    assert answer.status_code == 502
    told = text(answer.text)
    assert "The local platform http://127.0.0.1:4566 does not answer It has ended; `tenantry up`" in told


def test_without_tenants_the_page_says_how_to_make_one() -> None:
    assert "tenantry new SLUG" in text(get(made(tenants=()), "/").text)


def test_a_tenant_that_does_not_run_is_told_with_those_that_do() -> None:
    answer = get(made(), "/tenants/initech")
    assert answer.status_code == 404
    assert "has no tenant initech; it has acme, acme-eu, globex" in text(answer.text)


def test_a_tenants_charts_can_be_read_as_tables_without_a_script() -> None:
    page = get(made(), "/tenants/acme").text
    titles = re.findall(r"<figcaption><b>(.*?)</b>", page)
    assert titles == [
        "Calls by status",
        "Latency",
        "Function errors",
        "Function duration, p95",
        "Consumed capacity",
        "Throttled invocations",
        "Oldest message in a queue",
        "Messages waiting, and dead letters",
    ]
    tables = re.findall(r"<table>.*?</table>", page, re.S)
    assert len(tables) == len(titles)
    for table in tables:
        assert "<caption" in table
        assert len(re.findall(r'<th scope="row"', table)) == 60
        assert '<th scope="col">UTC</th>' in table


def test_refused_tokens_are_no_errors_of_a_function() -> None:
    """An authorizer refuses by raising, which Lambda counts as an error."""
    page = get(made(), "/tenants/acme").text
    figures = dict(re.findall(r"<figcaption><b>(.*?)</b>(.*?)</table>", page, re.S))
    assert "authorizer" not in figures["Function errors"]
    assert "items" in figures["Function errors"]
    assert "authorizer" in figures["Function duration, p95"]


def test_only_a_tenant_that_delivers_has_charts_of_queues() -> None:
    groups = {"items": "tenantry_demo_acme_items"}
    page = get(made(tenants=(tenant("acme", functions=groups, queues=()),)), "/tenants/acme").text
    assert "Function errors" in page
    assert "dead letters" not in page


@pytest.mark.parametrize(
    ("name", "steps"),
    [("5m", 5), ("15m", 15), ("1h", 60), ("3h", 90), ("6h", 72), ("24h", 96), ("7d", 84)],
)
def test_every_range_is_drawn_in_steps_that_end_now(name: str, steps: int) -> None:
    page = get(made(), f"/tenants/acme?range={name}").text
    table = re.findall(r"<table>.*?</table>", page, re.S)[0]
    at = [int(each) for each in re.findall(r'data-at="(\d+)"', table)]
    assert len(at) == steps
    assert at[-1] <= NOW.timestamp() < at[-1] + (at[1] - at[0])
    assert f'/tenants/acme?range={name}" aria-current="true"' in page or name == "1h"


def test_where_nothing_was_measured_the_page_says_what_to_do() -> None:
    told = text(get(made(measured=False), "/tenants/acme").text)
    assert "Nothing was measured in this time" in told
    assert "tenantry call acme GET /health" in told


def test_keys_are_told_with_their_ages_and_alarms_with_their_reasons() -> None:
    told = text(get(made(alarmed={"acme": (alarm("5xx", "ALARM"), alarm("latency"))}), "/tenants/acme").text)
    assert "web not in 90 days 0 0 0 0 34 days Enabled id-acme" in told
    assert "5xx In alarm 12 minutes more than 1% of the calls fail Runbook for 5xx Threshold Crossed" in told
    assert told.count("Threshold Crossed") == 1


def test_an_alarm_that_joins_others_is_not_counted_beside_them() -> None:
    joined = replace(alarm("5xx", "ALARM"), condition="unhealthy", composite=True)
    told = row(get(made(alarmed={"acme": (alarm("5xx", "ALARM"), joined)}), "/").text, "acme")
    assert told.startswith("acme silver 1 alarm 1,200")


def test_errors_are_told_with_their_trace() -> None:
    failure = Failure(NOW - timedelta(minutes=1), "gateway", "X", "X", "GET /health", 504, "request-1", "1-a")
    told = text(get(made(failed=[failure]), "/tenants/acme").text)
    assert "1 2026-11-22 14:29:12 gateway GET /health 504 X request-1 1-a" in told


def test_what_a_log_says_is_text_and_no_markup() -> None:
    failure = Failure(NOW, "items", "x", "<script>alert(1)</script>", "GET /<b>", None, '"><img src=x>', "")
    page = get(made(failed=[failure]), "/tenants/acme").text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;" in page


def test_it_refreshes_by_itself_only_when_asked_to_and_can_be_paused() -> None:
    still, moving = get(made(), "/").text, get(made(), "/?refresh=on&range=6h").text
    assert "data-refresh" not in still
    assert 'href="/?refresh=on"' in still
    assert 'data-refresh="60"' in moving
    assert '<noscript><meta http-equiv="refresh" content="60"></noscript>' in moving
    assert re.search(r'id="toggle" href="/\?range=6h"', moving)
