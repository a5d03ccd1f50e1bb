"""What a repair asks of AWS, of an account that is a folder."""

from dataclasses import dataclass
from pathlib import Path

from tenantry.operations.checkpoint import Checkpoint, Pending
from tenantry.operations.strays import Stray
from tenantry.rules.kinds import KINDS, tokens
from tests.engine.account import Account


@dataclass(frozen=True)
class FolderAccount:
    """Read anew each time."""

    folder: Path

    def found(self, asked: Pending) -> str | None:
        name = KINDS[asked.type].name
        same = (
            each.id
            for each in Account(self.folder)
            if each.type == asked.type and name and each.values[name] == asked.inputs[name]
        )
        return next(same, None)

    def strays(self, checkpoint: Checkpoint) -> list[Stray]:
        known = {each["id"] for each in checkpoint.of(tokens.API_KEY)}
        return [
            Stray(each.type, each.id, each.values["name"])
            for each in Account(self.folder)
            if each.type == tokens.API_KEY and each.id not in known
        ]

    def remove(self, stray: Stray) -> None:
        account = Account(self.folder)
        found = account.find(stray.type, stray.id)
        assert found is not None
        account.remove(found)
