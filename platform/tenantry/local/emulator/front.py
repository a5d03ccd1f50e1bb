"""The door of the emulator, which by itself takes anybody as its administrator.

Tenants' stages are open, as on AWS: keys and tokens guard them. Everything else, known or not, is closed to
whoever does not sign with credentials of this platform: a role's, or its administrator's, whose secret is
made at its first start and kept in the state file alone. Web pages are refused even so, and so is a request
to a name other than ours, by which a page could pass for none (DNS rebinding).
"""

import json
import re
from collections.abc import Awaitable, Callable, Collection, Iterable
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

from tenantry.local.emulator.domains import NO_DOMAINS, Domains
from tenantry.local.emulator.signatures import Refused, SecretOf, claim, verify
from tenantry.local.emulator.stage_calls import unsigned

READY = "/_ministack/ready"
MAX_BODY = 256 * 1024 * 1024  # bytes that are held until their signature is known; layers are far smaller

Message = Any  # a dict; ASGI has a type of its own for each kind
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]
Headers = Iterable[tuple[bytes, bytes]]

# As `clients.stage_url` makes them. Below a stage, `@connections` is administration.
_STAGE = re.compile(r"/_aws/execute-api/([^/]+)/[^/]+(?!/@connections/)(/.*)?", re.DOTALL)
_BROWSERS = ("origin", "sec-fetch-")  # no client but a browser sends them


class Front:
    """Take what may reach `emulator` to it; both are ASGI applications.

    Args:
        hosts: the names by which clients and functions reach it, with port; the first is the emulator's own.
        domains: those that lead to stages, whatever the path; nothing else is behind them.
    """

    def __init__(
        self, emulator: App, hosts: Collection[str], secret_of: SecretOf, domains: Domains = NO_DOMAINS
    ) -> None:
        self._emulator = emulator
        self._hosts = tuple(hosts)
        self._secret_of = secret_of
        self._domains = domains

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._emulator(scope, receive, send)
        elif scope["type"] != "http":
            await receive()
            await send({"type": "websocket.close"})  # before it is accepted: 403. No stage of ours has one
        elif named := self._domains.of(scope):
            domain, scope = named
            mapped = self._domains.mapped(scope, domain)
            if mapped is None or not _STAGE.fullmatch(mapped["path"]):
                await _forbid(send)
            else:
                await self._emulator(unsigned(mapped, self._hosts[0]), receive, send)
        elif stage := _STAGE.fullmatch(scope["path"]):
            if self._domains.closed(stage[1]):
                await _forbid(send)
            else:
                await self._emulator(unsigned(scope, self._hosts[0]), receive, send)
        else:
            await self._control(scope, receive, send)

    async def _control(self, scope: Message, receive: Receive, send: Send) -> None:
        headers: dict[str, str] = {}
        try:
            headers = _once(scope["headers"])
            self._require_client(headers)
            if (scope["method"], scope["path"]) != ("GET", READY):
                claimed = claim(headers, self._secret_of, datetime.now(UTC))
                body = await _read(receive)
                verify(claimed, scope["method"], _target(scope), headers, body)
                receive = _again(body, receive)
        except Refused as refused:
            await _refuse(send, refused, headers)
        else:
            await self._emulator(scope, receive, _to_no_page(send))

    def _require_client(self, headers: dict[str, str]) -> None:
        host = headers.get("host", "")
        if host.lower() not in self._hosts:
            raise Refused("AccessDenied", f"{host or 'no host'} is not this platform; ask {self._hosts[0]}")
        if any(name.startswith(_BROWSERS) for name in headers):
            raise Refused("AccessDenied", "web pages have no access here")


def _once(headers: Headers) -> dict[str, str]:
    """By name in lower case. One that is sent twice could be read in two ways."""
    read: dict[str, str] = {}
    for name, value in headers:
        lower = name.decode("latin-1").lower()
        if lower in read:
            raise Refused("IncompleteSignature", f"the header {lower} is sent twice")
        read[lower] = value.decode("latin-1")
    return read


def _target(scope: Message) -> str:
    query: bytes = scope["query_string"]
    path: bytes = scope["raw_path"]
    return (path + b"?" + query if query else path).decode("latin-1")


async def _read(receive: Receive) -> bytes:
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise Refused("RequestTimeout", "the connection ended within the body")
        parts.append(message.get("body", b""))
        size, more = size + len(parts[-1]), message.get("more_body", False)
        if size > MAX_BODY:
            raise Refused("RequestEntityTooLarge", f"a body has {MAX_BODY} bytes at most here")
    return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    """The body once more, as one message; then what comes after it."""
    unread = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return unread.pop() if unread else await receive()

    return replayed


def _to_no_page(send: Send) -> Send:
    """The emulator lets every page read its answers."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [each for each in message["headers"] if not each[0].lower().startswith(b"access-control-")]
            message = {**message, "headers": kept}
        await send(message)

    return sent


async def _forbid(send: Send) -> None:
    """As API Gateway answers where nothing is mapped to a domain's path, and at an address that is closed."""
    body = b'{"message":"Forbidden"}'
    sent = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"x-amzn-errortype", b"ForbiddenException"),
    ]
    await send({"type": "http.response.start", "status": 403, "headers": sent})
    await send({"type": "http.response.body", "body": body})


async def _refuse(send: Send, refused: Refused, headers: dict[str, str]) -> None:
    kind, body = _error(refused, headers)
    sent = [
        (b"content-type", kind),
        (b"content-length", str(len(body)).encode()),
        (b"x-amzn-errortype", refused.code.encode()),
    ]
    await send({"type": "http.response.start", "status": 403, "headers": sent})
    await send({"type": "http.response.body", "body": body})


def _error(refused: Refused, headers: dict[str, str]) -> tuple[bytes, bytes]:
    """As the SDK's client of the service reads it: JSON, or XML of S3 and of the older protocol."""
    code, message = refused.code, str(refused)
    s3 = "/s3/aws4_request" in headers.get("authorization", "")
    if s3 or headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        error = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
        return b"text/xml", (error if s3 else f"<ErrorResponse>{error}</ErrorResponse>").encode()
    return b"application/json", json.dumps({"__type": code, "message": message}).encode()
