"""A visit to the portal of one tenant over moto: its key, the link, and what the pages hold."""

import json
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from html import unescape
from types import SimpleNamespace
from unittest import mock

from agreed import environment, portal, seals
from api import clients
from groups.portal import calls, usage
from groups.portal.declaration import FORM, SESSION, SESSION_SECONDS
from groups.portal.sessions import COOKIE
from tests.support import tenant_api
from tests.support.iam import NAMES

KEY = "the key of a portal"


def create_secret(tenant: str) -> str:
    answer = tenant_api.client("secretsmanager").create_secret(
        Name=f"tenantry/demo/{tenant}/portal/0a1b2c3d", SecretString=json.dumps({portal.KEY: KEY})
    )
    return str(answer["ARN"])


@contextmanager
def overseen(tenant: str, secret: str) -> Iterator[None]:
    """The environment of what oversees the tenant, whose access log is empty and whose plan counted nothing.

    moto knows no usage of plans, so that call is answered here.
    """
    group, logs = NAMES.access_log(tenant), tenant_api.client("logs")
    with suppress(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_group(logGroupName=group)
    counted = (SimpleNamespace(status_code=200), {"items": {}})
    clients.session().register("before-call.apigateway.GetUsage", lambda **_: counted)
    variables = {
        environment.STATUS: environment.ACTIVE,
        environment.secret_arn("portal"): secret,
        environment.ACCESS_LOG: group,
        environment.USAGE_PLAN: f"plan-of-{tenant}",
        environment.API_KEYS: json.dumps({"key": "web"}),
        environment.GROUPS: json.dumps(["contact", "items", "portal", "tokens"]),
        environment.LIMITS: json.dumps({"rate_per_second": 20, "burst": 40}),
    }
    _forget()
    with mock.patch.dict(os.environ, variables):
        yield
    _forget()


def _forget() -> None:
    """Clients that another session made, and ours."""
    calls.client.cache_clear()
    usage.client.cache_clear()


def session(tenant: str) -> tuple[dict[str, str], str]:
    """The header of one that has begun and may change clients, and what its pages' forms carry."""
    begun = seals.draw(int(time.time()) + SESSION_SECONDS, portal.CLIENTS)
    cookie = seals.write(KEY, tenant, SESSION, begun)
    return {"cookie": f"{COOKIE}={cookie}"}, seals.write(KEY, tenant, FORM, begun)


def link(tenant: str) -> str:
    return seals.write(KEY, tenant, portal.LINK, seals.draw(int(time.time()) + 900, portal.CLIENTS))


def form(page: str) -> str:
    return _hidden(page, "form")


def delivery(page: str) -> dict[str, str]:
    """The newest one that the page shows, as its form sends it again."""
    return {name: _hidden(page, name) for name in ("id", "receiver")}


def client(page: str) -> dict[str, str]:
    """The first one that the page shows, as its forms change it."""
    return {name: _hidden(page, name) for name in ("client", "version")}


def _hidden(page: str, name: str) -> str:
    found = re.search(f'name="{name}" value="([^"]*)"', page)
    assert found, name
    return unescape(found[1])
