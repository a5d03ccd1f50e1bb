"""Write a handover's folder, or renew one: what changed since is added to its list of changes."""

import json
import shutil
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from tenantry.config import Tenant
from tenantry.errors import WrongInput
from tenantry.handover import calls, changes, clients, collection, receivers, tokens
from tenantry.handover.page import page

CONTRACT, CHANGES, CLIENTS = "openapi.json", "changes.json", "clients"
FIRST = "first handover"
PART = ".part"
STATIC = Path(__file__).parent / "static"


@dataclass(frozen=True, slots=True)
class Written:
    """`changes` are since the handover before; `missing` says what could not be made, and how to have it."""

    changes: tuple[str, ...]
    missing: tuple[str, ...]


def write(folder: Path, tenant: Tenant, document: dict[str, Any], today: date) -> Written:
    """Write all of it.

    Args:
        document: the contract with the tenant's address, as `gateway.published` makes it.

    Raises:
        WrongInput: the folder holds something else, or cannot be written.
        Failed: a generator of clients refuses the contract.
    """
    try:
        return _written(folder, tenant, json.loads(json.dumps(document)), today)
    except OSError as error:
        what = f"{error.filename or folder} cannot be written: {error.strerror}"
        raise WrongInput(f"{what}; give another --to") from error


def _written(folder: Path, tenant: Tenant, document: dict[str, Any], today: date) -> Written:
    """One that is cut off is completed by the next: the contract, from which changes count, comes last."""
    history = _history(folder)
    before = _before(folder, history)
    found = tuple(changes.between(before, document)) if before else (FIRST,)
    if found and (not history or history[0]["changes"] != list(found)):  # else from one that was cut off
        history = [{"date": today.isoformat(), "changes": list(found)}, *history]
    with tempfile.TemporaryDirectory() as scratch:
        _write_json(Path(scratch, CONTRACT), document)
        made = clients.make(Path(scratch, CLIENTS), tenant.slug, Path(scratch, CONTRACT), document)
        folder.mkdir(parents=True, exist_ok=True)
        _write_json(folder / CHANGES, history)
        shutil.rmtree(folder / CLIENTS, ignore_errors=True)
        if Path(scratch, CLIENTS).exists():
            shutil.copytree(Path(scratch, CLIENTS), folder / CLIENTS)
    of_all = calls.of(document)
    url = document["servers"][0]["url"]
    _write_json(folder / "collection.json", collection.of(document["info"]["title"], url, of_all))
    for name in (*receivers.LANGUAGES, *tokens.NAMES):  # of an earlier handover
        (folder / name).unlink(missing_ok=True)
    for each in (*receivers.sources(tenant), *tokens.sources(tenant, document)):
        (folder / each.name).write_text(each.text, encoding="utf-8")
    for file in sorted(STATIC.iterdir()):
        shutil.copyfile(file, folder / file.name)
    (folder / "index.html").write_text(page(tenant, document, made, history), encoding="utf-8")
    _write_json(folder / CONTRACT, document)
    return Written(found if before else (), made.missing)


def _before(folder: Path, history: list[Any]) -> dict[str, Any] | None:
    """The contract of the handover that the folder holds; None for a new folder, or a first one cut off."""
    if not folder.exists() or (
        folder.is_dir() and {each.name for each in folder.iterdir()} <= {CHANGES + PART}
    ):
        return None
    if not (folder / CHANGES).exists():
        raise WrongInput(f"{folder} holds something other than a handover; give an empty folder or a new one")
    before = _json(folder / CONTRACT)
    if before is None and history:
        return None
    if not isinstance(before, dict):
        raise WrongInput(f"{folder / CONTRACT} is not a contract; give a new folder")
    return before


def _history(folder: Path) -> list[Any]:
    file = folder / CHANGES
    history = _json(file) if file.exists() else []
    if not isinstance(history, list) or not all(map(_is_entry, history)):
        raise WrongInput(f"{file} is not a list of changes; give a new folder")
    return history


def _is_entry(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == {"date", "changes"}


def _json(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError:
        raise WrongInput(f"{file} is not JSON; give a new folder") from None


def _write_json(file: Path, value: Any) -> None:
    """As a whole or not at all: what is there is the next handover's to read."""
    part = file.with_name(file.name + PART)
    part.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    part.replace(file)
