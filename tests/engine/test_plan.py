"""`plan --stack` says by the real engine's preview what a change does to each tenant."""

import json
from typing import Any

from tests.engine.stack import NAME, Stack

BY = ("-c", "user.name=A", "-c", "user.email=a@example.com")


def planned(stack: Stack, code: int) -> Any:
    done = stack.tenantry("plan", "--stack", NAME, "--tenants", "own", "--json")
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout) if code != 1 else done.stderr


def test_what_the_engine_would_do_is_said_tenant_by_tenant(stack: Stack) -> None:
    stack.project.tenant("acme", "contact", "items")
    stack.project.tenant("initech", "items")
    stack.up()
    for command in (("init", "--quiet"), ("add", "--all"), (*BY, "commit", "--quiet", "--message", "First")):
        done = stack.project.run("git", *command)
        assert done.returncode == 0, done.stderr
    before = stack.calls()

    assert planned(stack, code=0)["summary"] == "touches 0 of 2 tenants; +$0.00 a month"

    stack.project.tenant("acme", "items")
    found = planned(stack, code=3)
    effects = {each["tenant"]: each["effect"] for each in found["tenants"]}
    assert (effects["acme"], effects["initech"]) == ("changed in place", "untouched")
    [acme] = [each for each in found["tenants"] if each["tenant"] == "acme"]
    assert [line["text"] for line in acme["lines"] if line["needs_person"]] == [
        "route group contact is removed: its routes answer 404",
        "logs of acme.contact are deleted",
    ]
    assert acme["resources"]["removed"] == 5

    (stack.project.root / "own" / "demo" / "initech.yaml").unlink()
    assert "initech: it would remove the tenant, whose file is gone" in planned(stack, code=1)
    assert stack.calls() == before
