"""A file is taken whole or not at all, and no line of it can be anything but a record that the API wrote."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreed.declarations import Field
from tenantry.operations.backup.archives import END, LINE_BYTES, Damaged, Reader, Tally, encoded
from tenantry.operations.backup.fields import Unfit, holds
from tenantry.operations.backup.imports import import_
from tenantry.operations.backup.records import StoredRecord
from tenantry.operations.backup.tenant_data import TenantData
from tests.support.backups import NAMES, header, item, lines, message, sealed

CRM = {"state": "delivered", "attempts": 1, "delivered_at": "2026-11-22T16:39:00.123Z"}
RECORDS = [
    message(1, note="Called\nback", state="open", updated_by="ann"),
    message(2, delivery="failed", delivery_attempts=12, delivery_error="timed out"),
    message(3, deliveries={"crm": CRM, "erp": {"state": "pending", "attempts": 2, "error": "why"}}),
    item(1, "drafts"),
    item(1, data='{"text":"Grüße \\n \\"x\\"","n":[1.5,null,{"a":[]}]}'),
    item(2, version=7),
]
LINES = list(lines(RECORDS))
WHOLE = b"".join(LINES)


def read(file: bytes) -> list[StoredRecord]:
    return list(Reader(io.BytesIO(file), "file").records())


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bytes], str]:
    """Imports into a table that must not be asked for anything, and answers why not."""
    path = tmp_path_factory.mktemp("refused") / "acme.jsonl"

    class Untouched:
        def __getattr__(self, name: str) -> Any:
            raise AssertionError(f"{name} was asked for")

    def refuse(file: bytes) -> str:
        path.write_bytes(file)
        with pytest.raises(Damaged) as refusal:
            import_(TenantData("acme", NAMES, "pooled", Untouched()), Path(path), lambda *_: None)
        return str(refusal.value)

    return refuse


def test_what_was_written_is_read() -> None:
    assert read(WHOLE) == RECORDS


def test_a_file_holds_no_key_of_a_table() -> None:
    """The slug stands in the header alone, which tells where the records come from."""
    assert all(b"#" not in line for line in LINES)
    assert [number for number, line in enumerate(LINES) if b"acme" in line] == [0]


@pytest.mark.parametrize("left", range(len(LINES)))
def test_a_file_that_was_cut_after_a_line_is_refused(refused: Callable[[bytes], str], left: int) -> None:
    assert f":{left + 1}: the file ends here" in refused(b"".join(LINES[:left]))


@pytest.mark.parametrize("gone", range(len(LINES)))
def test_a_file_that_lacks_a_line_is_refused(refused: Callable[[bytes], str], gone: int) -> None:
    refused(b"".join(LINES[:gone] + LINES[gone + 1 :]))


@given(cut=st.integers(0, len(WHOLE) - 1))
def test_a_file_that_was_cut_anywhere_is_refused(refused: Callable[[bytes], str], cut: int) -> None:
    refused(WHOLE[:cut])


@given(at=st.integers(0, len(WHOLE) - 1), flip=st.integers(1, 255))
def test_a_file_with_one_other_byte_is_refused(refused: Callable[[bytes], str], at: int, flip: int) -> None:
    refused(WHOLE[:at] + bytes([WHOLE[at] ^ flip]) + WHOLE[at + 1 :])


@given(at=st.integers(0, len(WHOLE)), more=st.binary(min_size=1, max_size=40))
def test_a_file_with_something_put_in_is_refused(
    refused: Callable[[bytes], str], at: int, more: bytes
) -> None:
    refused(WHOLE[:at] + more + WHOLE[at:])


def test_a_file_behind_a_file_is_refused(refused: Callable[[bytes], str]) -> None:
    assert "follows the end" in refused(WHOLE + WHOLE)


ITEM, MESSAGE = item(3).line, message(3).line


def deep(levels: int) -> str:
    return '{"a":' * levels + "1" + "}" * levels


HOSTILE = {
    "key": ITEM | {"pk": "acme-eu#items#item#orders"},
    "another collection": ITEM | {"collection": "orders#x"},
    "collection of another tenant": ITEM | {"collection": "../acme-eu"},
    "collection of another type": ITEM | {"collection": ["orders"]},
    "no collection": {name: value for name, value in ITEM.items() if name != "collection"},
    "collection of a message": MESSAGE | {"collection": "orders"},
    "id of no shape": ITEM | {"id": "x#y"},
    "id that the server makes": MESSAGE | {"id": "x"},
    "id of another type": ITEM | {"id": 1},
    "kind": ITEM | {"kind": "items/count"},
    "kind of version 1": ITEM | {"kind": "item"},
    "kind of another group": ITEM | {"kind": "contact/item"},
    "kind of no group": ITEM | {"kind": "shop/order"},
    "kind of another type": ITEM | {"kind": ["items/item"]},
    "no kind": {name: value for name, value in ITEM.items() if name != "kind"},
    "expiry": ITEM | {"expires_at": 1},
    "state key": MESSAGE | {"state_key": "acme-eu#contact#state#new"},
    "state": MESSAGE | {"state": "lost"},
    "no message": {name: value for name, value in MESSAGE.items() if name != "message"},
    "text of another type": MESSAGE | {"note": 1},
    "deliveries of another type": MESSAGE | {"deliveries": [CRM]},
    "a delivery of another type": MESSAGE | {"deliveries": {"crm": "delivered"}},
    "a delivery's name": MESSAGE | {"deliveries": {"acme-eu": CRM}},
    "a delivery's state": MESSAGE | {"deliveries": {"crm": CRM | {"state": "lost"}}},
    "a delivery's state of another type": MESSAGE | {"deliveries": {"crm": CRM | {"state": ["delivered"]}}},
    "a delivery's attempts": MESSAGE | {"deliveries": {"crm": CRM | {"attempts": "1"}}},
    "a delivery's time": MESSAGE | {"deliveries": {"crm": CRM | {"delivered_at": "once"}}},
    "a delivery without attempts": MESSAGE | {"deliveries": {"crm": {"state": "delivered"}}},
    "a delivery's further member": MESSAGE | {"deliveries": {"crm": CRM | {"url": "acme-eu"}}},
    "version of another type": ITEM | {"version": "1"},
    "version as a boolean": ITEM | {"version": True},
    "version of no item": ITEM | {"version": 0},
    "time": ITEM | {"created_at": "yesterday"},
    "data of another type": ITEM | {"data": {"n": 1}},
    "data that is not an object": ITEM | {"data": "[1]"},
    "data that is not JSON": ITEM | {"data": "{"},
    "data with a repeated name": ITEM | {"data": '{"n":1,"n":2}'},
    "data with NaN": ITEM | {"data": '{"n":NaN}'},
    "data beyond a double": ITEM | {"data": '{"n":1e999}'},
    "data with blanks": ITEM | {"data": '{"n": 1}'},
    "data that plays the server": ITEM | {"data": '{"version":9}'},
    "deep data": ITEM | {"data": deep(33)},
    "bottomless data": ITEM | {"data": deep(30_000)},
}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_a_file_that_is_sealed_over_a_hostile_record_is_refused(
    refused: Callable[[bytes], str], hostile: dict[str, Any]
) -> None:
    told = refused(sealed(header().line, item(1).line, hostile))
    assert ":3: a record" in told
    assert "acme-eu" not in told


@pytest.mark.parametrize(
    "number", ["-0", "1e-400", "9007199254740993.0", "1.50", "1E5", "1" + "0" * 309, "0." + "3" * 40]
)
def test_a_number_that_would_be_shown_as_another_is_no_document(number: str) -> None:
    assert not holds(Field("data", "document"), f'{{"n":{number}}}')
    assert holds(Field("data", "document"), '{"n":[-0.0,0.5,9007199254740993]}')


def test_a_document_as_deep_as_the_api_takes_it_is_taken() -> None:
    assert len(read(sealed(header().line, MESSAGE, ITEM | {"data": deep(32)}))) == 2


@pytest.mark.parametrize(
    "twice",
    [[item(1), item(1, version=2)], [item(2), item(1)], [item(1), message(1)], [item(1, "b"), item(1, "a")]],
)
def test_a_record_that_is_there_twice_or_out_of_order_is_refused(
    refused: Callable[[bytes], str], twice: list[StoredRecord]
) -> None:
    assert "twice, or out of order" in refused(sealed(header().line, *(record.line for record in twice)))


def test_a_line_over_the_limit_is_refused_without_reading_it_all(refused: Callable[[bytes], str]) -> None:
    wide = ITEM | {"data": json.dumps({"n": "x" * LINE_BYTES}, separators=(",", ":"))}
    assert "longer than 400,000 bytes" in refused(sealed(header().line, wide))


@pytest.mark.parametrize(
    "changed",
    [
        {"tenant": "Acme"},
        {"tenant": "\x1b[2J"},
        {"stack": "../demo"},
        {"table": "tenantry_other"},
        {"isolation": "both"},
        {"region": "\x1b"},
        {"started": "once"},
        {"format": "other"},
        {"version": 1},
        {"version": 3},
        {"more": "x"},
        {"tenant": 1},
    ],
    ids=str,
)
def test_a_header_that_no_export_writes_is_refused(
    refused: Callable[[bytes], str], changed: dict[str, Any]
) -> None:
    told = refused(sealed(header().line | changed, item(1).line))
    assert ":1: " in told
    assert "\x1b" not in told


@pytest.mark.parametrize(
    "text",
    [
        b'{"kind":"items/item","kind":"items/item"}\n',
        encoded(ITEM).replace(b'"orders"', b'"orders" '),
        encoded(MESSAGE).replace(b"Hello", b"\\ud800"),
        encoded(MESSAGE).replace(b"Hello", b"\xff"),
        encoded(ITEM).decode().encode("utf-16"),
        b"[]\n",
        b"null\n",
        b"\n",
        b"[" * 100_000 + b"\n",
        b"9" * 10_000 + b"\n",
    ],
    ids=range(10),
)
def test_a_line_in_another_form_is_refused(refused: Callable[[bytes], str], text: bytes) -> None:
    """Though the seal holds."""
    tally = Tally()
    file = tally.add(LINES[0]) + tally.add(text)
    tally.records = 1
    assert ":2: not a line that an export writes" in refused(file + tally.seal(END))


@pytest.mark.parametrize(
    "changed",
    [{"expires_at": {"N": "1"}}, {"state_key": {"S": "x"}}, {"version": {"S": "1"}}, {"data": {"N": "1"}}],
)
def test_what_a_file_could_not_give_back_is_not_exported(changed: dict[str, Any]) -> None:
    good = item(1).stored("acme")
    kind = item(1).kind
    assert StoredRecord.of_stored(kind, "orders", good) == item(1)
    with pytest.raises(Unfit):
        StoredRecord.of_stored(kind, "orders", good | changed)
