"""The environment of one tenant's function, read once, at the first call."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from agreed import environment as names
from agreed import webhooks
from agreed.secrets import RECEIVER_MARK, RUNTIME


@dataclass(frozen=True, slots=True)
class Quota:
    """`period` is "day", "week" or "month"."""

    limit: int
    period: str


@dataclass(frozen=True, slots=True)
class Overseen:
    """What a function looks at that oversees its tenant: log group, plan's id, names of API keys by id, and
    the groups that the tenant's file lists.

    `active`: whether the tenant's API answers, which is not so while it is suspended.
    """

    active: bool
    access_log: str
    plan: str
    keys: Mapping[str, str]
    groups: frozenset[str]
    rate_per_second: int
    burst: int
    quota: Quota | None


@dataclass(frozen=True, slots=True)
class Settings:
    """`options` are what the tenant's file sets for the function's group; secrets and queues are by name.

    `calls` are the addresses beyond AWS that the function may call, `mail_from` where it may send mail from.
    `receivers` take webhooks of the group's; their addresses stand where the function calls them. `sight` is
    what the function looks at, if it oversees its tenant.
    """

    tenant: str
    table: str
    cors_origins: frozenset[str]
    cors_credentials: bool
    options: Mapping[str, str]
    secrets: Mapping[str, str]
    queues: Mapping[str, str]
    calls: tuple[str, ...]
    receivers: tuple[webhooks.Receiver, ...]
    mail_from: str | None
    max_receives: int
    sight: Overseen | None = None

    @property
    def overseen(self) -> Overseen:
        """Raises LookupError: the function's declaration does not say that it oversees its tenant."""
        if self.sight is None:
            raise LookupError(f"{names.USAGE_PLAN} is not set; let the function oversee its tenant")
        return self.sight

    def secret(self, name: str) -> str:
        """The secret's ARN. Raises LookupError: the function's declaration does not name it."""
        if name not in self.secrets:
            raise LookupError(f"{names.secret_arn(name)} is not set; name {name} in the function's secrets")
        return self.secrets[name]

    def queue(self, name: str) -> str:
        """The queue's URL. Raises LookupError: the tenant has none, or the function does not use it."""
        if name not in self.queues:
            raise LookupError(f"{names.queue_url(name)} is not set; name {name} in the function's feeds")
        return self.queues[name]


@cache
def current() -> Settings:
    environment = os.environ
    origins = environment.get(names.CORS_ORIGINS, "").split(",")
    return Settings(
        tenant=environment[names.TENANT],
        table=environment[names.TABLE],
        cors_origins=frozenset(origin.strip() for origin in origins if origin.strip()),
        cors_credentials=environment.get(names.CORS_CREDENTIALS) == "true",
        options=json.loads(environment.get(names.OPTIONS, "{}")),
        secrets=_by_name(environment, names.secret_arn(""), names.secret_arn(RUNTIME)),
        queues=_by_name(environment, names.queue_url("")),
        calls=tuple(json.loads(environment.get(names.CALLS, "[]"))),
        receivers=webhooks.of_json(json.loads(environment.get(names.WEBHOOKS, "[]"))),
        mail_from=environment.get(names.MAIL_FROM),
        max_receives=int(environment.get(names.MAX_RECEIVES, "0")),
        sight=_overseen(environment) if names.USAGE_PLAN in environment else None,
    )


def _overseen(environment: Mapping[str, str]) -> Overseen:
    limits = json.loads(environment[names.LIMITS])
    return Overseen(
        active=environment[names.STATUS] == names.ACTIVE,
        access_log=environment[names.ACCESS_LOG],
        plan=environment[names.USAGE_PLAN],
        keys=json.loads(environment[names.API_KEYS]),
        groups=frozenset(json.loads(environment[names.GROUPS])),
        rate_per_second=limits["rate_per_second"],
        burst=limits["burst"],
        quota=Quota(**limits["quota"]) if "quota" in limits else None,
    )


def _by_name(environment: Mapping[str, str], ending: str, runtime: str = "") -> dict[str, str]:
    """Such as `DELIVERY_SECRET_ARN`, by `delivery`, and `DELIVERY__CRM_SECRET_ARN`, by `delivery-crm`."""
    found = {
        name.removesuffix(ending).lower().replace("__", RECEIVER_MARK): value
        for name, value in environment.items()
        if name.endswith(ending) and value
    }
    return found | ({RUNTIME: environment[runtime]} if environment.get(runtime) else {})
