"""How this tenant's messages are delivered, by what its file sets: to a webhook, or by e-mail."""

from dataclasses import dataclass
from functools import cache

from api import settings
from groups.contact.declaration import DELIVERY, NOTIFY
from groups.contact.notifier.connections import Target


@dataclass(frozen=True, slots=True)
class ToWebhook:
    target: Target
    secret_arn: str


@dataclass(frozen=True, slots=True)
class ByEmail:
    receiver: str
    sender: str


@cache
def current() -> ToWebhook | ByEmail:
    """Raises LookupError: the function was told neither an address that it may call nor a sender."""
    told = settings.current()
    receiver = told.options[NOTIFY.name]
    if receiver in told.calls:
        return ToWebhook(Target.of(receiver), told.secret(DELIVERY.name))
    if told.mail_from is None:
        raise LookupError("MAIL_FROM is not set, and CALLS does not list the receiver")
    return ByEmail(receiver, told.mail_from)
