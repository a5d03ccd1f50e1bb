"""Deliver to a webhook: a signed event, accepted by any 2xx and by nothing else.

`410 Gone` ends the attempts and switches the receiver off, as Standard Webhooks has it. Every other answer is
tried again, 4xx too: a receiver that is being mended answers 401 or 404 as often as one that means it.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

from api import addresses, clock
from api.addresses import Unreachable
from api.exchange import Answer, Endpoint, Resolver, exchange
from api.responses import compact_json
from groups.contact.declaration import EVENT, TEST_EVENT
from groups.contact.messages import Message
from groups.contact.notifier import signing
from groups.contact.notifier.failures import Gone, Undelivered

GONE: Final = 410
BUSY: Final = (429, 503)  # the answers whose Retry-After counts


@dataclass(frozen=True, slots=True)
class Webhook:
    """`called` is the URL of `target`; `secret` gives the values of the delivery secret as they are now."""

    called: str
    target: Endpoint
    tenant: str
    secret: Callable[[], Mapping[str, Any]]
    resolve: Resolver = addresses.resolve

    def send(self, message: Message, seconds: float) -> None:
        self._post(message.id, body(message, self.tenant), seconds)

    def send_test(self, event_id: str, seconds: float) -> None:
        """Raises `Undelivered`."""
        moment = clock.rfc3339(clock.now_ms())
        data = {"id": event_id, "tenant": self.tenant, "created_at": moment}
        content = compact_json({"type": TEST_EVENT, "timestamp": moment, "data": data}).encode()
        self._post(event_id, content, seconds)

    def _post(self, event_id: str, content: bytes, seconds: float) -> None:
        now = time.time()
        headers = {
            "Content-Type": "application/json",
            **signing.headers(signing.keys(self.secret(), now), event_id, now, content),
        }
        try:
            answer = exchange("POST", self.target, headers, content, seconds, self.resolve)
        except Unreachable as error:
            raise Undelivered(str(error)) from error.__cause__
        if not 200 <= answer.status < 300:
            reason = f"the receiver answered {answer.status}"
            raise Gone(reason) if answer.status == GONE else Undelivered(reason, _asked(answer))


def body(message: Message, tenant: str) -> bytes:
    """The same bytes at every attempt: only what never changes of a message is in it."""
    texts = {
        "email": message.email,
        "name": message.name,
        "subject": message.subject,
        "message": message.message,
    }
    data = {"id": message.id, "tenant": tenant, "created_at": message.created_at}
    data |= {name: text for name, text in texts.items() if text is not None}
    return compact_json({"type": EVENT.type, "timestamp": message.created_at, "data": data}).encode()


def _asked(answer: Answer) -> int:
    """Seconds, from either form of the header (RFC 9110, 10.2.3); 0 for what is neither."""
    text = answer.headers.get("retry-after", "").strip()
    if answer.status not in BUSY or not text:
        return 0
    if text.isascii() and text.isdigit():
        return int(text[:9])
    try:
        moment = parsedate_to_datetime(text)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(0, int((aware - datetime.now(UTC)).total_seconds()))
    except (ValueError, OverflowError):
        return 0
