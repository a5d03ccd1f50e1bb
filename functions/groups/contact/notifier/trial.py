"""Send a test event to webhooks, and say at once how each took it: no entry, no second attempt, no state.

One that is switched off is tried too: that is how an operator learns whether it is well again.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from api import clock, logs
from api.identifiers import new_id
from groups.contact.notifier.deliveries import Channel
from groups.contact.notifier.failures import Undelivered
from groups.contact.notifier.webhook import Webhook

SECONDS: Final = 20.0  # shorter than a delivery's: whoever asked waits for it


def sent(channels: Mapping[str, Channel], names: Sequence[str]) -> list[dict[str, Any]]:
    """One result for each name, in their order; without a `problem` it was accepted."""
    with ThreadPoolExecutor(max(1, len(names))) as pool:
        return list(pool.map(lambda name: _sent(channels.get(name), name), names))


def _sent(channel: Channel | None, name: str) -> dict[str, Any]:
    event_id = new_id(clock.now_ms())
    result = {"receiver": name, "id": event_id}
    if not isinstance(channel, Webhook):
        return result | {"problem": "no webhook of this name is deployed"}
    try:
        channel.send_test(event_id, SECONDS)
    except Undelivered as error:
        logs.warning("test not delivered", receiver=name, message_id=event_id, reason=error.reason)
        return result | {"problem": error.reason}
    except Exception as error:  # of one receiver: what the others answered still counts
        logs.failure("a test could not be sent", error, receiver=name, message_id=event_id)
        return result | {"problem": "the platform could not send it; its log says why"}
    logs.info("test delivered", receiver=name, message_id=event_id)
    return result
