"""The pages say what was read, in words and figures, and what was not, with what to do about it."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from tenantry.console.formats import NONE
from tenantry.operations.logs.failures import Failure
from tenantry.operations.metering.figures import Glance
from tenantry.operations.metering.quota_use import QuotaUse
from tests.support.console import NOW, Made, alarm, get, tenant

REFUSAL = (
    "AWS, Region eu-central-1: AccessDenied: User: arn:aws:sts::1:assumed-role/reader/ann is not authorized "
    "to perform: an action; use credentials of a role that may"
)
BUSY = Glance(1200.0, 24.0, 6.0, 1250.0, (20.0,) * 60)
QUIET = Glance(0.0, 0.0, 0.0, None, (0.0,) * 60)


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
    page = get(made(ringing={"acme-eu": (alarm("5xx", "ALARM"), alarm("latency"))}), "/").text
    assert order(page)[0] == "acme-eu"
    assert "1 alarm" in row(page, "acme-eu")
    assert "1 in alarm" in text(page)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("sort=requests", ["acme", "acme-eu", "globex"]),
        ("sort=requests&order=asc", ["acme-eu", "globex", "acme"]),
        ("sort=tenant&order=desc", ["globex", "acme-eu", "acme"]),
        ("sort=p99", ["acme", "acme-eu", "globex"]),
        ("sort=nonsense&range=forever&order=sideways", ["acme-eu", "acme", "globex"]),
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


def test_a_failure_that_no_permission_mends_names_none() -> None:
    told = text(get(made(refused={"glances": "AWS, Region x: Throttling; try again"}), "/").text)
    assert "Throttling; try again" in told
    assert "role" not in told


def test_a_platform_that_does_not_answer_is_told_as_a_whole() -> None:
    answer = get(made(refused={"running": "AWS, Region x: EndpointConnectionError"}), "/")
    assert answer.status_code == 502
    assert "Stack demo, Region eu-central-1 cannot be read" in text(answer.text)
    assert "EndpointConnectionError" in answer.text


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


@pytest.mark.parametrize(("name", "steps"), [("1h", 60), ("6h", 72), ("24h", 96), ("7d", 84)])
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
    told = text(get(made(ringing={"acme": (alarm("5xx", "ALARM"), alarm("latency"))}), "/tenants/acme").text)
    assert "web 34 days 2026-10-19 14:30:12 Enabled id-acme" in told
    assert "5xx In alarm 12 minutes more than 1% of the calls fail Runbook Threshold Crossed" in told
    assert told.count("Threshold Crossed") == 1


def test_an_alarm_that_joins_others_is_not_counted_beside_them() -> None:
    joined = replace(alarm("5xx", "ALARM"), condition="unhealthy", composite=True)
    told = row(get(made(ringing={"acme": (alarm("5xx", "ALARM"), joined)}), "/").text, "acme")
    assert told.startswith("acme silver 1 alarm 1,200")


def test_errors_are_told_with_their_trace() -> None:
    failure = Failure(NOW - timedelta(minutes=1), "gateway", "X", "GET /health", 504, "request-1", "1-a")
    told = text(get(made(failed=[failure]), "/tenants/acme").text)
    assert "2026-11-22 14:29:12 gateway GET /health 504 X request-1 1-a" in told


def test_what_a_log_says_is_text_and_no_markup() -> None:
    failure = Failure(NOW, "items", "<script>alert(1)</script>", "GET /<b>", None, '"><img src=x>', "")
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
