"""What a function of one tenant is told by its environment, read once, at the first call."""

import os
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Settings:
    """`secret_arn` is None for a function that may read no secret, `queue_url` for one that has no queue."""

    tenant: str
    table: str
    cors_origins: frozenset[str]
    cors_credentials: bool
    secret_arn: str | None
    queue_url: str | None


@cache
def current() -> Settings:
    environment = os.environ
    origins = environment.get("CORS_ORIGINS", "").split(",")
    return Settings(
        tenant=environment["TENANT"],
        table=environment["TABLE"],
        cors_origins=frozenset(origin.strip() for origin in origins if origin.strip()),
        cors_credentials=environment.get("CORS_CREDENTIALS") == "true",
        secret_arn=environment.get("SECRET_ARN") or None,
        queue_url=environment.get("QUEUE_URL") or None,
    )
