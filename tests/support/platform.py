"""A running local platform: its tenants' clients, by the rules or against them, and its functions' roles."""

import json
import re
import time
import uuid
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest

from agreed.secrets import RUNTIME
from tenantry import groups
from tenantry.local import state
from tenantry.local.clients import ACCOUNT, Credentials, Session, session
from tenantry.local.state import LocalPlatform, LocalTenant
from tenantry.operations import generations
from tenantry.operations.tokens import Signer, managed_signer
from tenantry.rules.naming import Names

OWN = "the tenant's own"
PATIENCE = 5  # attempts of a call that the gateway throttles
PROBLEM = {"type", "title", "status", "detail", "request_id", "errors"}
INTERNALS = re.compile(
    r"Traceback|File \"|arn:aws|botocore|boto3|\.py\b|Exception|tenantry_|dynamodb|#(?:items|contact|tools)#",
    re.I,
)


@dataclass
class Platform:
    """`minted` are all tokens that were ever made for it."""

    local: LocalPlatform
    minted: list[str] = field(default_factory=list)
    http: httpx.Client = field(default_factory=lambda: httpx.Client(trust_env=False, timeout=30))

    @classmethod
    def found(cls, home: Path) -> "Platform":
        """The only one whose state is below `home`."""
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("TENANTRY_STATE", str(home))
            return cls(state.find(None))

    @cached_property
    def names(self) -> Names:
        return Names(self.local.cell)

    @cached_property
    def root(self) -> Session:
        return self.local.root_session()

    def secret(self, slug: str, secret: str = RUNTIME) -> str:
        """Its name on the platform, generation included."""
        found = generations.newest(self.root.client("secretsmanager"), self.names.secret(slug, secret))
        assert found, (slug, secret)
        return found.name

    @cached_property
    def tenants(self) -> "dict[str, Tenant]":
        return {tenant.slug: Tenant(self, tenant) for tenant in self.local.tenants}

    def role(self, slug: str, group: str) -> Session:
        """A session with the credentials that the function itself runs with."""
        arn = f"arn:aws:iam::{ACCOUNT}:role/{self.names.function(slug, group)}"
        taken = self.root.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
        own = Credentials(taken["AccessKeyId"], taken["SecretAccessKey"], taken["SessionToken"])
        return session(self.local.endpoint, own)

    def log_lines(self, function: str) -> list[str]:
        """Everything that a function, or all whose log group's name starts so, has written."""
        logs = self.root.client("logs")
        lines = []
        for page in logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=function):
            for group in page["logGroups"]:
                events = logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"])
                lines += [event["message"] for each in events for event in each["events"]]
        return lines


@dataclass
class Tenant:
    """One tenant's client, which holds a key and can have any token."""

    platform: Platform
    local: LocalTenant

    @property
    def slug(self) -> str:
        return self.local.slug

    @property
    def url(self) -> str:
        return str(self.local.shown["url"])

    @property
    def routes(self) -> list[str]:
        return list(self.local.shown["routes"])

    @property
    def key(self) -> str:
        return str(next(iter(self.local.shown["api_keys"].values())))

    @cached_property
    def signer(self) -> Signer:
        if self.local.signer:
            return self.local.signer
        secrets = self.platform.root.client("secretsmanager")
        return managed_signer(secrets, self.local.signing_secret, self.local.kid)

    @cached_property
    def own_token(self) -> str:
        return self.token()

    def token(self, *scopes: str, **claims: Any) -> str:
        """Good for an hour and, without scopes, for all routes; a claim given as None is left out."""
        now = int(time.time())
        good = {
            "iss": self.local.audience.issuer,
            "aud": self.local.audience.audience,
            "sub": "ann",
            "iat": now,
            "exp": now + 3_600,
            "scope": " ".join(scopes or self.local.scopes),
        }
        said = {name: value for name, value in {**good, **claims}.items() if value is not None}
        headers = {"kid": self.signer.kid, "typ": "at+jwt"}
        token = jwt.encode(said, self.signer.private_pem, self.signer.algorithm, headers)
        self.platform.minted.append(token)
        return token

    def call(
        self,
        method: str,
        path: str,
        json: Any = None,
        *,
        key: str | None = OWN,
        token: str | None = OWN,
        patient: bool = True,
        headers: dict[str, str] | None = None,
        content: bytes | None = None,
    ) -> httpx.Response:
        """One call. A patient client waits when it is throttled, as Retry-After asks, and calls again."""
        sent = dict(headers or {})
        if key is not None:
            sent["x-api-key"] = self.key if key == OWN else key
        if token is not None:
            sent["Authorization"] = f"Bearer {self.own_token if token == OWN else token}"
        for _ in range(PATIENCE if patient else 1):
            answer = self.platform.http.request(
                method, self.url + path, json=json, content=content, headers=sent
            )
            if answer.status_code != 429:
                break
            time.sleep(float(answer.headers["retry-after"]) if patient else 0)
        return answer


def functions(tenant: Tenant) -> list[str]:
    """Of the tenant's, by what its file switches on and sets."""
    shown = tenant.local.shown
    own = groups.current().of_tenant(tenant.routes, shown["options"] or {}, tenant.local.webhooks)
    return ["authorizer", *(member.name for member in own)]


def problem(answer: httpx.Response) -> tuple[int, str]:
    """Status and slug of an answer, which must be a problem in full and say nothing of our insides."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    body = json.loads(answer.text)
    kind = body["type"].removeprefix("urn:tenantry:problem:")
    assert body.keys() <= PROBLEM
    assert body["title"]
    assert body["status"] == answer.status_code
    assert str(uuid.UUID(body["request_id"])) == body["request_id"]
    assert body["type"] != kind
    assert not INTERNALS.search(answer.text)
    return answer.status_code, kind
