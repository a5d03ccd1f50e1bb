"""A visit to the portal of one tenant over moto: its key, the link, and what the pages hold."""

import json
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from types import SimpleNamespace
from unittest import mock

from agreed import environment, portal, seals
from api import clients
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
    group = NAMES.access_log(tenant)
    tenant_api.client("logs").create_log_group(logGroupName=group)
    counted = (SimpleNamespace(status_code=200), {"items": {}})
    clients.session().register("before-call.apigateway.GetUsage", lambda **_: counted)
    variables = {
        environment.STATUS: environment.ACTIVE,
        environment.secret_arn("portal"): secret,
        environment.ACCESS_LOG: group,
        environment.USAGE_PLAN: f"plan-of-{tenant}",
        environment.API_KEYS: json.dumps({"key": "web"}),
        environment.LIMITS: json.dumps({"rate_per_second": 20, "burst": 40}),
    }
    with mock.patch.dict(os.environ, variables):
        yield


def link(tenant: str) -> str:
    return seals.write(KEY, tenant, portal.LINK, seals.draw(int(time.time()) + 900))


def form(page: str) -> str:
    return _hidden(page, "form")


def delivery(page: str) -> dict[str, str]:
    """The newest one that the page shows, as its form sends it again."""
    return {name: _hidden(page, name) for name in ("id", "receiver")}


def _hidden(page: str, name: str) -> str:
    found = re.search(f'name="{name}" value="([^"]*)"', page)
    assert found, name
    return unescape(found[1])
