"""However slow, throttled or absent AWS is, the answer goes out before the function's time is up."""

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from agreed import routes
from agreed.routes import Route
from api import deadline, downstream, secrets, table
from api.identifiers import new_id
from api.table import Table
from groups.portal import calls, usage
from tests.support import issuing, tenant_api, visits
from tests.support.events import Invocation
from tests.support.issuing import Issuing
from tests.support.tenant_api import Answer, BrokenTable, TenantApi

COLLECTION, ITEM = "/items/{collection}", "/items/{collection}/{id}"
ORDERS = {"collection": "orders"}
FORM = {"email": "ada@example.com", "message": "Hello"}
ATTEMPTS = len(downstream.PAUSES)
AWS = "https://x"


def test_a_secret_that_is_slow_to_come_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    arrives, asked = threading.Event(), threading.Event()

    def fetch(arn: str) -> dict[str, str]:
        if arn == "slow":
            asked.set()
            assert arrives.wait(10)
        return {"of": arn}

    monkeypatch.setattr(secrets, "_fetch", fetch)
    monkeypatch.setattr(secrets, "_kept", {})
    slow = threading.Thread(target=secrets.values, args=("slow",))
    slow.start()
    assert asked.wait(10)
    assert secrets.values("quick") == {"of": "quick"}
    arrives.set()
    slow.join()
    assert secrets.values("slow") == {"of": "slow"}


@dataclass
class Clock:
    """Time that passes only where a call or a pause takes it."""

    now: float = 1_000.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(deadline, "time", clock)
    monkeypatch.setattr(deadline, "random", SimpleNamespace(uniform=lambda _least, most: most))
    return clock


def throttled(status: int = 400, code: str = "ProvisionedThroughputExceededException") -> ClientError:
    metadata: Any = {"HTTPStatusCode": status}
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": metadata}, "Any")


def call(
    api: TenantApi, route: Route, item_id: str, message_id: str, client_secret: str, **headers: str
) -> Answer:
    """Any route of the contract, once, with what it needs."""
    if route.group == "portal":
        cookie, form = visits.session(api.tenant)
        body = {"link": visits.link(api.tenant), "form": form, "id": message_id, "receiver": ""}
        body |= {"act": "make", "client": "shop", "scope": "items:read"}
        query = f"link={body['link']}" if route.operation == "askToEnter" else ""
        sent = body if route.method == "POST" else None
        return api.call(route.method, route.path, sent, query=query, headers=cookie, subject=None)
    if route.operation == "createToken":
        return Issuing(api).ask(by=issuing.basic("crm", client_secret))
    path = {"collection": "orders", "id": message_id if route.group == "tools" else item_id}
    bodies: dict[str, Any] = {
        "sendMessage": FORM,
        "changeContact": {"note": "x"},
        "writeItems": {"writes": [{"action": "create", "collection": "orders", "item": {}}]},
    }
    body = bodies.get(route.operation, {} if route.method in ("POST", "PUT", "PATCH") else None)
    if route.operation == "patchItem":
        headers["Content-Type"] = "application/merge-patch+json"
    query = "limit=1" if route.operation in ("listItems", "listContacts") else ""
    return api.call(route.method, route.path, body, path=path, query=query, headers=headers)


# How long a call of AWS takes, whether it has its effect, and what becomes of its answer.
COURSES: dict[str, tuple[float, bool, Exception | None]] = {
    "slow": (2.4, True, None),
    "stalled": (downstream.ATTEMPT_SECONDS, False, ReadTimeoutError(endpoint_url=AWS)),
    "answer lost": (downstream.ATTEMPT_SECONDS, True, ReadTimeoutError(endpoint_url=AWS)),
}


@pytest.fixture
def overseen(acme: TenantApi) -> Iterator[None]:
    """What the portal of the tenant looks at."""
    with visits.overseen(acme.tenant, visits.create_secret(f"{acme.tenant}-{new_id(0)}")):
        yield


@pytest.fixture(params=COURSES)
def course(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    acme: TenantApi,
    clock: Clock,
    overseen: None,  # noqa: ARG001 - the portal's clients are its own
) -> Callable[[], None]:
    """Begins it for every call of AWS; until then all goes well and takes no time."""
    # Moto would do a transaction again that DynamoDB knows by its token.
    tokens = BrokenTable()
    with acme.environment():
        client = table.current().client
    monkeypatch.setattr(client, "_make_api_call", tokens.answer(client._make_api_call))
    seconds, done, failure = COURSES[request.param]
    begun: list[bool] = []

    def through(go_on: Callable[..., Any]) -> Callable[..., Any]:
        def called(operation: str, parameters: dict[str, Any]) -> Any:
            if not begun:
                return go_on(operation, parameters)
            clock.now += seconds
            answer = go_on(operation, parameters) if done else None
            if failure:
                raise failure
            return answer

        return called

    with acme.environment():
        for client in (table.current().client, secrets.client(), calls.client(), usage.client()):
            monkeypatch.setattr(client, "_make_api_call", through(client._make_api_call))
    return lambda: begun.append(True)


WRITES = [(route, True) for route in routes.table() if route.method != "GET"]


@pytest.mark.parametrize(
    ("route", "keyed"), [*((route, False) for route in routes.table()), *WRITES], ids=str
)
@pytest.mark.parametrize("remaining_ms", [10_000, 3_600])
def test_every_route_answers_in_time(
    acme: TenantApi, clock: Clock, course: Callable[[], None], route: Route, remaining_ms: int, keyed: bool
) -> None:
    item, *_ = [acme.call("POST", COLLECTION, {}, path=ORDERS).json["id"] for _ in range(2)]
    message, *_ = [acme.call("POST", "/contact", FORM).json["id"] for _ in range(2)]
    secrets._kept.clear()
    issuer = Issuing.of(acme, issuing.create_secret("acme"))
    client = issuer.register()
    headers = {"If-Match": "*", **({"Idempotency-Key": "k"} if keyed else {})}
    begun = clock.now
    course()
    answer = call(replace(issuer.api, remaining_ms=remaining_ms), route, item, message, client, **headers)
    assert clock.now <= begun + remaining_ms / 1000 - deadline.ANSWER_SECONDS + 1e-6
    if route.group == "portal":  # whose answers are pages
        missing = 404 if route.operation == "sendAgain" else 303  # nothing of the message is to be delivered
        assert answer.status in (200, 303, 503, missing)
        return
    assert answer.status < 500 or (answer.status, answer.slug) == (503, "unavailable")
    assert answer.status < 500 or int(answer.headers["Retry-After"]) >= 1
    assert answer.status < 300 or answer.status == 503  # never a 412 or 404 by our own lost answer


def test_a_pause_leaves_the_answer_its_time(clock: Clock) -> None:
    begun = clock.now
    with deadline.of(Invocation(1_250)):
        deadline.pause(10)
        assert clock.now - begun == pytest.approx(1.25 - deadline.ANSWER_SECONDS)
        deadline.pause(10)
        assert clock.now - begun == pytest.approx(1.25 - deadline.ANSWER_SECONDS)


def test_a_preflight_needs_no_time(acme: TenantApi) -> None:
    assert replace(acme, remaining_ms=0).call("OPTIONS", COLLECTION, path=ORDERS).status == 204


def test_without_time_nothing_is_begun_and_the_log_tells(
    acme: TenantApi, broken_table: BrokenTable, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = replace(acme, remaining_ms=3_000).call("GET", COLLECTION, path=ORDERS)
    assert (answer.status, answer.slug) == (503, "unavailable")
    assert broken_table.calls == []
    assert "TimeoutError" in capsys.readouterr().out


class TestAttempts:
    """Of one call: as many as the budget says, and a second one only of what may be made twice."""

    def test_throttles_are_outlasted(self, acme: TenantApi, broken_table: BrokenTable) -> None:
        for failures, status in ((ATTEMPTS - 1, 200), (ATTEMPTS, 503)):
            broken_table.failures = [throttled()] * failures
            assert acme.call("GET", COLLECTION, path=ORDERS).status == status

    @pytest.mark.parametrize(
        "failure",
        [throttled(), EndpointConnectionError(endpoint_url=AWS), throttled(400, "ThrottlingException")],
    )
    def test_a_replacement_that_was_surely_not_made_is_tried_again(
        self, acme: TenantApi, broken_table: BrokenTable, failure: Exception
    ) -> None:
        assert self._replaced(acme, broken_table, [failure]).status == 200

    @pytest.mark.parametrize(
        "failure", [ReadTimeoutError(endpoint_url=AWS), throttled(500, "InternalServerError"), throttled(503)]
    )
    def test_one_that_may_have_been_made_is_not(
        self, acme: TenantApi, broken_table: BrokenTable, failure: Exception
    ) -> None:
        """Its own version would refuse the second attempt, as if another client had been faster."""
        answer = self._replaced(acme, broken_table, [failure])
        assert (answer.status, answer.slug) == (503, "unavailable")
        assert "may or may not" in answer.json["detail"]
        assert broken_table.calls == ["UpdateItem"]

    @staticmethod
    def _replaced(api: TenantApi, broken: BrokenTable, failures: list[Exception]) -> Answer:
        path = {**ORDERS, "id": api.call("POST", COLLECTION, {}, path=ORDERS).json["id"]}
        broken.calls.clear()
        broken.failures = failures
        return api.call("PUT", ITEM, {}, path=path, headers={"If-Match": '"1"'})

    def test_an_answer_that_no_one_can_read_is_503(self, acme: TenantApi, broken_table: BrokenTable) -> None:
        """A balancer's own page has no code that AWS knows: the status tells."""
        broken_table.failures = [throttled(502, "502")] * ATTEMPTS
        assert acme.call("GET", COLLECTION, path=ORDERS).status == 503


@pytest.fixture(params=["says nothing", "hangs up", "sends a page"])
def listener(request: pytest.FixtureRequest) -> Iterator[tuple[str, list[socket.socket]]]:
    """A server that takes every connection, and what it took."""
    taken: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    taken.append(server.accept()[0])
                except OSError:
                    return
                if request.param == "hangs up":
                    taken[-1].close()
                if request.param == "sends a page":
                    taken[-1].sendall(
                        b"HTTP/1.1 503 Busy\r\nContent-Length: 4\r\nConnection: close\r\n\r\nBusy"
                    )

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", taken
        server.shutdown(socket.SHUT_RDWR)
        thread.join()
    for each in taken:
        each.close()


@pytest.fixture
def silent(listener: tuple[str, list[socket.socket]], monkeypatch: pytest.MonkeyPatch) -> list[socket.socket]:
    """DynamoDB is the listener; its patience is a hundredth of what it is."""
    quick = downstream.CLIENT_CONFIG.merge(Config(read_timeout=downstream.READ_SECONDS / 100))
    client = boto3.client("dynamodb", endpoint_url=listener[0], config=quick)
    monkeypatch.setattr(table, "current", lambda: Table(tenant_api.TABLE, client))
    return listener[1]


def test_a_server_that_does_not_answer_is_503(acme: TenantApi, silent: list[socket.socket]) -> None:
    """The library tries nothing on its own: each connection is an attempt of ours."""
    answer = acme.call("POST", COLLECTION, {}, path=ORDERS, headers={"Idempotency-Key": "k"})
    assert (answer.status, answer.slug, answer.headers["Retry-After"]) == (503, "unavailable", "2")
    assert len(silent) == ATTEMPTS


def test_a_replacement_that_is_not_answered_is_asked_for_once(
    acme: TenantApi, silent: list[socket.socket]
) -> None:
    path = {**ORDERS, "id": "01JD3Z6K0V8Q4T7M2N5P9R1S3W"}
    answer = acme.call("PUT", ITEM, {}, path=path, headers={"If-Match": '"1"'})
    assert (answer.status, answer.slug) == (503, "unavailable")
    assert len(silent) == 1


def test_outside_of_an_invocation_there_is_no_end() -> None:
    with deadline.of(Invocation(1)):
        assert not deadline.allows(1)
    assert deadline.allows(1_000_000)
