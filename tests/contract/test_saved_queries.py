"""Saved queries ask for fields that log lines really have, by words that they really say."""

import json
import logging
import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest

import authorizer.handler
from agreed.seals import Seal
from api import logs
from api import settings as common
from api.queue import Entry
from authorizer import settings
from groups.contact.notifier import deliveries
from groups.contact.notifier import handler as notifier_handler
from groups.contact.notifier.deliveries import Outcome, Record
from groups.contact.notifier.failures import Undelivered
from groups.items import handler as items_handler
from groups.portal import changes
from groups.portal import clients as portal_clients
from groups.tokens import handler as tokens_handler
from tenantry import groups
from tenantry.components.stage import ACCESS_LOG_FORMAT
from tenantry.monitoring.queries import LATEST_FAILURES, PLACEHOLDER, Query, queries
from tenantry.rules.naming import AUTHORIZER
from tests.support import events

Line = dict[str, Any]

# "CloudWatch Logs Insights language query syntax"
WORDS = {"fields", "filter", "stats", "sort", "limit", "by", "as", "or", "and", "in", "like", "asc", "desc"}
OF_INSIGHTS = {"@timestamp", "@log", "@message"}  # of every line
REQUEST = "request-1"
GATEWAY_LINE = dict.fromkeys(ACCESS_LOG_FORMAT, REQUEST)
SERVICE = "saved-queries"  # a logger is kept by its service's name
QUERIES = queries(groups.current())
ROUTES = [member.name for member in groups.current().members if member.serves]
NOTIFIER = "notifier"
ENTRY = Entry("01JD3Z6K0V8Q4T7M2N5P9R1S3W", REQUEST)


@pytest.fixture(autouse=True)
def _function(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The environment of acme's functions, and a logger that writes to this test's stdout."""
    auth = {"mode": "oidc", "issuer": "https://id.example", "audience": "a", "algorithms": ["RS256"]}
    environment = {"AUTH": json.dumps(auth), "TENANT": "acme", "TABLE": "t"}
    powertools = {"POWERTOOLS_SERVICE_NAME": SERVICE, "POWERTOOLS_METRICS_NAMESPACE": "Tenantry"}
    for name, value in {**environment, **powertools}.items():
        monkeypatch.setenv(name, value)
    logging.Logger.manager.loggerDict.pop(SERVICE, None)
    forget()
    yield
    forget()


def forget() -> None:
    """What a function keeps from its first call on."""
    for module in (common, settings, logs):
        for kept in vars(module).values():
            if hasattr(kept, "cache_clear"):
                kept.cache_clear()


@pytest.fixture(name="written")
def fixture_written(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> dict[str, list[Line]]:
    """Lines by who wrote them, one call of each."""

    def lines() -> list[Line]:
        written = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        return [line for line in written if "message" in line]

    with pytest.raises(Exception, match="Unauthorized"):
        authorizer.handler.handle(of_request(events.authorizer(None)), events.Invocation())
    refused = lines()
    items_handler.handle(of_request(events.proxy("GET", "/tools/summary")), events.Invocation())
    answered = lines()
    tokens_handler.handle(of_request(events.proxy("POST", "/token")), events.Invocation())
    without_a_token = lines()
    change_clients(monkeypatch)
    changed = lines()
    notify(monkeypatch)
    return {
        "access": [GATEWAY_LINE],
        AUTHORIZER: refused,
        NOTIFIER: lines(),
        **dict.fromkeys(ROUTES, answered),
        "tokens": without_a_token,
        "portal": changed,
    }


def change_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the portal, each change once."""
    for act, answer in {"make": ("", None), "roll": ("", None), "end": None, "remove": None}.items():
        monkeypatch.setattr(portal_clients, act, lambda *_, answer=answer: answer)
        changes.done({"act": act, "client": "crm"}, Seal("0" * 32, 0))


class Outcomes:
    """In the place of `Deliveries`: an entry comes out as its id says."""

    def take(self, record: Record, _seconds_left: object) -> Outcome:
        error = Undelivered("no")
        error.__cause__ = TimeoutError()
        return Outcome(record.id, 30, ENTRY, "no", error)  # type: ignore[arg-type]  # one of the results


def notify(monkeypatch: pytest.MonkeyPatch) -> None:
    """One batch, with an entry for each result."""
    handler = notifier_handler
    attributes = {"ApproximateReceiveCount": "3", "SentTimestamp": "0"}
    records = [
        {"messageId": result, "receiptHandle": "handle", "body": "{}", "attributes": attributes}
        for result in get_args(deliveries.Result)
    ]
    for place, name, stub in (
        (handler, "Deliveries", lambda *_: Outcomes()),
        (handler, "channels", lambda: None),
        (handler, "_postpone", lambda *_: None),
        (handler.table, "current", lambda: None),
    ):
        monkeypatch.setattr(place, name, stub)
    handler.handle({"Records": records}, events.Invocation())


def of_request(event: dict[str, Any]) -> dict[str, Any]:
    return event | {"requestContext": event["requestContext"] | {"requestId": REQUEST}}


def fields(commands: str) -> set[str]:
    """What a query reads: neither its own words, nor functions, texts, patterns, and names that it gives."""
    bare = re.sub(r'"[^"]*"|/[^/\n]*/', "", commands)
    given = set(re.findall(r"\bas (\w+)", bare))
    return set(re.findall(r"@?[a-z]\w*(?![\w(])", bare)) - WORDS - given


def asked(query: Query, field: str) -> set[str]:
    """The texts that the query compares the field with."""
    [condition] = re.findall(rf'{field} (?:= |in \[)((?:"[^"]+"(?:, )?)+)', query.commands)
    return set(re.findall(r'"([^"]+)"', condition))


def named(key: str) -> Query:
    return next(query for query in QUERIES if query.key == key)


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.key)
def test_a_query_reads_fields_that_its_log_groups_have(query: Query, written: dict[str, list[Line]]) -> None:
    there = {name for group in query.groups for line in written[group] for name in line}
    assert fields(query.commands) <= there | OF_INSIGHTS


def test_the_dashboards_table_of_failures_reads_fields_of_the_access_log() -> None:
    assert fields(LATEST_FAILURES) <= ACCESS_LOG_FORMAT.keys() | OF_INSIGHTS


def test_a_refusal_is_asked_for_by_the_word_that_the_authorizer_writes(
    written: dict[str, list[Line]],
) -> None:
    assert asked(named("refused-tokens"), "message") == {line["message"] for line in written[AUTHORIZER]}


def test_clients_without_a_token_are_asked_for_by_the_word_that_the_endpoint_writes(
    written: dict[str, list[Line]],
) -> None:
    assert asked(named("refused-clients"), "message") <= {line["message"] for line in written["tokens"]}


def test_changes_of_clients_are_asked_for_by_the_words_that_the_portal_writes(
    written: dict[str, list[Line]],
) -> None:
    assert asked(named("changed-clients"), "message") == {line["message"] for line in written["portal"]}


def test_failed_deliveries_are_asked_for_by_words_that_the_notifier_writes(
    written: dict[str, list[Line]],
) -> None:
    wanted = asked(named("failed-deliveries"), "message")
    assert wanted <= {line["message"] for line in written[NOTIFIER]}
    assert not wanted & {"delivered", "delivered before", "not stored yet", "no time left"}


def test_one_requests_lines_are_found_in_every_log_by_its_id(written: dict[str, list[Line]]) -> None:
    query = named("one-request")
    assert query.groups == ("access", AUTHORIZER, *ROUTES, NOTIFIER)
    assert query.commands.count(PLACEHOLDER) == 1
    assert all(any(REQUEST in line.values() for line in written[group]) for group in query.groups)


def test_a_query_is_one_that_cloudwatch_takes_and_says_where_to_ask() -> None:
    for query in QUERIES:
        assert len(query.text) <= 10_000  # PutQueryDefinition
        assert query.text.startswith("# Choose /")
    assert len({query.title for query in QUERIES}) == len(QUERIES)


def test_no_query_shows_what_a_caller_sent() -> None:
    for query in QUERIES:
        assert not {"body", "email", "token", "authorization"} & fields(query.commands)
