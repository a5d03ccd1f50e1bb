"""Call the platform, and say of each claim whether it held."""

import time
from typing import Any

import httpx
from rich.console import Console

from tenantry.local import tokens
from tenantry.local.clients import Credentials, Session, session
from tenantry.local.state import LocalPlatform
from tenantry.operations import generations

UNSET: Any = object()


class Observer:
    """`kept` and `broken` count the claims."""

    def __init__(self, platform: LocalPlatform, out: Console) -> None:
        self.platform = platform
        self.kept = self.broken = 0
        self._out = out
        self._http = httpx.Client(timeout=30, trust_env=False)

    def claim(self, text: str, expected: Any, observed: Any) -> None:
        holds = bool(expected == observed)
        mark = "[green]✓[/]" if holds else "[red]✗[/]"
        detail = f"[dim]{observed}[/]" if holds else f"[red]{observed}, not {expected}[/]"
        self._out.print(f"  {mark} {text}  {detail}", soft_wrap=True)
        self.kept += holds
        self.broken += not holds

    def key(self, tenant: str) -> str:
        return str(self.platform.tenant(tenant).shown["api_keys"]["web"])

    def token(self, tenant: str, scopes: list[str] | None = None) -> str:
        return tokens.token(self.platform, tenant, "demo", scopes, 600)

    def call(
        self,
        tenant: str,
        method: str,
        path: str,
        body: Any = None,
        key: str | None = UNSET,
        token: str | None = UNSET,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        """One call at the tenant's stage; key and token are its own unless others, or None, are given."""
        sent = dict(headers or {})
        key = self.key(tenant) if key is UNSET else key
        token = self.token(tenant) if token is UNSET else token
        if key:
            sent["x-api-key"] = key
        if token:
            sent["Authorization"] = f"Bearer {token}"
        url = self.platform.tenant(tenant).shown["url"] + path
        return self._http.request(method, url, headers=sent, json=body)

    def delivered(self, tenant: str, message: str) -> dict[str, Any] | None:
        """What the local receiver got of a message, within half a minute."""
        address = self.platform.tenant(tenant).shown["options"]["contact"]["notify"]
        for _ in range(300):
            for each in self._http.get(address).json()["deliveries"]:
                if each["headers"]["webhook-id"] == message:
                    return dict(each)
            time.sleep(0.1)
        return None

    def secret(self, name: str) -> str:
        """Its name on the platform, where each creation of a secret has one of its own."""
        found = generations.newest(self.platform.root_session().client("secretsmanager"), name)
        if found is None:
            raise LookupError(f"there is no secret {name}")
        return found.name

    def role(self, name: str) -> Session:
        """A session with the credentials of a function's role."""
        sts = self.platform.root_session().client("sts")
        arn = f"arn:aws:iam::000000000000:role/{name}"
        made = sts.assume_role(RoleArn=arn, RoleSessionName="demo")["Credentials"]
        credentials = Credentials(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])
        return session(self.platform.endpoint, credentials)
