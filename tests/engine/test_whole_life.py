"""A stack's life under the real engine: previewed, made, settled, changed, failed half-way, taken away."""

import json

from tests.engine.stack import NAME, Stack


def test_a_stack_is_made_settles_and_completes_what_failed(stack: Stack) -> None:
    stack.project.tenant("acme", "contact", "items")
    assert "to create" in stack.preview()
    assert stack.calls() == []
    stack.up()
    assert set(stack.outputs()["tenants"]["acme"]["api_keys"]) == {"web"}
    stack.preview("--expect-no-changes")

    stack.project.tenant("initech", "items", "tools")
    stack.fail("create", "initech.items")
    before = len(stack.calls())
    failure = stack.up(fails=True)
    assert "InternalFailure" in failure
    assert "Traceback" not in failure  # the cause stands alone
    stack.fail("create", "")
    stack.up()
    assert [call["urn"] for call in stack.calls()[before:] if "::acme" in call["urn"]] == []
    stack.preview("--expect-no-changes")

    stack.pulumi("refresh", "--yes", "--skip-preview", "--stack", NAME)  # which runs no program
    stack.up()  # it chains what the engine's history says of all before
    audit = stack.tenantry("audit", "acme", "--stack", NAME, "--verify", "--json")
    assert audit.returncode == 0, audit.stdout + audit.stderr
    report = json.loads(audit.stdout)
    told = [(each["step"], each["action"], each["details"].get("result")) for each in report["lines"]]
    begun = ("begun", "deploy", None)
    assert told == [
        begun,
        ("seen", "pulumi update", "succeeded"),
        begun,
        ("seen", "pulumi update", "failed"),
        begun,
        ("seen", "pulumi update", "succeeded"),
        ("seen", "pulumi refresh", "succeeded"),
        begun,
    ]
    oldest = min((stack.folder / "backend" / ".pulumi" / "history").rglob("*.history.json"))
    oldest.write_bytes(oldest.read_bytes().replace(b'"succeeded"', b'"failed"'))
    audit = stack.tenantry("audit", "acme", "--stack", NAME, "--verify")
    assert (audit.returncode, f"{oldest.name} of" in audit.stderr) == (3, True), audit.stderr


def test_what_no_file_declares_gone_is_refused_and_once_allowed_is_done(stack: Stack) -> None:
    for slug in ("acme", "initech"):
        stack.project.tenant(slug, "items")
    stack.up()
    (stack.project.root / "own" / "demo" / "acme.yaml").unlink()
    before = stack.calls()
    refusal = "acme: it would remove the tenant, whose file is gone"
    assert refusal in stack.preview(fails=True)
    assert refusal in stack.up(fails=True)
    assert refusal in stack.up(fails=True)  # a failed update leaves the outputs that the guard reads
    assert stack.calls() == before
    stack.configure("tenantry:allow", "[acme]")
    stack.up()
    assert set(stack.outputs()["tenants"]) == {"initech"}
    stack.preview("--expect-no-changes")  # the entry may stay; it counts no more
    stack.project.tenant("acme", "items")
    stack.up()
    (stack.project.root / "own" / "demo" / "acme.yaml").unlink()
    assert refusal in stack.preview(fails=True)


def test_the_accounts_setting_may_be_switched_off_and_on_again(stack: Stack) -> None:
    """Its role is kept when it is switched off, since other stacks log by it."""
    stack.project.tenant("acme", "items")
    for managed in ("true", "false", "true"):
        stack.configure("tenantry:manageAccount", f'"{managed}"')
        stack.up()
    stack.preview("--expect-no-changes")


def test_an_interrupted_update_is_completed_by_the_next(stack: Stack) -> None:
    stack.project.tenant("acme", "items")
    stack.interrupted(calls=12)
    stack.up()
    stack.preview("--expect-no-changes")
