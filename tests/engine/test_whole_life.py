"""A stack's life under the real engine: previewed, made, settled, changed, failed half-way, taken away."""

from tests.engine.stack import Stack


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
