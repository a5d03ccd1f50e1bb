"""What `isolation --live` tries as a stranger is refused, and gets through where no front is."""

from tenantry.local import doors
from tenantry.local.clients import Session
from tenantry.local.emulator.parent import Emulator


def test_every_door_is_closed_to_a_stranger(repaired: Emulator) -> None:
    assert [str(trial) for trial in doors.trials(repaired.endpoint) if trial.leaked] == []


def test_an_open_door_is_reported(untouched: Session) -> None:
    trials = list(doors.trials(untouched.endpoint))
    assert all(trial.leaked for trial in trials)
    assert "a stranger: ListSecrets on the emulator, by the key test, LEAKED: done" in map(str, trials)
