"""A group's records are kept with their counts and entries, whoever changes them at the same time."""

from collections.abc import Iterator
from typing import Any

import pytest

from agreed.declarations import Field, Record
from api import table
from api.errors import Conflict, NotFound
from api.records import Records
from tests.support import emf, tenant_api
from tests.support.tenant_api import BrokenTable, TenantApi

KIND = Record(
    "quote",
    fields=(
        Field("text"),
        Field("state", choices=("new", "done")),
        Field("price", "number", optional=True),
        Field("created_at", "moment"),
    ),
    counted_by="state",
    listed_by="state",
)


@pytest.fixture
def quotes(acme: TenantApi) -> Iterator[Records]:
    with acme.environment():
        yield Records("quotes", KIND)


def counted() -> dict[str, int]:
    """What the counters say, over all shards."""
    sums: dict[str, int] = {}
    for record in tenant_api.records():
        if record["pk"]["S"].startswith("acme#quotes#count"):
            for name, value in record.items():
                if "N" in value:
                    key = f"{record['sk']['S']}:{name}"
                    sums[key] = sums.get(key, 0) + int(value["N"])
    return {key: value for key, value in sums.items() if value}


def texts(listed: Any) -> list[str]:
    return [each["text"] for each in listed.records]


def test_a_record_is_read_and_listed_by_the_value_that_it_has_now(quotes: Records) -> None:
    first, repeated = quotes.create({"text": "ten chairs", "state": "new"})
    second, _ = quotes.create({"text": "a table", "state": "new", "price": 7})
    assert repeated is False
    assert quotes.read(second["id"]) == second
    changed = quotes.change(first["id"], {"state": "done", "price": 3})
    assert changed == quotes.read(first["id"]) == {**first, "state": "done", "price": 3}
    assert texts(quotes.listed("new", None, 10)) == ["a table"]
    assert texts(quotes.listed("done", None, 10)) == ["ten chairs"]
    assert texts(quotes.page(None, 10)) == ["a table", "ten chairs"]
    assert sorted(counted().values()) == [1, 1]


@pytest.mark.parametrize("more", [{}, {"text": "a chair"}, {"state": "done"}])
def test_a_field_that_is_changed_to_none_is_there_no_more(quotes: Records, more: dict[str, str]) -> None:
    made, _ = quotes.create({"text": "a table", "state": "new", "price": 7})
    changed = quotes.change(made["id"], {"price": None, **more})
    assert "price" not in changed
    assert changed == quotes.read(made["id"])
    assert changed == {**changed, **more}


def test_a_kind_that_is_neither_counted_nor_listed_loses_a_field_too(acme: TenantApi) -> None:
    with acme.environment():
        notes = Records("quotes", Record("note", fields=(Field("text", optional=True),)))
        made, _ = notes.create({"text": "by phone"})
        assert notes.change(made["id"], {"text": None}) == notes.read(made["id"]) == {"id": made["id"]}


def test_a_field_that_every_record_has_is_not_taken_from_one(quotes: Records) -> None:
    made, _ = quotes.create({"text": "a table", "state": "new"})
    with pytest.raises(ValueError, match="state of a quote is not optional"):
        quotes.change(made["id"], {"state": None})
    assert quotes.read(made["id"]) == made


def test_pages_go_on_after_the_last_record_of_the_one_before(quotes: Records) -> None:
    for text in "abc":
        quotes.create({"text": text, "state": "new"})
    first = quotes.page(None, 2)
    last = quotes.page(first.last, 2)
    assert (texts(first), texts(last), last.last) == (["c", "b"], ["a"], None)


def test_what_is_not_there_is_neither_read_nor_changed(quotes: Records) -> None:
    missing = "01JD3Z6K0V8Q4T7M2N5P9R1S3W"
    with pytest.raises(NotFound):
        quotes.read(missing)
    with pytest.raises(NotFound):
        quotes.change(missing, {"state": "done"})


def test_a_change_between_read_and_write_is_not_overwritten(
    quotes: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The state that count and entry hang on is another than was read: it is read again, and counted once."""
    made, _ = quotes.create({"text": "ten chairs", "state": "new"})
    read, others = Records.read, ["done"]

    def meanwhile(self: Records, id_: str) -> dict[str, Any]:
        found = read(self, id_)
        if others:
            state = others.pop()
            self.change(id_, {"state": state})
        return found

    monkeypatch.setattr(Records, "read", meanwhile)
    assert quotes.change(made["id"], {"state": "done", "text": "twelve"})["text"] == "twelve"
    assert texts(quotes.listed("done", None, 10)) == ["twelve"]
    assert list(counted().values()) == [1]


def test_who_never_gets_through_is_told_of_a_conflict(
    quotes: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, _ = quotes.create({"text": "ten chairs", "state": "new"})
    stale = {**made, "state": "done"}  # never what is stored
    monkeypatch.setattr(Records, "read", lambda *_: stale)
    with pytest.raises(Conflict):
        quotes.change(made["id"], {"text": "twelve"})
    monkeypatch.undo()
    assert quotes.read(made["id"]) == made


def test_a_record_that_is_not_of_its_kind_is_logged_and_fails_no_page(
    quotes: Records, capsys: pytest.CaptureFixture[str]
) -> None:
    made, _ = quotes.create({"text": "ten chairs", "state": "new"})
    strange = {"pk": {"S": "acme#quotes#quote"}, "sk": {"S": "strange"}, "text": {"S": "hidden"}}
    table.current().client.put_item(TableName=tenant_api.TABLE, Item=strange)
    assert quotes.page(None, 10).records == [made]
    [line] = [each for each in emf.lines(capsys.readouterr().out) if each.get("id") == "strange"]
    assert line["message"] == "a record is not a quote"
    assert "hidden" not in str(line)


def test_nothing_is_stored_where_the_transaction_is_refused(
    quotes: Records, broken_table: BrokenTable
) -> None:
    broken_table.failures.append(RuntimeError("no"))
    with pytest.raises(RuntimeError):
        quotes.create({"text": "ten chairs", "state": "new"})
    assert tenant_api.records() == []
