"""Each fault of a declaration is refused by name, with its line and with what to do instead."""

from pathlib import Path

import pytest

from tests.support import groups
from tests.support.groups import Case

NAMES: dict[str, Case] = {
    "a group that is called other than its folder": (
        '    "notes",\n    Function(',
        '    "memos",\n    Function(',
        '"memos"',
        "the group is called memos, but its folder is called notes",
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
    "a queue's metric that is counted by more than the tenant": (
        '"NotesSent", ("tenant",)',
        '"NotesSent", ("tenant", "function")',
        "NotesSent",
        "the queue post counts by NotesSent, which is not by tenant alone",
        'give it dimensions=("tenant",)',
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
        "lower case",
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
        "POST /notes asks for no token, but no reason is given",
        "why a key is enough",
    ),
    "a page without a reason": (
        'key_routes=(KeyRoute("POST /notes", "visitors write them"),),',
        'page_routes=(PageRoute("POST /notes", ""),),',
        "PageRoute(",
        "POST /notes asks for neither key nor token, but no reason is given",
        "what protects the page",
    ),
    "what oversees and signs": (
        'secrets=(RUNTIME, "stamp"),',
        'secrets=(RUNTIME, "stamp", "signing"), oversees=True,',
        '    "notes",',
        "notes oversees its tenant, and signs tokens",
        "let another group sign",
    ),
    "a worker that oversees": (
        "                timeout_seconds=31,",
        "                timeout_seconds=31, oversees=True,",
        '            "mailer",',
        "mailer oversees its tenant, but serves no route",
        "let only the routes' function oversee",
    ),
    "another group's queue whose records are not used": (
        'feeds=("post",)',
        'feeds=("contact/contact",)',
        "contact/contact",
        "notes feeds contact/contact, but uses no records of contact",
        "add the records to uses",
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
        "other than the platform's",
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
        "NotesSent names operations, but is not counted by route",
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
    "a route beyond the gateway's patience": (
        "=9,",
        "=26,",
        "=26,",
        "notes has a timeout of 26 s",
        "give it 1 to 25 s",
    ),
    "a worker beyond Lambda's": (
        "=31,",
        "=901,",
        "=901,",
        "mailer has a timeout of 901 s",
        "give it 1 to 900 s",
    ),
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
ALL = {**NAMES, **QUEUES, **OPTIONS, **METRICS, **SIZES}


def test_the_group_that_is_broken_below_is_whole(tmp_path: Path) -> None:
    groups.write(tmp_path)
    assert groups.problems(tmp_path) == ()


@pytest.mark.parametrize("case", ALL.values(), ids=ALL)
def test_a_fault_is_told_with_its_line_and_a_remedy(tmp_path: Path, case: Case) -> None:
    groups.require_told(tmp_path, "declaration.py", case)
