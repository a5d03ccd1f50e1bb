"""A stack's life under the real engine: previewed, made, settled, changed, failed half-way, taken away."""

from collections.abc import Callable

from tests.engine.stack import Stack


def test_a_stack_is_made_settles_and_completes_what_failed(stack: Callable[[], Stack]) -> None:
    own = stack()
    own.project.tenant("acme", "contact", "items")
    assert "to create" in own.preview()
    assert own.calls() == []
    own.up()
    assert set(own.outputs()["tenants"]["acme"]["api_keys"]) == {"web"}
    own.preview("--expect-no-changes")

    own.project.tenant("initech", "items", "tools")
    own.fail("create", "initech.items")
    before = len(own.calls())
    own.up(fails=True)
    own.fail("create", "")
    own.up()
    assert [call["urn"] for call in own.calls()[before:] if "::acme" in call["urn"]] == []
    own.preview("--expect-no-changes")


def test_what_no_file_declares_gone_is_refused_and_once_allowed_is_done(stack: Callable[[], Stack]) -> None:
    own = stack()
    for slug in ("acme", "initech"):
        own.project.tenant(slug, "items")
    own.up()
    (own.project.root / "own" / "demo" / "acme.yaml").unlink()
    before = own.calls()
    refusal = "acme: it would remove the tenant, whose file is gone"
    assert refusal in own.preview(fails=True)
    assert refusal in own.up(fails=True)
    assert refusal in own.up(fails=True)  # a failed update leaves the outputs that the guard reads
    assert own.calls() == before
    own.configure("tenantry:allow", "[acme]")
    own.up()
    assert set(own.outputs()["tenants"]) == {"initech"}
    own.preview("--expect-no-changes")  # the entry may stay; it counts no more
    own.project.tenant("acme", "items")
    own.up()
    (own.project.root / "own" / "demo" / "acme.yaml").unlink()
    assert refusal in own.preview(fails=True)
