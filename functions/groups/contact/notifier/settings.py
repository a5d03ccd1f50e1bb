"""How this tenant's messages are delivered, read once from the environment."""

import json
import os
from dataclasses import dataclass
from functools import cache
from typing import Any

from groups.contact.notifier.connections import Target


@dataclass(frozen=True, slots=True)
class ToWebhook:
    target: Target
    secret_arn: str


@dataclass(frozen=True, slots=True)
class ByEmail:
    receiver: str
    sender: str


@dataclass(frozen=True, slots=True)
class Settings:
    """Beside what `api.settings` says of every function. `max_receives` is the queue's own figure."""

    delivery: ToWebhook | ByEmail
    max_receives: int


@cache
def current() -> Settings:
    environment = os.environ
    told: dict[str, Any] = json.loads(environment["DELIVERY"])
    delivery: ToWebhook | ByEmail
    match told:
        case {"webhook": url}:
            delivery = ToWebhook(Target.of(url), environment["DELIVERY_SECRET_ARN"])
        case {"email": receiver, "from": sender}:
            delivery = ByEmail(receiver, sender)
        case _:
            raise ValueError(f"DELIVERY has {', '.join(told)}; use webhook, or email and from")
    return Settings(delivery, int(environment["MAX_RECEIVES"]))
