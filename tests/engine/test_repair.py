"""What a killed `pulumi up` and a lost answer leave is mended, and the next update completes."""

import pytest

from tenantry.operations.checkpoint import Checkpoint
from tenantry.operations.engine import Locked
from tenantry.operations.repair import damage, mend
from tenantry.rules.kinds import tokens
from tests.engine.account import Account
from tests.engine.folder_account import FolderAccount
from tests.engine.stack import NAME, Stack


def test_a_killed_update_is_repaired_and_the_next_one_completes(stack: Stack) -> None:
    stack.project.tenant("acme", "items")
    stack.killed("role:Role::acme.items")
    _cut_off_the_writing_of_attributes(stack)
    engine, account = stack.engine, FolderAccount(stack.folder / "account" / "aws")

    checkpoint = Checkpoint(engine.record())
    found = damage(checkpoint, account)
    assert "acme.items" in [pending.name for pending, _ in found.made if pending.type == tokens.ROLE]
    with pytest.raises(Locked, match="currently locked"):
        mend(found, checkpoint, engine, account, print)
    engine.unlock()
    mend(found, checkpoint, engine, account, print)

    assert not damage(Checkpoint(engine.record()), account)
    stack.up()
    stack.preview("--expect-no-changes")

    file = stack.project.root / "own" / "demo" / "acme.yaml"
    file.write_text(file.read_text().replace("[web]", "[web, app]"))
    stack.fail("create", "apiKey:ApiKey::acme.app", "lost")
    assert "its answer is lost" in stack.up(fails=True)
    stack.fail("create", "")
    stack.up()
    checkpoint = Checkpoint(engine.record())
    found = damage(checkpoint, account)
    assert [stray.name for stray in found.strays] == ["tenantry_own_acme_app"]
    mend(found, checkpoint, engine, account, print)
    stack.preview("--expect-no-changes")

    urns = [each["urn"] for each in engine.record()["deployment"]["resources"]]
    assert len(urns) == len(set(urns))
    names = [each.unique_name for each in Account(account.folder) if each.type == tokens.ROLE]
    assert len(names) == len(set(names))
    keys = [each.values["name"] for each in Account(account.folder) if each.type == tokens.API_KEY]
    assert sorted(keys) == ["tenantry_own_acme_app", "tenantry_own_acme_web"]


def _cut_off_the_writing_of_attributes(stack: Stack) -> None:
    """As the folder has them in the moment between their file's making and its filling."""
    files = list((stack.folder / "backend").rglob(f"{NAME}.json.attrs"))
    assert files
    for file in files:
        file.write_text("")
