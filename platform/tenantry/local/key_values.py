"""The values that API keys have on the local platform, the same after every start.

They are drawn from a seed in the state's folder, made once, unless somebody has given one. Whoever can read
that file has every local key.
"""

import fcntl
import hashlib
import hmac
import json
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from tenantry.config import Cell
from tenantry.config.key_values import KeyName, setting
from tenantry.errors import WrongInput
from tenantry.local import state

LENGTH: Final = 40  # as API Gateway's own


def of_cell(cell: Cell) -> dict[KeyName, str]:
    """Of all API keys that the cell's files list.

    Raises:
        WrongInput: the file cannot be read.
    """
    keys = [(tenant.slug, name) for tenant in cell.tenants for name in tenant.api_keys]
    with _kept() as kept:
        return {key: kept.given.get(setting(key)) or _drawn(kept.seed, key) for key in keys}


def give(key: KeyName, value: str) -> None:
    """From the next start or update on.

    Raises:
        WrongInput: another key was given this value, or the file cannot be read.
    """
    with _kept() as kept:
        same = [other for other, given in kept.given.items() if given == value and other != setting(key)]
        if same:
            _, slug, name = same[0].split(".")
            raise WrongInput(f"key {name} of {slug} has this value already; a value opens one tenant alone")
        kept.given[setting(key)] = value


def forget() -> bool:
    """Whether there was anything to forget."""
    there = _file().exists()
    _file().unlink(missing_ok=True)
    return there


@dataclass
class _Kept:
    seed: str
    given: dict[str, str]


@contextmanager
def _kept() -> Iterator[_Kept]:
    """What the file holds, for this process alone; written again as the caller leaves it."""
    folder = state.made_folder()
    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        there = _read()
        kept = there or _Kept(secrets.token_hex(32), {})
        before = asdict(kept) if there else None
        yield kept
        if asdict(kept) == before:
            return
        with tempfile.NamedTemporaryFile("w", dir=folder, suffix=".part", delete=False) as part:
            json.dump(asdict(kept), part)
        Path(part.name).replace(_file())  # made with mode 0600
    finally:
        os.close(lock)


def _read() -> _Kept | None:
    try:
        kept = _Kept(**json.loads(_file().read_bytes()))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise WrongInput(
            f"{_file()} is damaged; `tenantry down --delete` removes it, and all keys get new values"
        ) from error
    return kept


def _drawn(seed: str, key: KeyName) -> str:
    return hmac.digest(seed.encode(), setting(key).encode(), hashlib.sha256).hex()[:LENGTH]


def _file() -> Path:
    return state.folder() / "api-keys"
