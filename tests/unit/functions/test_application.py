"""What every answer has in common: routing, problems, CORS, headers, logs and metrics."""

import dataclasses
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError

from agreed import routes
from agreed.routes import Route
from api import clients, counters, downstream, problems
from api.errors import ApiError
from groups.items import handler as items_handler
from groups.tools import handler as tools_handler
from tenantry.gateway.refusals import gateway_responses
from tests.support import events, tenant_api
from tests.support.tenant_api import BrokenTable, TenantApi

COLLECTION = "/items/{collection}"
ITEM = "/items/{collection}/{id}"
ORDERS = {"collection": "orders"}
ORIGIN = "https://shop.acme.example"


def aws_error(code: str, operation: str = "GetItem", **more: Any) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "m"}, **more}, operation)


def cancelled(*codes: str) -> Exception:
    """As the functions' own session knows it: another session has another class of the same name."""
    client = clients.session().create_client("dynamodb", region_name=tenant_api.REGION)
    reasons = [{"Code": code} for code in codes]
    answer = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}
    error: Exception = client.exceptions.TransactionCanceledException(answer, "TransactWriteItems")
    return error


class TestRouting:
    def test_a_route_of_another_group_is_404(self, acme: TenantApi) -> None:
        answer = acme.call_group("items", "POST", "/contact", {"email": "a@b.c", "message": "m"})
        assert (answer.status, answer.slug) == (404, "not-found")
        assert tenant_api.records() == []

    @pytest.mark.parametrize("method", ["PATCH", "TRACE", "get", "head"])
    def test_a_method_that_the_contract_lacks_is_404(self, acme: TenantApi, method: str) -> None:
        assert acme.call_group("items", method, COLLECTION, path=ORDERS).slug == "not-found"

    def test_head_is_answered_as_get_and_logged_as_the_route_that_it_asks_about(
        self, acme: TenantApi, capsys: pytest.CaptureFixture[str]
    ) -> None:
        item_id = acme.call("POST", COLLECTION, {"a": 1}, path=ORDERS).json["id"]
        path = {**ORDERS, "id": item_id}
        capsys.readouterr()
        got, asked = (acme.call(method, ITEM, path=path) for method in ("GET", "HEAD"))
        assert asked == got
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert {line["route"] for line in lines} == {f"GET {ITEM}"}

    def test_head_of_what_only_takes_writes_is_404(self, acme: TenantApi) -> None:
        assert acme.call("HEAD", "/contact").slug == "not-found"

    def test_null_maps_of_the_event_are_empty_ones(self, acme: TenantApi) -> None:
        event = events.proxy("GET", "/tools/summary")
        for name in ("headers", "multiValueHeaders", "queryStringParameters", "pathParameters"):
            event[name] = None
        with acme.environment():
            assert tools_handler.handle(event, events.Invocation())["statusCode"] == 200

    def test_single_value_maps_are_enough(self, acme: TenantApi) -> None:
        event = events.proxy("GET", COLLECTION, path=ORDERS, query="limit=0")
        event |= {"multiValueHeaders": None, "multiValueQueryStringParameters": None}
        with acme.environment():
            assert items_handler.handle(event, events.Invocation())["statusCode"] == 400


class TestScopes:
    """The gateway's `*` crosses slashes, so its verdict alone may open more than the token's scopes."""

    @pytest.mark.parametrize("route", [each for each in routes.table() if each.scope], ids=str)
    def test_every_route_asks_for_its_own_scope(self, acme: TenantApi, route: Route) -> None:
        others = {each.scope for each in routes.table() if each.scope} - {route.scope}
        answer = acme.call(route.method, route.path, scope=" ".join(sorted(others)))
        assert (answer.status, answer.slug) == (403, "forbidden")

    @pytest.mark.parametrize("scope", ["", "items", "items:readx", "ITEMS:READ", "x\titems:read\ty"])
    def test_a_scope_is_the_whole_word_between_spaces(self, acme: TenantApi, scope: str) -> None:
        assert acme.call("GET", COLLECTION, path=ORDERS, scope=scope).slug == "forbidden"
        assert acme.call("GET", COLLECTION, path=ORDERS, scope=f"a {scope} items:read").status == 200

    def test_nobody_without_a_verdict_is_served_where_a_scope_is_needed(self, acme: TenantApi) -> None:
        assert acme.call("GET", COLLECTION, path=ORDERS, subject=None).slug == "forbidden"

    def test_the_refusal_has_the_gateways_words(self, acme: TenantApi) -> None:
        refused = acme.call("GET", COLLECTION, path=ORDERS, scope="").json
        template = gateway_responses()["ACCESS_DENIED"]["responseTemplates"]["application/json"]
        template = template.replace("$context.requestId", refused["request_id"])
        assert refused == json.loads(template.replace("$context.resourcePath", COLLECTION))


class TestProblems:
    def test_a_problem_carries_the_gateways_request_id(self, acme: TenantApi) -> None:
        event = events.proxy("GET", ITEM, path={**ORDERS, "id": "x"})
        with acme.environment():
            body = json.loads(items_handler.handle(event, events.Invocation())["body"])
        assert body["request_id"] == event["requestContext"]["requestId"]
        assert (body["type"], body["status"]) == ("urn:tenantry:problem:not-found", 404)

    def test_every_domain_error_has_its_problem(self) -> None:
        assert set(problems.PROBLEMS) == {
            each for each in ApiError.__subclasses__() if each.__module__ == "api.errors"
        }

    def test_an_unexpected_failure_tells_the_client_nothing_and_the_log_where(
        self, acme: TenantApi, broken_table: BrokenTable, capsys: pytest.CaptureFixture[str]
    ) -> None:
        broken_table.failures = [RuntimeError("value s3cret")]
        answer = acme.call("GET", COLLECTION, path=ORDERS)
        assert (answer.status, answer.slug) == (500, "internal-error")
        assert answer.json.keys() == {"type", "title", "status", "request_id"}
        output = capsys.readouterr().out
        assert "RuntimeError" in output
        assert "in list_items" in output
        assert "s3cret" not in output


class TestDownstream:
    @pytest.mark.parametrize(
        "failure",
        [
            aws_error("ThrottlingException"),
            aws_error("ProvisionedThroughputExceededException"),
            aws_error("InternalServerError"),
            aws_error("TransactionInProgressException"),
            ReadTimeoutError(endpoint_url="https://x"),
            ConnectTimeoutError(endpoint_url="https://x"),
        ],
        ids=str,
    )
    def test_a_busy_or_silent_service_is_503_with_a_time_to_retry(
        self, acme: TenantApi, broken_table: BrokenTable, failure: Exception
    ) -> None:
        broken_table.failures = [failure] * len(downstream.PAUSES)
        answer = acme.call("GET", COLLECTION, path=ORDERS)
        assert (answer.status, answer.slug) == (503, "unavailable")
        assert int(answer.headers["Retry-After"]) >= 1

    def test_a_refused_permission_is_our_fault(self, acme: TenantApi, broken_table: BrokenTable) -> None:
        broken_table.failures = [aws_error("AccessDeniedException")]
        assert acme.call("GET", COLLECTION, path=ORDERS).slug == "internal-error"

    def test_a_throttled_transaction_is_503(self, acme: TenantApi, broken_table: BrokenTable) -> None:
        broken_table.failures = [cancelled("None", "ThrottlingError")] * counters.ATTEMPTS
        assert acme.call("POST", COLLECTION, {}, path=ORDERS).slug == "unavailable"

    def test_a_conflict_on_a_counter_is_tried_again(self, acme: TenantApi, broken_table: BrokenTable) -> None:
        broken_table.failures = [cancelled("None", "TransactionConflict")] * (counters.ATTEMPTS - 1)
        assert acme.call("POST", COLLECTION, {}, path=ORDERS).status == 201
        assert broken_table.calls == ["TransactWriteItems"] * counters.ATTEMPTS

    def test_lasting_conflicts_are_409_with_a_time_to_retry(
        self, acme: TenantApi, broken_table: BrokenTable, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pauses: list[float] = []
        monkeypatch.setattr("api.deadline.time.sleep", pauses.append)
        broken_table.failures = [cancelled("None", "TransactionConflict")] * counters.ATTEMPTS
        answer = acme.call("POST", COLLECTION, {}, path=ORDERS)
        assert (answer.status, answer.slug) == (409, "conflict")
        assert "Retry-After" in answer.headers
        assert len(pauses) == counters.ATTEMPTS - 1  # between the attempts: none before the answer


class TestCallsToTheTable:
    """Cost and consistency: what one request asks of DynamoDB."""

    def test_a_write_is_one_call(self, acme: TenantApi, broken_table: BrokenTable) -> None:
        created = acme.call("POST", COLLECTION, {}, path=ORDERS, headers={"Idempotency-Key": "k"})
        path = {**ORDERS, "id": created.json["id"]}
        acme.call("PUT", ITEM, {}, path=path, headers={"If-Match": "*"})
        acme.call("DELETE", ITEM, path=path)
        assert broken_table.calls == ["TransactWriteItems", "UpdateItem", "TransactWriteItems"]

    def test_a_write_with_an_idempotency_key_is_one_transaction_and_so_is_its_repeat(
        self, acme: TenantApi, broken_table: BrokenTable
    ) -> None:
        form = {"email": "a@b.example", "message": "m"}
        created = acme.call("POST", COLLECTION, {}, path=ORDERS, headers={"Idempotency-Key": "k"})
        path = {**ORDERS, "id": created.json["id"]}
        for _ in range(2):
            acme.call("POST", COLLECTION, {}, path=ORDERS, headers={"Idempotency-Key": "k"})
            acme.call("PUT", ITEM, {}, path=path, headers={"Idempotency-Key": "p", "If-Match": '"1"'})
            acme.call("POST", "/contact", form, headers={"Idempotency-Key": "c"}, subject=None)
        for _ in range(2):
            acme.call("DELETE", ITEM, path=path, headers={"Idempotency-Key": "d"})
        assert broken_table.calls == ["TransactWriteItems"] * 9

    def test_only_a_change_of_a_message_reads_first(self, acme: TenantApi, broken_table: BrokenTable) -> None:
        """Its answer shows the whole message, and its counts depend on the state that it had."""
        sent = acme.call("POST", "/contact", {"email": "a@b.example", "message": "m"}, subject=None)
        broken_table.calls.clear()
        acme.call("PATCH", "/tools/contacts/{id}", {"state": "open"}, path={"id": sent.json["id"]})
        assert broken_table.calls == ["GetItem", "TransactWriteItems"]

    def test_an_item_is_one_read(self, acme: TenantApi, broken_table: BrokenTable) -> None:
        created = acme.call("POST", COLLECTION, {}, path=ORDERS)
        broken_table.calls.clear()
        acme.call("GET", ITEM, path={**ORDERS, "id": created.json["id"]})
        assert broken_table.calls == ["GetItem"]

    def test_a_page_is_one_query(self, acme: TenantApi, broken_table: BrokenTable) -> None:
        acme.call("GET", COLLECTION, path=ORDERS)
        acme.call("GET", "/tools/contacts", query="state=new")
        assert broken_table.calls == ["Query", "Query"]


class TestCors:
    def test_an_origin_of_the_tenant_may_read_the_answer(self, acme: TenantApi) -> None:
        answer = acme.call("GET", COLLECTION, path=ORDERS, headers={"oRiGiN": ORIGIN})
        assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert (
            answer.headers["Access-Control-Expose-Headers"]
            == "ETag, Idempotent-Replayed, Location, Retry-After"
        )
        assert answer.headers["Vary"] == "Origin"
        assert "Access-Control-Allow-Credentials" not in answer.headers

    @pytest.mark.parametrize("origin", ["https://evil.example", ORIGIN + ".evil.example", "null", ""])
    def test_a_foreign_origin_is_allowed_nothing(self, acme: TenantApi, origin: str) -> None:
        for method in ("GET", "OPTIONS"):
            answer = acme.call(method, COLLECTION, path=ORDERS, headers={"Origin": origin})
            assert not [name for name in answer.headers if name.startswith("Access-Control")]
            assert answer.headers["Vary"] == "Origin"

    def test_a_problem_can_be_read_by_the_origin_too(self, acme: TenantApi) -> None:
        answer = acme.call("GET", COLLECTION, path=ORDERS, query="limit=0", headers={"Origin": ORIGIN})
        assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (400, ORIGIN)

    def test_a_preflight_names_the_methods_of_its_path(self, acme: TenantApi) -> None:
        answer = acme.call("OPTIONS", ITEM, path={**ORDERS, "id": "x"}, headers={"Origin": ORIGIN})
        assert (answer.status, answer.text) == (204, "")
        assert answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD, PUT, PATCH, DELETE"
        allowed = {name.strip().lower() for name in answer.headers["Access-Control-Allow-Headers"].split(",")}
        assert allowed == {
            "authorization",
            "content-type",
            "idempotency-key",
            "if-match",
            "if-none-match",
            "x-api-key",
        }

    @pytest.mark.parametrize(
        "asked",
        [
            "authorization,baggage,sentry-trace,x-api-key",
            "cache-control, x-requested-with",
            "traceparent,tracestate",
            "X-Amz-Date , X-Amz-Security-Token",
            ",".join(f"x-custom-{number}" for number in range(60)),
        ],
    )
    def test_a_page_of_the_tenant_may_send_what_it_asks_for(self, acme: TenantApi, asked: str) -> None:
        allowed = self.allowed_headers(acme, asked)
        assert {name.strip().lower() for name in asked.split(",")} <= set(allowed)
        assert {"authorization", "x-api-key", "if-match"} <= set(allowed)
        assert len(allowed) == len(set(allowed))

    @pytest.mark.parametrize(
        "asked",
        ["", ",", "a b", "x-a;y", "x-\u00e9", "x\r\ny: z", "x" * 1_025, "*, x" * 300, 'x-"a"', "a:b"],
    )
    def test_what_is_malformed_or_too_much_adds_nothing(self, acme: TenantApi, asked: str) -> None:
        assert self.allowed_headers(acme, asked) == [
            *("authorization", "content-type", "idempotency-key", "if-match", "if-none-match", "x-api-key")
        ]

    def test_a_foreign_page_is_told_nothing_of_headers(self, acme: TenantApi) -> None:
        headers = {"Origin": "https://evil.example", "Access-Control-Request-Headers": "baggage"}
        answer = acme.call("OPTIONS", COLLECTION, path=ORDERS, headers=headers)
        assert not [name for name in answer.headers if name.startswith("Access-Control")]

    def allowed_headers(self, api: TenantApi, asked: str) -> list[str]:
        headers = {"Origin": ORIGIN, "Access-Control-Request-Headers": asked}
        answer = api.call("OPTIONS", COLLECTION, path=ORDERS, headers=headers)
        return [name.lower() for name in answer.headers["Access-Control-Allow-Headers"].split(", ")]

    @pytest.mark.parametrize(
        ("listed", "origin", "allowed"),
        [
            ("https://*.a.example", "https://x.a.example", True),
            ("https://*.a.example", "https://x-1.a.example", True),
            ("https://*.a.example:8443", "https://x.a.example:8443", True),
            ("http://*.localhost:5173", "http://app.localhost:5173", True),
            ("capacitor://localhost", "capacitor://localhost", True),
            ("chrome-extension://abcdef", "chrome-extension://abcdef", True),
            ("https://*.a.example", "https://a.example", False),
            ("https://*.a.example", "https://x.y.a.example", False),
            ("https://*.a.example", "https://.a.example", False),
            ("https://*.a.example", "https://*.a.example", True),
            ("https://*.a.example", "http://x.a.example", False),
            ("https://*.a.example", "https://x.a.example:8443", False),
            ("https://*.a.example", "https://x.a.example.evil.example", False),
            ("https://*.a.example", "https://xa.example", False),
            ("https://*.a.example", "https://x.a.example\r\nX: y", False),
            ("https://*.a.example", "https://u@x.a.example", False),
            ("capacitor://localhost", "ionic://localhost", False),
        ],
    )
    def test_a_wildcard_stands_for_one_label_and_nothing_else(
        self, acme: TenantApi, listed: str, origin: str, allowed: bool
    ) -> None:
        api = dataclasses.replace(acme, cors_origins=listed)
        answer = api.call("GET", COLLECTION, path=ORDERS, headers={"Origin": origin})
        assert answer.headers.get("Access-Control-Allow-Origin") == (origin if allowed else None)
        assert answer.headers["Vary"] == "Origin"

    def test_a_preflight_of_another_groups_path_is_404(self, acme: TenantApi) -> None:
        assert acme.call_group("items", "OPTIONS", "/contact", headers={"Origin": ORIGIN}).status == 404

    def test_any_origin_is_answered_with_a_star(self, acme: TenantApi) -> None:
        answer = dataclasses.replace(acme, cors_origins="*").call("GET", COLLECTION, path=ORDERS)
        assert answer.headers["Access-Control-Allow-Origin"] == "*"

    def test_credentials_are_allowed_only_with_a_named_origin(self, acme: TenantApi) -> None:
        generous = dataclasses.replace(acme, cors_credentials="true")
        answer = generous.call("GET", COLLECTION, path=ORDERS, headers={"Origin": ORIGIN})
        assert answer.headers["Access-Control-Allow-Credentials"] == "true"
        starred = dataclasses.replace(generous, cors_origins="*")
        answer = starred.call("GET", COLLECTION, path=ORDERS, headers={"Origin": ORIGIN})
        assert "Access-Control-Allow-Credentials" not in answer.headers


class TestHeaders:
    def test_answers_are_not_stored_and_not_sniffed(self, acme: TenantApi) -> None:
        answer = acme.call("GET", COLLECTION, path=ORDERS)
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"

    def test_an_item_may_be_kept_by_its_reader_and_asked_about(self, acme: TenantApi) -> None:
        item_id = acme.call("POST", COLLECTION, {}, path=ORDERS).json["id"]
        answer = acme.call("GET", ITEM, path={**ORDERS, "id": item_id})
        assert answer.headers["Cache-Control"] == "private, no-cache"


class TestRecords:
    def test_logs_name_tenant_and_route_and_hold_no_body_key_token_or_address(
        self, acme: TenantApi, capsys: pytest.CaptureFixture[str]
    ) -> None:
        headers = {"Authorization": "Bearer t0ken", "x-api-key": "k3y", "Idempotency-Key": "1dem"}
        form = {"email": "ada@private.example", "message": "b0dy"}
        acme.call("POST", "/contact", form, headers=headers, subject=None)
        acme.call("POST", "/contact", {**form, "email": "bad b0dy"}, headers=headers, subject=None)
        output = capsys.readouterr().out
        line = next(json.loads(line) for line in output.splitlines() if '"answered"' in line)
        assert (line["tenant"], line["route"], line["status"]) == ("acme", "POST /contact", 202)
        assert line["request_id"]
        for secret in ("t0ken", "k3y", "1dem", "ada@private.example", "b0dy"):
            assert secret not in output
