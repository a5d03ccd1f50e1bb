"""A handover's folder: renewed with what changed, and never written over something else."""

import copy
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tenantry.config import load_platform
from tenantry.errors import WrongInput
from tenantry.gateway import contract, published
from tenantry.gateway.published import Address
from tenantry.handover import Written, calls, changes, clients, collection, write
from tests.support.command import TENANTS

ACME = load_platform(TENANTS).tenant("acme")
DOCUMENT: dict[str, Any] = json.loads(
    json.dumps(
        published.of_tenant(contract.load(), ACME, Address("https://api.example.com/here", "urn:here"))
    )
)


@pytest.fixture(autouse=True)
def no_generators(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "GENERATORS", tmp_path / "none")


def handed(folder: Path, day: int, document: dict[str, Any] = DOCUMENT) -> Written:
    return write(folder, ACME, document, date(2026, 11, day))


def changed() -> dict[str, Any]:
    document = copy.deepcopy(DOCUMENT)
    del document["paths"]["/tools/summary"]
    document["paths"]["/items/{collection}/count"] = {"get": DOCUMENT["paths"]["/items/{collection}"]["get"]}
    document[published.LIMITS]["burst"] = 1
    return document


def test_a_second_handover_adds_what_changed_to_the_list_and_one_without_a_change_adds_nothing(
    tmp_path: Path,
) -> None:
    assert handed(tmp_path / "out", 1).changes == ()
    assert handed(tmp_path / "out", 2).changes == ()
    done = handed(tmp_path / "out", 3, changed())
    assert done.changes == (
        "breaks clients: GET /tools/summary: it is gone",
        "new: GET /items/{collection}/count",
        "the limits changed",
    )
    listed = json.loads((tmp_path / "out" / "changes.json").read_text())
    assert listed == [
        {"date": "2026-11-03", "changes": list(done.changes)},
        {"date": "2026-11-01", "changes": ["first handover"]},
    ]
    assert "new: GET /items/{collection}/count" in (tmp_path / "out" / "index.html").read_text()


def content(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir()}


class CutOff(BaseException):
    """Nothing catches it, as nothing catches SIGKILL."""


@pytest.mark.parametrize("write_", range(1, 5))
def test_one_that_was_cut_off_is_completed_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write_: int
) -> None:
    """At each of the JSON files that it writes, and the same for a first one and a renewal."""
    replace, left = Path.replace, [0]

    def cut_off(part: Path, file: Path) -> Path:
        left[0] -= 1
        if left[0] == 0:
            raise CutOff
        return replace(part, file)

    monkeypatch.setattr(Path, "replace", cut_off)
    for day, document in ((1, DOCUMENT), (2, changed())):
        left[0] = write_
        with pytest.raises(CutOff):
            handed(tmp_path / "out", day, document)
        left[0] = 0
        assert handed(tmp_path / "out", day, document) == handed(tmp_path / "whole", day, document)
        assert content(tmp_path / "out") == content(tmp_path / "whole")


def test_another_address_breaks_clients_and_another_description_does_not() -> None:
    moved, described = copy.deepcopy(DOCUMENT), copy.deepcopy(DOCUMENT)
    moved["servers"][0]["url"] = "https://elsewhere.example.com"
    assert [each for each in changes.between(DOCUMENT, moved) if "breaks clients: the address" in each]
    described["info"]["description"] = "Another."
    assert list(changes.between(DOCUMENT, described)) == [changes.NOTHING]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("index.html", "mine"),
        ("changes.json", "not JSON"),
        ("changes.json", '{"a": 1}'),
        ("changes.json", "[]"),
    ],
)
def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(WrongInput, match="give a"):
        handed(tmp_path, 1)
    assert [each.name for each in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == content


def test_a_folder_that_cannot_be_made_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WrongInput, match="give another --to"):
        handed(tmp_path / "file" / "out", 1)


def test_the_collection_has_every_call_once_and_values_for_the_address_alone() -> None:
    made = collection.of("Acme", "https://api.example.com/here", calls.of(DOCUMENT))
    requests = [each["request"] for folder in made["item"] for each in folder["item"]]
    assert sorted((each["method"], each["url"]) for each in requests) == sorted(
        (each.method, "{{API_URL}}" + each.path) for each in calls.of(DOCUMENT)
    )
    assert {each["key"]: each["value"] for each in made["variable"] if each["value"]} == {
        "API_URL": "https://api.example.com/here"
    }
