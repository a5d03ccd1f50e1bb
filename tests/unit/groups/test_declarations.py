"""Each fault of a declaration is refused by name, with its line and with what to do instead."""

from pathlib import Path

import pytest

from tests.support import groups

Case = tuple[str, str, str, str, str]
"""A text, what takes its place, a text of the line that is named, and of what is said and advised."""

NAMES: dict[str, Case] = {
    "a group that is called other than its folder": (
        '    "notes",\n    Function(',
        '    "memos",\n    Function(',
        '"memos"',
        "the group is called memos, and its folder notes",
        "give both one name",
    ),
    "a worker's name with a hyphen": (
        '"mailer",\n            Function(',
        '"mail-er",\n            Function(',
        '"mail-er"',
        "'mail-er' cannot be the name of a group or a function",
        "use 2 to 10 of a-z and 0-9, a letter first",
    ),
    "a worker's name that is the platform's": (
        '"sweep"',
        '"authorizer"',
        "authorizer",
        "'authorizer'",
        "taken",
    ),
    "a worker's name that Python keeps": ('"sweep"', '"lambda"', "lambda", "'lambda'", "taken"),
    "a worker that is called as the group": (
        '"sweep"',
        '"notes"',
        'Schedule("notes"',
        "the group or function notes is declared twice",
        "rename one of them",
    ),
}
RECORDS: dict[str, Case] = {
    "a kind with a hyphen": (
        '"draft"',
        '"my-draft"',
        "my-draft",
        "'my-draft' cannot be a kind",
        "use a-z and 0-9",
    ),
    "a kind of the platform's": ('"draft"', '"count"', '"count"', "'count' cannot be a kind", "not count or"),
    "a kind twice": ('"draft"', '"note"', '    "note",', "the kind note is declared twice", "keep one"),
    "a field of the platform's": ('"words"', '"pk"', '"pk"', "note cannot have a field 'pk'", "another name"),
    "a field in capitals": (
        '"words"',
        '"Words"',
        '"Words"',
        "note cannot have a field 'Words'",
        "small letters",
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
        "use one of 'document', 'flag'",
    ),
    "a subset in capitals": (
        'subset="folder", counted_by="folder"',
        'subset="Folder", counted_by="Folder"',
        "Folder",
        "'Folder' cannot name a subset",
        "use small letters",
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
        "note is counted or listed by state, which not every record has as text",
        "not optional",
    ),
    "records that are counted by nobody": (
        '            use(COUNT, "update"),\n',
        "",
        '    "note",',
        "note is counted, and no function of the group may count",
        'add use(COUNT, "update")',
    ),
    "records that expire and are exported": (
        'Record("draft", ',
        'Record("draft", expires=True, ',
        '"draft"',
        "draft expires and is exported",
        "say in not_exported why",
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
        "uses draft for nothing",
        "actions",
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
        "small",
    ),
    "a secret of the platform's": (
        '        Secret(\n            "stamp"',
        '        Secret(\n            "signing"',
        '"signing"',
        "'signing' cannot name a secret",
        "not runtime or signing",
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
        "small letters",
    ),
    "a value of the platform's": (
        '"stamp_key"',
        '"cursor_key"',
        '"cursor_key"',
        "'cursor_key' cannot name a value",
        "not changed_at or cursor_key",
    ),
    "a value whose sizes are the wrong way round": (
        "size=(16, 64)",
        "size=(64, 16)",
        "stamp_key",
        "stamp_key has 64 to 16 bytes",
        "the fewer first",
    ),
    "a value that starts outside of its sizes": (
        "starts_with=33",
        "starts_with=65",
        "starts_with=65",
        "stamp_key starts with 65 bytes, and has 16 to 64",
        "between the two",
    ),
    "a size of one number": ("size=(16, 64)", "size=16", "size=16", "Value.size is not a tuple", "comma"),
    "a secret that is read and not declared": (
        '(RUNTIME, "stamp")',
        '(RUNTIME, "seal")',
        '"seal"',
        "notes reads a secret seal, which is not the group's",
        "read one of runtime, stamp",
    ),
}
QUEUES: dict[str, Case] = {
    "a queue's name with an underscore": (
        '            "post",',
        '            "po_st",',
        '"po_st"',
        "'po_st' cannot name a queue",
        "use 2 to 10 of a-z",
    ),
    "a batch that SQS does not hand over": (
        "batch=7",
        "batch=11",
        "batch=11",
        "post has batch=11",
        "use 1 to 10",
    ),
    "a concurrency below AWS's least": (
        "concurrency=3",
        "concurrency=1",
        "=1,",
        "has concurrency=1",
        "2 to 1,000",
    ),
    "no receive": (
        "max_receives=13",
        "max_receives=0",
        "max_receives=0",
        "has max_receives=0",
        "use 1 to 1,000",
    ),
    "a retention beyond SQS's": ("days=5", "days=15", "days=15", "has retention_days=15", "use 1 to 14"),
    "a metric that is not declared": (
        "counts=(SENT,)",
        'counts=(Metric("Lost", ("tenant",)),)',
        "Lost",
        "the queue post counts by Lost",
        "add it to metrics",
    ),
    "a queue that is fed and not declared": (
        'feeds=("post",)',
        'feeds=("mail",)',
        '"mail"',
        "notes feeds a queue mail, which is not the group's",
        "declare it in queues",
    ),
    "a schedule in words": (
        "rate(1 hour)",
        "hourly",
        "hourly",
        "'hourly' is not a schedule",
        '"rate(1 hour)"',
    ),
}
OPTIONS: dict[str, Case] = {
    "an option in capitals": (
        'Option("copy"',
        'Option("Copy"',
        "Copy",
        "'Copy' cannot be a key",
        "small letters",
    ),
    "a condition on no option": (
        'when=Given("copy")',
        'when=Given("carbon")',
        "carbon",
        "there is no option carbon",
        "declare it in options",
    ),
    "a condition on another form": (
        "email or https",
        "https",
        '"email"),',
        "the option copy is never of the form email",
        "use 'https', or leave it out",
    ),
    "a form of option that there is not": (
        "email or https",
        "number",
        '"number"',
        "Option.form is 'number'",
        "use one of 'email'",
    ),
    "a call of a plain address": (
        "https://api.example.com",
        "http://api.example.com",
        "http://",
        "mailer may not call 'http://api.example.com'",
        "write an origin, such as https://api.example.com",
    ),
    "a key route without a reason": (
        '"visitors write them"',
        '" "',
        "KeyRoute(",
        "POST /notes asks for no token, and no reason is given",
        "why a key is enough",
    ),
}
METRICS: dict[str, Case] = {
    "a metric in small letters": (
        '"NotesTaken"',
        '"taken"',
        '"taken"',
        "'taken' cannot be a metric",
        "ItemsWritten",
    ),
    "a metric of the platform's": (
        '"NotesSent"',
        '"ColdStarts"',
        "ColdStarts",
        "'ColdStarts' cannot be a metric",
        "none of the platform's",
    ),
    "a metric without tenant": (
        '("tenant",))\n',
        '("function",))\n',
        "NotesSent",
        "NotesSent is counted by function",
        'begin with "tenant"',
    ),
    "a metric by the authorizer's reasons": (
        '("tenant",))\n',
        '("tenant", "reason"))\n',
        "NotesSent",
        "NotesSent is counted by tenant, reason",
        '"route" or "function" may follow',
    ),
    "a dimension that there is not": (
        '("tenant",))\n',
        '("tenant", "folder"))\n',
        'Metric("NotesSent"',
        "Metric.dimensions is 'folder'",
        "use one of 'tenant'",
    ),
    "operations of a metric without routes": (
        '("tenant",))\n',
        '("tenant",), ("takeNote",))\n',
        "NotesSent",
        "NotesSent names operations and is not counted by route",
        "leave the operations out",
    ),
    "a metric twice": (
        '"NotesSent"',
        '"NotesTaken"',
        'TAKEN = Metric("NotesTaken"',
        "the metric NotesTaken is declared twice",
        "rename one of them",
    ),
    "a saved query of the platform's": (
        '"slow-notes"',
        '"callers"',
        "callers",
        "the saved query callers is the platform's",
        "choose another name",
    ),
    "a saved query of another's log": (
        '("mailer",), "fields',
        '("items",), "fields',
        '("items",)',
        "the saved query slow-notes reads the log of items, which is not the group's",
        "name notes or mailer or sweep",
    ),
}
SIZES: dict[str, Case] = {
    "a route beyond the gateway's patience": ("=9,", "=26,", "=26,", "notes has 26 s", "give it 1 to 25 s"),
    "a worker beyond Lambda's": ("=31,", "=901,", "=901,", "mailer has 901 s", "give it 1 to 900 s"),
    "too little memory": (
        "memory_mb=257",
        "memory_mb=127",
        "127",
        "notes has 127 MB",
        "give it 128 to 10,240 MB",
    ),
    "a number as text": ("=9,", '="9",', '="9"', "Function.timeout_seconds is '9'", "write a whole number"),
    "yes for a number": (
        "=9,",
        "=True,",
        "=True",
        "Function.timeout_seconds is True",
        "write a whole number",
    ),
}
ALL = {**NAMES, **RECORDS, **USES, **SECRETS, **QUEUES, **OPTIONS, **METRICS, **SIZES}


def test_the_group_that_is_broken_below_is_whole(tmp_path: Path) -> None:
    groups.write(tmp_path)
    assert groups.problems(tmp_path) == ()


@pytest.mark.parametrize("case", ALL.values(), ids=ALL)
def test_a_fault_is_told_with_its_line_and_a_remedy(tmp_path: Path, case: Case) -> None:
    before, after, marked, what, remedy = case
    file = groups.write(tmp_path) / "declaration.py"
    groups.change(file, before, after)
    found = groups.problems(tmp_path)
    told = [(each.file, each.line, what in each.what, remedy in each.remedy) for each in found]
    assert (str(file), groups.line_of(file, marked), True, True) in told, "\n".join(map(str, found))
