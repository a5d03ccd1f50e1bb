"""The policy pack judges under the real engine, before anything is made."""

import pytest

from tenantry.errors import Failed
from tests.engine.stack import Stack
from tests.support.command import ROOT

PACK = ROOT / "policy-pack"


def test_an_update_under_the_policy_pack_is_made_or_refused_before_it_begins(stack: Stack) -> None:
    stack.project.tenant("acme", "items")
    engine = stack.engine

    engine.require_allowed(PACK)
    assert stack.calls() == []
    engine.up(lambda _: None, PACK)
    made = stack.calls()
    assert made

    role = stack.project.root / "platform" / "tenantry" / "components" / "role.py"
    bounded = role.read_text()
    assert "permissions_boundary=site.cell.boundary," in bounded
    role.write_text(bounded.replace("permissions_boundary=site.cell.boundary,", ""))
    with pytest.raises(Failed, match="role-is-bounded") as refused:
        engine.require_allowed(PACK)
    assert "acme.items" in str(refused.value)
    assert stack.calls() == made
