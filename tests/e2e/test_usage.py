"""`usage` agrees to the request with what was sent; `logs` shows one request's way."""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx

from tests.support.command import Command, eventually
from tests.support.platform import Tenant

LIST, CREATE, READ = "GET /items/{collection}", "POST /items/{collection}", "GET /items/{collection}/{id}"
NO_KEY = ""


def reported(command: Command, *options: str) -> dict[str, Any]:
    """The tenants' reports by slug."""
    done = command("usage", *options, "--json")
    assert done.returncode == 0, done.stderr
    return {each["tenant"]: each for each in json.loads(done.stdout)["tenants"]}


def counts(report: dict[str, Any]) -> Counter[tuple[str, str, str]]:
    """Answers by key, route and class, and all `requests`."""
    found: Counter[tuple[str, str, str]] = Counter()
    for line in report["lines"]:
        for what in ("requests", "succeeded", "refused", "failed"):
            found[line["key"], line["route"], what] += line[what]
    return +found


def test_every_request_is_counted_once_by_key_route_and_answer(
    command: Command, acme: Tenant, acme_eu: Tenant
) -> None:
    before = reported(command)
    calls: list[tuple[int, Callable[[], httpx.Response]]] = [
        (7, lambda: acme.call("GET", "/items/orders")),
        (5, lambda: acme.call("POST", "/items/orders", {"total": 1})),
        (3, lambda: acme.call("GET", "/items/orders/01ARZ3NDEKTSV4RRFFQ69G5FAV")),
        (2, lambda: acme.call("GET", "/items/orders", token=None)),
        (4, lambda: acme.call("GET", "/items/orders", key=acme_eu.key)),
        (1, lambda: acme.call("GET", "/nowhere")),
        (2, lambda: acme_eu.call("GET", "/items/orders")),
    ]
    answers = [{call().status_code for _ in range(times)} for times, call in calls]
    assert answers == [{200}, {201}, {404}, {401}, {403}, {404}, {200}]
    after = reported(command)
    sent = counts(after["acme"]) - counts(before["acme"])
    assert sent == {
        ("web", LIST, "requests"): 7,
        ("web", LIST, "succeeded"): 7,
        ("web", CREATE, "requests"): 5,
        ("web", CREATE, "succeeded"): 5,
        ("web", READ, "requests"): 3,
        ("web", READ, "refused"): 3,
        (NO_KEY, LIST, "requests"): 6,
        (NO_KEY, LIST, "refused"): 6,
        (NO_KEY, "unmatched", "requests"): 1,
        (NO_KEY, "unmatched", "refused"): 1,
    }
    assert after["acme"]["requests"] - before["acme"]["requests"] == 22
    assert after["acme-eu"]["requests"] - before["acme-eu"]["requests"] == 2
    planned = [each["acme"]["agreement"]["planned"] for each in (before, after)]
    assert planned[1] - planned[0] == 15
    assert all(report["agreement"]["agrees"] for report in after.values())


def test_what_remains_of_a_quota_goes_down_with_each_request(command: Command, globex: Tenant) -> None:
    def remaining() -> int:
        (key,) = reported(command, "globex")["globex"]["keys"]
        return int(key["remaining"])

    before = remaining()
    assert globex.call("GET", "/items/orders").status_code == 200
    assert remaining() == before - 1


def test_the_same_comes_as_a_table_and_as_csv(command: Command, acme: Tenant) -> None:
    assert acme.call("GET", "/items/orders").status_code == 200
    report = reported(command, "acme")["acme"]
    table, sheet = command("usage", "acme"), command("usage", "acme", "--csv")
    assert (table.returncode, sheet.returncode) == (0, 0)
    total = next(line for line in table.stdout.splitlines() if "total" in line)
    assert f"{report['requests']:,}" in total
    today = max(line["day"] for line in report["lines"])
    requests = sum(line["requests"] for line in report["lines"] if line["day"] == today)
    assert f"{today[5:]} {requests:,}\n" in table.stdout.partition("by day: ")[2]
    rows = list(csv.DictReader(io.StringIO(sheet.stdout)))
    assert {row["tenant"] for row in rows} == {"acme"}
    assert sum(int(row["requests"]) for row in rows) == report["requests"]
    assert {row["key"] for row in rows} == {line["key"] for line in report["lines"]}


def test_a_requests_way_is_shown_from_the_gateway_to_the_notifier(command: Command, globex: Tenant) -> None:
    form = {"email": "ann@example.com", "message": "hello"}
    sent = globex.call("POST", "/contact", form, token=None)
    fresh = globex.token(sub="newcomer")  # no verdict on it is cached
    read = globex.call("GET", "/items/orders", token=fresh)
    assert (sent.status_code, read.status_code) == (202, 200)

    def way(answer: httpx.Response) -> list[str]:
        done = command("logs", "globex", "--request", answer.headers["x-amzn-requestid"], "--json")
        assert done.returncode == 0, done.stderr
        return [json.loads(line)["log"] for line in done.stdout.splitlines()]

    assert eventually(lambda: way(sent) == ["access", "contact", "notifier"])
    assert eventually(lambda: way(read) == ["access", "authorizer", "items"])


def test_a_refused_token_is_told_with_its_reason_and_is_no_failure(command: Command, acme: Tenant) -> None:
    refused = acme.call("GET", "/items/orders", token="junk").headers["x-amzn-requestid"]

    def told(*options: str) -> list[tuple[str, str]]:
        done = command("logs", "acme", "--request", refused, "--json", *options)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        return [(line["log"], line["fields"].get("reason", "")) for line in lines]

    assert eventually(lambda: told() == [("access", ""), ("authorizer", "malformed")])
    failures = command("logs", "acme", "--errors", "--group", "authorizer", "--json")
    assert "Unauthorized" not in failures.stdout


def test_records_hold_no_secret(command: Command, acme: Tenant) -> None:
    acme.call("GET", "/items/orders")
    shown = command("logs", "acme", "--json").stdout
    assert "/items/{collection}" in shown
    assert acme.key not in shown
    assert acme.own_token not in shown
