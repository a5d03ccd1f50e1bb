"""What a repair asks of AWS, of an account that is a folder."""

from dataclasses import dataclass
from pathlib import Path

from tenantry.operations.checkpoint import Checkpoint, Pending
from tenantry.operations.strays import Stray
from tenantry.rules.kinds import tokens
from tests.engine.account import Account

SECRET = "4dabf18193072939515e22adb298388d"  # by which the engine marks a value that it encrypted


@dataclass(frozen=True)
class FolderAccount:
    """Read anew each time."""

    folder: Path

    def found(self, asked: Pending) -> str | None:
        plain = {
            name: value
            for name, value in asked.inputs.items()
            if not name.startswith("__") and not (isinstance(value, dict) and SECRET in value)
        }
        same = (
            each.id
            for each in Account(self.folder)
            if each.type == asked.type and plain == {name: each.values.get(name) for name in plain}
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
