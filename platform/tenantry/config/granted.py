"""Read what AWS has granted the account of a stack, as `tenantry quotas --stack` wrote it.

Without a file AWS's defaults count; a new account may have less.
"""

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from pydantic import Field, ValidationError

from tenantry.config import quotas
from tenantry.config.model import Model
from tenantry.errors import WrongInput


class Granted(Model):
    """Soft quotas of one account and Region; `taken` is the day on which AWS said so, None for defaults."""

    usage_plans: int = Field(quotas.USAGE_PLANS, ge=0)
    roles: int = Field(quotas.ROLES, ge=0)
    concurrency: int = Field(quotas.CONCURRENCY, ge=0)
    tables: int = Field(quotas.TABLES, ge=0)
    event_rules: int = Field(quotas.RULES, ge=0)
    taken: date | None = Field(None, strict=False)  # JSON knows no dates


class Account(Model):
    """The content of a stack's file."""

    cell: str
    region: str
    granted: Granted


DEFAULTS = Granted()


def file_of(folder: Path, stack: str) -> Path:
    """Beside the stack's own file."""
    return folder / f"Quotas.{stack}.json"


def written(account: Account) -> str:
    return json.dumps(account.model_dump(mode="json"), indent=2) + "\n"


def load(folder: Path) -> dict[str, Granted]:
    """By cell, for the cells whose stacks have a file. If a cell has two stacks, the lower value of each
    figure counts.

    Raises:
        WrongInput: a file does not hold what `tenantry quotas` writes.
    """
    found: dict[str, Granted] = {}
    for file in sorted(folder.glob(file_of(folder, "*").name)):
        account = _read(file)
        known = found.get(account.cell)
        found[account.cell] = least([known, account.granted]) if known else account.granted
    return found


def least(granted: Iterable[Granted]) -> Granted:
    """The lowest value of each figure in all of these accounts; the defaults, if there are none."""
    known = list(granted)
    figures = [name for name in Granted.model_fields if name != "taken"]
    return (
        Granted(**{name: min(getattr(each, name) for each in known) for name in figures})
        if known
        else DEFAULTS
    )


def _read(file: Path) -> Account:
    try:
        return Account.model_validate_json(file.read_bytes())
    except (OSError, ValidationError):
        raise WrongInput(f"{file} cannot be read; run `tenantry quotas --stack` to write it again") from None
