"""What was called on the local platform is what `cost --actual` bills, to the call."""

import json
from typing import Any

from tests.support.command import TENANTS, Command, eventually
from tests.support.platform import Tenant

CALLS = 5


def bills(command: Command) -> dict[str, Any]:
    done = command("cost", "--actual", "--json", "--tenants", str(TENANTS))
    assert done.returncode == 0, done.stderr
    return {bill["tenant"]: bill for bill in json.loads(done.stdout)["tenants"]}


def test_measured_calls_are_billed_to_whoever_made_them(command: Command, acme: Tenant) -> None:
    before = bills(command)
    for _ in range(CALLS):
        assert acme.call("GET", "/items/costs").status_code == 200
    assert eventually(lambda: bills(command)["acme"]["requests"] == before["acme"]["requests"] + CALLS)
    after = bills(command)
    assert after["globex"]["requests"] == before["globex"]["requests"]
    assert after["acme"]["components"]["data"] > 0
    assert "log_bytes" not in after["acme"]["not_measured"]
