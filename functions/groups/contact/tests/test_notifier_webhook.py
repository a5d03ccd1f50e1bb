"""A webhook gets a signed event over a verified connection; only its 2xx within the time counts."""

import base64
import json
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
import standardwebhooks

from api import addresses, exchange
from api.exchange import Endpoint
from groups.contact.messages import Message
from groups.contact.notifier import signing
from groups.contact.notifier.failures import Gone, Undelivered
from groups.contact.notifier.webhook import Webhook
from tests.support.receivers import Receiver, authority, misbehaving, receiver

OLD, NEW = (f"whsec_{base64.b64encode(bytes([n]) * 32).decode()}" for n in (1, 2))
MESSAGE = Message(
    id="01JD3Z6K0V8Q4T7M2N5P9R1S3W",
    state="new",
    email="ada@example.com",
    message="Grüße\nAda \U0001f375",
    subject="Tea",
    created_at="2026-11-22T16:39:00.123Z",
    updated_at="2026-11-22T17:00:00.000Z",
    note="only for staff",
    updated_by="staff-1",
)
NAME = "hooks.acme.example"
IN_TWO_HOURS = "in two hours"  # an HTTP date, made when the test runs


@pytest.fixture(name="hook")
def fixture_hook() -> Iterator[Receiver]:
    with receiver() as hook:
        yield hook


def webhook(url: str, *, resolve: Any = addresses.resolve, **secret: str) -> Webhook:
    return Webhook(url, Endpoint.of(url), "acme", lambda: secret or {"webhook_secret": NEW}, resolve)


def changed(hours_ago: float) -> dict[str, str]:
    moment = datetime.now(UTC) - timedelta(hours=hours_ago)
    return {
        "webhook_secret": NEW,
        "previous_webhook_secret": OLD,
        "changed_at": moment.isoformat().replace("+00:00", "Z"),
    }


def verifies(secret: str, hook: Receiver) -> bool:
    """By the scheme's own reference library."""
    [got] = hook.received
    try:
        standardwebhooks.Webhook(secret).verify(got.body, got.headers)
    except standardwebhooks.webhooks.WebhookVerificationError:
        return False
    return True


class TestEvent:
    def test_it_holds_the_message_as_it_was_sent_and_nothing_of_staff(self, hook: Receiver) -> None:
        webhook(hook.url).send(MESSAGE, 5)
        [got] = hook.received
        assert got.path == "/hook?tenant=acme"
        assert got.headers["content-type"] == "application/json"
        assert got.headers["host"] == f"127.0.0.1:{hook.port}"
        assert json.loads(got.body) == {
            "type": "contact.received",
            "timestamp": MESSAGE.created_at,
            "data": {
                "id": MESSAGE.id,
                "tenant": "acme",
                "created_at": MESSAGE.created_at,
                "email": "ada@example.com",
                "subject": "Tea",
                "message": "Grüße\nAda \U0001f375",
            },
        }


class TestSignature:
    def test_the_reference_library_verifies_it(self, hook: Receiver) -> None:
        webhook(hook.url).send(MESSAGE, 5)
        assert verifies(NEW, hook)
        assert not verifies(OLD, hook)
        [got] = hook.received
        assert got.headers["webhook-id"] == MESSAGE.id
        for changes in ({"webhook-id": "other"}, {"webhook-timestamp": str(int(time.time()) - 1)}):
            with pytest.raises(standardwebhooks.webhooks.WebhookVerificationError):
                standardwebhooks.Webhook(NEW).verify(got.body, {**got.headers, **changes})

    def test_for_a_day_after_a_rotation_both_secrets_verify_it(self, hook: Receiver) -> None:
        webhook(hook.url, **changed(hours_ago=23.9)).send(MESSAGE, 5)
        assert verifies(NEW, hook)
        assert verifies(OLD, hook)

    def test_after_that_day_the_old_secret_signs_nothing(self, hook: Receiver) -> None:
        webhook(hook.url, **changed(hours_ago=24.1)).send(MESSAGE, 5)
        assert verifies(NEW, hook)
        assert not verifies(OLD, hook)

    def test_a_secret_that_is_not_base64_is_refused(self) -> None:
        with pytest.raises(ValueError, match=r"base64|alphabet|padding"):
            signing.keys({"webhook_secret": "whsec_not base64"}, 0)


class TestAnswers:
    @pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
    def test_any_2xx_is_a_delivery(self, hook: Receiver, status: int) -> None:
        hook.answers = [(status, {})]
        webhook(hook.url).send(MESSAGE, 5)

    @pytest.mark.parametrize("status", [300, 304, 400, 401, 404, 410, 429, 500, 503, 600, 999])
    def test_everything_else_is_a_failure_that_names_the_status(self, hook: Receiver, status: int) -> None:
        hook.answers = [(status, {})]
        with pytest.raises(Undelivered, match=f"the receiver answered {status}$"):
            webhook(hook.url).send(MESSAGE, 5)

    def test_410_alone_says_that_no_attempt_is_of_use(self, hook: Receiver) -> None:
        hook.answers = [(404, {}), (410, {"Retry-After": "60"})]
        with pytest.raises(Undelivered) as missing:
            webhook(hook.url).send(MESSAGE, 5)
        assert not isinstance(missing.value, Gone)
        with pytest.raises(Gone, match=r"the receiver answered 410$"):
            webhook(hook.url).send(MESSAGE, 5)

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_a_redirect_is_not_followed(self, hook: Receiver, status: int) -> None:
        """Wherever it leads: here to another service of the same machine."""
        with receiver() as inside:
            hook.answers = [(status, {"Location": inside.url})]
            with pytest.raises(Undelivered, match=f"answered {status}"):
                webhook(hook.url).send(MESSAGE, 5)
        assert inside.received == []
        assert len(hook.received) == 1

    @pytest.mark.parametrize(
        ("status", "header", "asked"),
        [
            (429, "120", 120),
            (503, " 7 ", 7),
            (503, IN_TWO_HOURS, 7000),
            (503, "Thu, 01 Jan 2015 00:00:00 GMT", 0),
            (503, "9" * 5000, 999_999_999),
            (503, "-1", 0),
            (503, "soon", 0),
            (503, "Thu, 01 Jan 20150000000 00:00:00 GMT", 0),
            (503, "Thu, 01 Jan 2015 99999999999:00:00 GMT", 0),
            (503, "Thu, 01 Jan 2015 00:00:00 +99999999999999", 0),
            (500, "120", 0),
            (301, "120", 0),
        ],
    )
    def test_retry_after_counts_where_the_receiver_is_busy(
        self, hook: Receiver, status: int, header: str, asked: int
    ) -> None:
        if header == IN_TWO_HOURS:
            header = format_datetime(datetime.now(UTC) + timedelta(hours=2), usegmt=True)
        hook.answers = [(status, {"Retry-After": header})]
        with pytest.raises(Undelivered) as failure:
            webhook(hook.url).send(MESSAGE, 5)
        assert asked <= failure.value.retry_after <= asked + 200

    def test_no_proxy_of_the_environment_is_used(
        self, hook: Receiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        monkeypatch.delenv("no_proxy", raising=False)
        webhook(hook.url).send(MESSAGE, 5)
        assert len(hook.received) == 1


def request_read(taken: socket.socket) -> None:
    taken.settimeout(5)
    while MESSAGE.id.encode() not in taken.recv(65_536):
        pass


class TestReceiversThatMisbehave:
    """Each of them would answer in the end, or never; what counts is that the notifier does not wait."""

    def attempt(self, port: int) -> None:
        webhook(f"http://127.0.0.1:{port}/").send(MESSAGE, 0.4)

    def test_one_that_never_answers(self) -> None:
        def listen(taken: socket.socket) -> None:
            while taken.recv(65_536):
                pass

        with misbehaving(listen) as port, pytest.raises(Undelivered, match="no answer in time"):
            self.attempt(port)

    def test_one_that_sends_its_answer_byte_by_byte(self) -> None:
        def drip(taken: socket.socket) -> None:
            request_read(taken)
            for byte in b"HTTP/1.1 204 No Content\r\nX-Slow: " + b"y" * 40 + b"\r\n\r\n":
                taken.sendall(bytes([byte]))
                time.sleep(0.03)

        with misbehaving(drip) as port, pytest.raises(Undelivered, match="no answer in time"):
            self.attempt(port)

    def test_one_whose_head_never_ends(self) -> None:
        def endless(taken: socket.socket) -> None:
            request_read(taken)
            taken.sendall(b"HTTP/1.1 204 No Content\r\n")
            while True:
                taken.sendall(b"X-More: y\r\n" * 100)

        with misbehaving(endless) as port, pytest.raises(Undelivered, match="the connection failed"):
            self.attempt(port)

    def test_one_whose_body_never_ends_has_answered_all_the_same(self) -> None:
        def endless(taken: socket.socket) -> None:
            request_read(taken)
            taken.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            while True:
                taken.sendall(b"y" * 65_536)

        with misbehaving(endless) as port:
            self.attempt(port)

    @pytest.mark.parametrize(
        "answer", [b"", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 OK\r\n\r\n", b"\x00" * 70_000]
    )
    def test_one_that_does_not_speak_http(self, answer: bytes) -> None:
        def speak(taken: socket.socket) -> None:
            request_read(taken)
            taken.sendall(answer)

        with misbehaving(speak) as port, pytest.raises(Undelivered, match="the connection failed"):
            self.attempt(port)

    def test_one_that_is_not_there(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        with pytest.raises(Undelivered, match="the connection failed"):
            self.attempt(port)


class TestTls:
    """Over a real connection to loopback, which stands in for the public internet here."""

    @pytest.fixture(autouse=True)
    def public_loopback(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(addresses, "is_public", lambda address: address == "127.0.0.1")

    def send(self, hook: Receiver, name: str = NAME) -> list[str]:
        """The hosts that were looked up."""
        looked_up = []

        def resolve(host: str, _port: int) -> list[str]:
            looked_up.append(host)
            return ["127.0.0.1"]

        webhook(f"https://{name}:{hook.port}/", resolve=resolve).send(MESSAGE, 5)
        return looked_up

    def test_the_certificate_is_checked_for_the_name_while_the_address_is_the_checked_one(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """And nothing but the address is looked up again: a second answer could be another one."""
        known = authority(NAME, tmp_path)
        monkeypatch.setattr(exchange, "tls_context", lambda: known.client)
        hosts: list[Any] = []
        real = socket.getaddrinfo
        monkeypatch.setattr(
            socket, "getaddrinfo", lambda host, *a, **k: hosts.append(host) or real(host, *a, **k)
        )
        with receiver(known.server) as hook:
            assert self.send(hook) == [NAME]
        assert set(hosts) == {"127.0.0.1"}
        assert hook.received[0].headers["host"] == f"{NAME}:{hook.port}"

    def test_a_certificate_of_another_name_is_refused_before_anything_is_sent(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        known = authority("hooks.globex.example", tmp_path)
        monkeypatch.setattr(exchange, "tls_context", lambda: known.client)
        with receiver(known.server) as hook, pytest.raises(Undelivered, match="certificate is not valid"):
            self.send(hook)
        assert hook.received == []

    def test_a_certificate_of_an_unknown_authority_is_refused(self, tmp_path: Path) -> None:
        with (
            receiver(authority(NAME, tmp_path).server) as hook,
            pytest.raises(Undelivered, match="certificate is not valid"),
        ):
            self.send(hook)
        assert hook.received == []

    def test_a_receiver_without_tls_is_refused(self) -> None:
        with receiver() as hook, pytest.raises(Undelivered, match="the connection failed"):
            self.send(hook)
        assert hook.received == []

    def test_a_second_address_is_tried_when_the_first_does_not_answer(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        known = authority(NAME, tmp_path)
        monkeypatch.setattr(exchange, "tls_context", lambda: known.client)
        monkeypatch.setattr(addresses, "is_public", lambda _: True)
        with receiver(known.server) as hook:
            url = f"https://{NAME}:{hook.port}/"
            webhook(url, resolve=lambda *_: ["127.0.0.2", "127.0.0.1"]).send(MESSAGE, 5)
        assert len(hook.received) == 1
