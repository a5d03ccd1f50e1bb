"""How this tenant's messages are delivered, by what its file sets: to webhooks, and as `notify` says."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from agreed import webhooks
from api import settings
from api.exchange import Endpoint
from groups.contact.declaration import DELIVERY, NOTIFY


@dataclass(frozen=True, slots=True)
class ToWebhook:
    url: str
    target: Endpoint
    secret_arn: str


@dataclass(frozen=True, slots=True)
class ByEmail:
    receiver: str
    sender: str


@cache
def current() -> Mapping[str, ToWebhook | ByEmail]:
    """By receiver; what `notify` names is called `notify`.

    Raises:
        LookupError: the environment holds neither an address that it may call nor a sender.
    """
    environment = settings.current()
    notify = environment.options.get(NOTIFY.name)
    single = {NOTIFY.name: _single(notify)} if notify else {}
    return single | {
        each.name: ToWebhook(
            each.url,
            endpoint(each.url, f"contact.webhooks, {each.name}"),
            environment.secret(webhooks.secret(DELIVERY.name, each.name)),
        )
        for each in environment.receivers
    }


def _single(receiver: str) -> ToWebhook | ByEmail:
    environment = settings.current()
    if receiver in environment.calls:
        return ToWebhook(receiver, endpoint(receiver, "contact.notify"), environment.secret(DELIVERY.name))
    if environment.mail_from is None:
        raise LookupError("MAIL_FROM is not set, and CALLS does not list the receiver")
    return ByEmail(receiver, environment.mail_from)


def endpoint(webhook: str, where: str) -> Endpoint:
    try:
        return Endpoint.of(webhook)
    except ValueError as error:
        raise ValueError(f"the webhook: {error}; correct {where} and deploy again") from None
