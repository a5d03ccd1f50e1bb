"""The values that operators set and functions read: which there are, who reads each, how it is checked."""

import base64
import binascii
import secrets
from dataclasses import dataclass, replace
from datetime import datetime

from agreed import webhooks
from agreed.declarations import Secret, Value
from agreed.secrets import MAX_AGE_SECONDS, RUNTIME
from tenantry.errors import WrongInput
from tenantry.groups import Groups, current
from tenantry.problems import unknown
from tenantry.rules.naming import Names

MAX_BYTES = 1_024  # a webhook secret of 64 bytes takes 94

SecretValues = dict[str, str]
"""A secret's JSON: values by name, and what else is known of them."""


@dataclass(frozen=True, slots=True)
class NamedValue:
    """A value, the secret that holds it, its readers, and the receiver that it is for, if it is for one.

    `group` is whose secret it is; empty for the runtime secret, which is no group's own.
    """

    value: Value
    secret: Secret
    readers: tuple[str, ...]
    group: str
    receiver: str = ""

    @property
    def name(self) -> str:
        return self.value.name

    @property
    def after(self) -> str:
        """What a change does."""
        return self.value.after

    @property
    def picked_up_seconds(self) -> int:
        return MAX_AGE_SECONDS

    @property
    def rule(self) -> str:
        """What is accepted."""
        if self.value.size is None:
            return "one line of text"
        least, most = self.value.size
        size = f"{least}" if least == most else f"{least} to {most}"
        prefix = f"{self.value.prefix} and " if self.value.prefix else ""
        return f"{prefix}{size} random bytes in base64"

    @property
    def origin(self) -> str:
        """When its secret is there."""
        when = self.secret.when
        if self.receiver:
            return f"it comes with a deploy of a tenant whose webhooks list {self.receiver}"
        if self.secret.name == RUNTIME:
            return "it comes with a deploy of a tenant whose tier seals cursors"
        if when is None:
            return f"it comes with a deploy of a tenant whose routes list {self.group}"
        return f"it comes with a deploy of a tenant that sets {self.group}.{when.option}" + (
            f" to an {when.form} address" if when.form else ""
        )

    def place(self, names: Names, tenant: str) -> str:
        """The secret's name on AWS, without its generation."""
        own = webhooks.secret(self.secret.name, self.receiver) if self.receiver else self.secret.name
        return names.secret(tenant, own)

    def generate(self) -> str:
        """Raises WrongInput: only an operator knows the value."""
        if self.value.size is None:
            raise WrongInput(f"{self.name} cannot be made up; write it to stdin")
        return self.value.prefix + base64.b64encode(secrets.token_bytes(self.value.starts_with)).decode()

    def accepts(self, text: str) -> bool:
        if self.value.size is None:
            return True
        least, most = self.value.size
        return (
            text.startswith(self.value.prefix)
            and least <= len(_decoded(text[len(self.value.prefix) :])) <= most
        )

    def checked(self, given: bytes) -> str:
        """What was given, without the end of its line.

        Raises:
            WrongInput: it is not such a value; the message repeats nothing of it.
        """
        if len(given) > MAX_BYTES:
            raise WrongInput(f"{self.name} was given over {MAX_BYTES:,} bytes; it is {self.rule}")
        value = given.removesuffix(b"\n").removesuffix(b"\r")
        if not value:
            raise WrongInput(f"{self.name} was given empty; write it to stdin, or use --generate")
        if not value.isascii() or not value.decode().isprintable():
            raise WrongInput(f"{self.name} was given more than one line of plain text; it is {self.rule}")
        if not self.accepts(value.decode()):
            raise WrongInput(f"what was given cannot be {self.name}; it is {self.rule}")
        return value.decode()

    def changed(self, document: SecretValues, value: str, now: datetime) -> SecretValues:
        """The secret's document with the new value; whatever else it holds stays."""
        kept = {**document, self.name: value}
        if self.value.overlaps and self.name in document:
            moment = now.isoformat(timespec="seconds").replace("+00:00", "Z")
            kept |= {f"previous_{self.name}": document[self.name], "changed_at": moment}
        return kept


def named_values(groups: Groups | None = None) -> tuple[NamedValue, ...]:
    """All that the tenants of a platform with these groups can have; by default those that are installed."""
    known = current() if groups is None else groups
    return tuple(
        NamedValue(value, secret, _readers(secret, known), _group(secret, known))
        for secret in known.secrets
        for value in secret.values
    )


def named(name: str, receiver: str = "") -> NamedValue:
    """Raises WrongInput, which says which names there are; or receivers have no such value."""
    values = {each.name: each for each in named_values()}
    if name not in values:
        raise WrongInput(unknown("value", name, values))
    if receiver and not webhooks.NAME.fullmatch(receiver):
        raise WrongInput(f"{receiver!r} cannot be a receiver's name; `tenantry webhooks list` shows them")
    if receiver and not _of_receivers(values[name]):
        raise WrongInput(f"{name} is not a receiver's; leave --receiver out")
    return replace(values[name], receiver=receiver)


def of_receivers() -> tuple[NamedValue, ...]:
    """Those that each receiver of a tenant's has one of."""
    return tuple(filter(_of_receivers, named_values()))


def _of_receivers(value: NamedValue) -> bool:
    return any(group.webhooks and group.webhooks.secret == value.secret.name for group in current())


def _readers(secret: Secret, groups: Groups) -> tuple[str, ...]:
    return tuple(member.name for member in groups.members if member.function.reads(secret.name))


def _group(secret: Secret, groups: Groups) -> str:
    return next((group.name for group in groups if secret in group.secrets), "")


def _decoded(text: str) -> bytes:
    """Of base64 in its one canonical spelling; empty for anything else."""
    try:
        value = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return value if base64.b64encode(value).decode() == text else b""
