"""The values that operators set and functions read: where each lives, who reads it, how it is checked."""

import base64
import binascii
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from tenantry.errors import WrongInput
from tenantry.rules.naming import Names
from tenantry.rules.policies import GROUPS_WITH_SECRET

MAX_BYTES = 1_024  # a webhook secret of 64 bytes takes 94
CACHED_SECONDS = 900  # for as long a function keeps what it has read
CURSOR_KEY_BYTES = 32
WEBHOOK_PREFIX = "whsec_"  # Standard Webhooks; its secrets have 24 to 64 bytes
WEBHOOK_BYTES = range(24, 65)

Document = dict[str, str]
"""A secret's JSON: values by name, and what else is known of them."""


@dataclass(frozen=True, slots=True)
class NamedValue:
    """One value. `rule` says what is accepted, `after` what a change does, `origin` when its secret is there.

    With `overlaps`, the value before is used beside the new one for a while, which the reader bounds.
    """

    name: str
    secret: Callable[[Names, str], str]
    readers: tuple[str, ...]
    rule: str
    after: str
    origin: str
    generate: Callable[[], str]
    accepts: Callable[[str], bool]
    overlaps: bool = False
    picked_up_seconds: int = CACHED_SECONDS

    def checked(self, given: bytes) -> str:
        """What was given, without the end of its line.

        Raises:
            WrongInput: it is no such value; the message repeats nothing of it.
        """
        if len(given) > MAX_BYTES:
            raise WrongInput(f"{self.name} was given over {MAX_BYTES:,} bytes; it is {self.rule}")
        value = given.removesuffix(b"\n").removesuffix(b"\r")
        if not value:
            raise WrongInput(f"{self.name} was given empty; write it to stdin, or use --generate")
        if not value.isascii() or not value.decode().isprintable():
            raise WrongInput(f"{self.name} was given something else than one line of text; it is {self.rule}")
        if not self.accepts(value.decode()):
            raise WrongInput(f"what was given cannot be {self.name}; it is {self.rule}")
        return value.decode()

    def changed(self, document: Document, value: str, now: datetime) -> Document:
        """The secret's document with the new value; whatever else it holds stays."""
        kept = {**document, self.name: value}
        if self.overlaps and self.name in document:
            moment = now.isoformat(timespec="seconds").replace("+00:00", "Z")
            kept |= {f"previous_{self.name}": document[self.name], "changed_at": moment}
        return kept


def named(name: str) -> NamedValue:
    """Raises WrongInput, which says which names there are."""
    for each in NAMED_VALUES:
        if each.name == name:
            return each
    raise WrongInput(
        f"there is no value {name!r}; there are: {', '.join(each.name for each in NAMED_VALUES)}"
    )


def _decoded(text: str) -> bytes:
    """Of base64 in its one canonical spelling; empty for anything else."""
    try:
        value = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return value if base64.b64encode(value).decode() == text else b""


def _random(count: int) -> str:
    return base64.b64encode(secrets.token_bytes(count)).decode()


NAMED_VALUES = (
    NamedValue(
        name="cursor_key",
        secret=Names.secret,
        readers=GROUPS_WITH_SECRET,
        rule=f"{CURSOR_KEY_BYTES} random bytes in base64",
        after="cursors that clients hold are then refused as invalid-cursor; they list from the first page",
        origin="deploy the tenant first",
        generate=lambda: _random(CURSOR_KEY_BYTES),
        accepts=lambda text: len(_decoded(text)) == CURSOR_KEY_BYTES,
    ),
    NamedValue(
        name="webhook_secret",
        secret=Names.delivery_secret,
        readers=("notifier",),
        rule=f"{WEBHOOK_PREFIX} and {WEBHOOK_BYTES[0]} to {WEBHOOK_BYTES[-1]} random bytes in base64",
        after="calls are then signed by both for 24 hours: give the receiver the new one within that time",
        origin="it comes with a deploy of the tenant whose contact.notify is an https webhook",
        generate=lambda: WEBHOOK_PREFIX + _random(32),
        accepts=lambda text: (
            text.startswith(WEBHOOK_PREFIX)
            and len(_decoded(text.removeprefix(WEBHOOK_PREFIX))) in WEBHOOK_BYTES
        ),
        overlaps=True,
    ),
)
