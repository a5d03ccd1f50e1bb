"""How this tenant's messages are delivered, by what its file sets: to a webhook, or by e-mail."""

from dataclasses import dataclass
from functools import cache

from api import settings
from api.exchange import Endpoint
from groups.contact.declaration import DELIVERY, NOTIFY


@dataclass(frozen=True, slots=True)
class ToWebhook:
    target: Endpoint
    secret_arn: str


@dataclass(frozen=True, slots=True)
class ByEmail:
    receiver: str
    sender: str


@cache
def current() -> ToWebhook | ByEmail:
    """Raises LookupError: the environment holds neither an address that it may call nor a sender."""
    environment = settings.current()
    receiver = environment.options[NOTIFY.name]
    if receiver in environment.calls:
        return ToWebhook(endpoint(receiver), environment.secret(DELIVERY.name))
    if environment.mail_from is None:
        raise LookupError("MAIL_FROM is not set, and CALLS does not list the receiver")
    return ByEmail(receiver, environment.mail_from)


def endpoint(webhook: str) -> Endpoint:
    try:
        return Endpoint.of(webhook)
    except ValueError as error:
        raise ValueError(f"the webhook: {error}; correct contact.notify and deploy again") from None
