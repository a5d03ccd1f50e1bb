"""Records, uses of records and secrets that cannot be are refused by name, with line and remedy."""

from pathlib import Path

import pytest

from tests.support import groups
from tests.support.groups import Case

RECORDS: dict[str, Case] = {
    "a kind with a hyphen": (
        '"draft"',
        '"my-draft"',
        "my-draft",
        "'my-draft' cannot be a kind",
        "use a-z and 0-9",
    ),
    "a kind of the platform's": (
        '"draft"',
        '"count"',
        '"count"',
        "'count' cannot be a kind",
        "other than count and",
    ),
    "a kind twice": ('"draft"', '"note"', '    "note",', "the kind note is declared twice", "keep one"),
    "a field of the platform's": ('"words"', '"pk"', '"pk"', "note cannot have a field 'pk'", "another name"),
    "a field in capitals": (
        '"words"',
        '"Words"',
        '"Words"',
        "note cannot have a field 'Words'",
        "lower case",
    ),
    "a field twice": (
        'Field("words")',
        'Field("state")',
        'Field("state"),',
        "note cannot have a field 'state'",
        "once",
    ),
    "a field called as the subset": (
        'Record("draft", ',
        'Record("draft", (Field("folder"),), ',
        "folder",
        "draft cannot have a field 'folder'",
        "or of the subset",
    ),
    "a form that there is not": (
        'Field("words")',
        'Field("words", "date")',
        '"date"',
        "Field.form is 'date'",
        "use one of 'deliveries', 'document', 'flag'",
    ),
    "a subset in capitals": (
        'subset="folder", counted_by="folder"',
        'subset="Folder", counted_by="Folder"',
        "Folder",
        "'Folder' cannot name a subset",
        "use lower case",
    ),
    "a subset that is not counted": (
        ', counted_by="folder"',
        "",
        '"draft"',
        "draft has subsets and is not counted by them",
        'set counted_by="folder"',
    ),
    "a subset whose records are listed": (
        'subset="folder", ',
        'subset="folder", fields=(Field("kept"),), listed_by="kept", ',
        "folder",
        "draft has subsets and is listed by kept",
        "keep one of them",
    ),
    "records that are counted by no field": (
        'counted_by="state"',
        'counted_by="stat"',
        '"stat"',
        "note has no field stat",
        "name one of words, state",
    ),
    "records that are listed by no field": (
        'listed_by="state"',
        'listed_by="mood"',
        '"mood"',
        "note has no field mood",
        "name one of words, state",
    ),
    "records that are listed by what some lack": (
        'choices=("new", "done")',
        "optional=True",
        'Field("state"',
        "note is counted or listed by state, which is not text in every record",
        "not optional",
    ),
    "records that are counted by nobody": (
        '            use(COUNT, "update"),\n',
        "",
        '    "note",',
        "note is counted, but no function of the group may count",
        'add use(COUNT, "update")',
    ),
    "records that expire and are exported": (
        'Record("draft", ',
        'Record("draft", expires=True, ',
        '"draft"',
        "draft expires and is exported",
        "give the reason in not_exported",
    ),
}
USES: dict[str, Case] = {
    "a kind that nobody keeps": (
        'use("note", "get"',
        'use("memo", "get"',
        '"memo"',
        "notes uses memo, which this group does not keep",
        "name one of count, draft, idempotency, note, note-state",
    ),
    "an action that there is not": (
        '"get", "put"',
        '"get", "scan"',
        '"scan"',
        "Use.actions is 'scan'",
        "use one of 'batch_get', 'delete'",
    ),
    "no action": (
        'use("note", "get", "put")',
        'use("draft")',
        'use("draft")',
        "uses draft without any action",
        "actions",
    ),
    "a use of its own where it is listed": (
        'use("note", "get", "put")',
        'use("note", "get", "put", listed=True)',
        '"note", "get"',
        "notes uses note only where its own group is listed, which it always is",
        "leave listed out",
    ),
    "a text where uses are wanted": (
        "Function()),)",
        'Function("note")),)',
        '"note")',
        "not a tuple",
        "comma",
    ),
    "one use without its comma": (
        "Function()),)",
        'Function(use("draft", "get"))),)',
        'use("draft"',
        "Function.uses is not a tuple",
        "with the comma",
    ),
    "a text among the uses": (
        'use(COUNT, "update")',
        '"counts"',
        '"counts"',
        "Function.uses holds 'counts'",
        "write Use(…) there",
    ),
}
SECRETS: dict[str, Case] = {
    "a secret's name with a slash": (
        '"stamp",\n            (',
        '"a/b",\n            (',
        '"a/b"',
        "'a/b'",
        "lower case",
    ),
    "a secret of the platform's": (
        '        Secret(\n            "stamp"',
        '        Secret(\n            "signing"',
        '"signing"',
        "'signing' cannot name a secret",
        "other than runtime and signing",
    ),
    "a secret without values": (
        '(Value("stamp_key", "nothing", size=(16, 64), starts_with=33),)',
        "()",
        '            "stamp",',
        "the secret stamp holds nothing",
        "declare its values",
    ),
    "a value in capitals": (
        '"stamp_key"',
        '"STAMP"',
        '"STAMP"',
        "'STAMP' cannot name a value",
        "lower case",
    ),
    "a value of the platform's": (
        '"stamp_key"',
        '"cursor_key"',
        '"cursor_key"',
        "'cursor_key' cannot name a value",
        "other than changed_at and cursor_key",
    ),
    "a value whose sizes are the wrong way round": (
        "size=(16, 64)",
        "size=(64, 16)",
        "stamp_key",
        "stamp_key has 64 to 16 bytes",
        "the smaller number first",
    ),
    "a value that starts outside of its sizes": (
        "starts_with=33",
        "starts_with=65",
        "starts_with=65",
        "stamp_key starts with 65 bytes, but has 16 to 64",
        "between the two",
    ),
    "a size of one number": ("size=(16, 64)", "size=16", "size=16", "Value.size is not a tuple", "comma"),
    "a secret that is read and not declared": (
        '(RUNTIME, "stamp")',
        '(RUNTIME, "seal")',
        '"seal"',
        "notes reads a secret seal, which is not the group's",
        "read one of runtime, signing, stamp",
    ),
}
ALL = {**RECORDS, **USES, **SECRETS}


@pytest.mark.parametrize("case", ALL.values(), ids=ALL)
def test_a_fault_is_told_with_its_line_and_a_remedy(tmp_path: Path, case: Case) -> None:
    groups.require_told(tmp_path, "declaration.py", case)
