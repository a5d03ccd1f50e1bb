"""AWS clients that can reach the emulator and nothing else.

Everything that botocore would take from the user's environment or ~/.aws is stated here, so that no profile,
endpoint, proxy or key of the user changes where a call goes or who makes it.
"""

import hashlib
import os
from dataclasses import dataclass, field
from typing import Any

import boto3
import botocore.session
from botocore.config import Config

ACCOUNT = "000000000000"
REGION = "us-east-1"


@dataclass(frozen=True, slots=True)
class Credentials:
    access_key: str
    secret_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


def root(secret: str) -> Credentials:
    """The emulator's own administrator, whom no policy limits.

    Args:
        secret: another at each start; it makes the access key, which strangers can't name either.
    """
    return Credentials(f"TENANTRY{hashlib.sha256(secret.encode()).hexdigest()[:24].upper()}", secret)


@dataclass(frozen=True, slots=True)
class Session:
    """Clients of one identity. Thread safe are the clients, not their making."""

    endpoint: str
    boto: boto3.Session

    def client(self, service: str) -> Any:
        return self.boto.client(service, endpoint_url=self.endpoint, config=_CONFIG)


def session(endpoint: str, credentials: Credentials) -> Session:
    core = botocore.session.Session(
        session_vars={
            "profile": (None, None, None, None),
            "config_file": (None, None, os.devnull, None),
            "credentials_file": (None, None, os.devnull, None),
        }
    )
    boto = boto3.Session(
        credentials.access_key,
        credentials.secret_key,
        credentials.session_token,
        REGION,
        botocore_session=core,
    )
    return Session(endpoint, boto)


BY_DOMAIN = "/_aws/domains/"  # behind which a path begins with the domain that would be the Host


def stage_url(endpoint: str, api: str, stage: str) -> str:
    """The emulator's form of https://<api>.execute-api.<region>.amazonaws.com/<stage>."""
    return f"{endpoint}/_aws/execute-api/{api}/{stage}"


def domain_url(endpoint: str, address: str) -> str:
    """Of an address by a domain, for whoever cannot send its name as `Host`: the way through the emulator."""
    return f"{endpoint}{BY_DOMAIN}{address.removeprefix('https://')}"


_CONFIG = Config(
    connect_timeout=5,
    read_timeout=60,
    retries={"mode": "standard", "total_max_attempts": 3},
    max_pool_connections=32,
    s3={"addressing_style": "path"},
    proxies={},
    ignore_configured_endpoint_urls=True,
)
