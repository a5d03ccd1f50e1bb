"""A route group in a folder of its own, which works as it stands until a text in it is changed."""

from collections.abc import Mapping
from pathlib import Path

from tenantry.gateway import contract
from tenantry.groups import Groups, loading
from tenantry.problems import ConfigErrors, Problem

Case = tuple[str, str, str, str, str]
"""A text, what takes its place, a text of the line that is named, and of what is said and advised."""

DECLARATION = '''"""Notes, with one of everything that a group can declare."""

from agreed.declarations import (
    COUNT,
    IDEMPOTENCY,
    RUNTIME,
    Field,
    Function,
    Given,
    Group,
    KeyRoute,
    Metric,
    Option,
    PageRoute,
    Query,
    Queue,
    Record,
    Schedule,
    Secret,
    Value,
    use,
)

NOTE = Record(
    "note",
    fields=(
        Field("words"),
        Field("state", choices=("new", "done")),
    ),
    counted_by="state",
    listed_by="state",
)
DRAFT = Record("draft", subset="folder", counted_by="folder")
TAKEN = Metric("NotesTaken", operations=("takeNote",))
SENT = Metric("NotesSent", ("tenant",))

GROUP = Group(
    "notes",
    Function(
        uses=(
            use("note", "get", "put"),
            use("note-state", "put"),
            use(COUNT, "update"),
            use(IDEMPOTENCY, "put"),
        ),
        secrets=(RUNTIME, "stamp"),
        feeds=("post",),
        memory_mb=257,
        timeout_seconds=9,
    ),
    records=(NOTE, DRAFT),
    queues=(
        Queue(
            "post",
            "notes to send",
            "mailer",
            Function(
                calls=("copy", "https://api.example.com"),
                mails=Given("copy", "email"),
                timeout_seconds=31,
            ),
            when=Given("copy"),
            batch=7,
            max_receives=13,
            retention_days=5,
            concurrency=3,
            counts=(SENT,),
        ),
    ),
    schedules=(Schedule("sweep", "rate(1 hour)", Function()),),
    secrets=(
        Secret(
            "stamp",
            (Value("stamp_key", "nothing", size=(16, 64), starts_with=33),),
            "What notes are stamped with",
        ),
    ),
    options=(Option("copy", "email or https", "Where copies go.", "a@example.com"),),
    metrics=(TAKEN, SENT),
    queries=(Query("slow-notes", "Slow notes", ("mailer",), "fields @message"),),
    key_routes=(KeyRoute("POST /notes", "visitors write them"),),
)
'''
CONTRACT = """description: Notes

paths:
  /notes:
    post:
      operationId: takeNote
      parameters:
        - {$ref: "#/components/parameters/IdempotencyKey"}
      requestBody:
        content:
          application/json:
            schema: {$ref: "#/components/schemas/NoteForm"}
      responses:
        "201":
          description: Taken.
  /notes/{id}:
    get:
      operationId: readNote
      x-tenantry-scope: notes:read
      parameters:
        - {$ref: "#/components/parameters/Id"}
      responses:
        "200":
          description: The note.

components:
  schemas:
    NoteForm:
      type: object
"""
HANDLER = '''"""The routes of notes."""

from api import table


def handle(event, context):
    return table
'''
FILES = {
    "__init__.py": "",
    "declaration.py": DECLARATION,
    "openapi.yaml": CONTRACT,
    "handler.py": HANDLER,
    "mailer/__init__.py": "",
    "mailer/handler.py": HANDLER,
    "sweep/__init__.py": "",
    "sweep/handler.py": HANDLER,
}
SMALLEST = {
    "declaration.py": """from agreed.declarations import Function, Group, use

GROUP = Group(
    "other",
    Function(),
)
""",
    "openapi.yaml": """paths:
  /other:
    get:
      operationId: readOther
      x-tenantry-scope: other:read
      responses: {}
""",
    "handler.py": "from api.application import serve as handle\n",
}


def write(root: Path, name: str = "notes", files: Mapping[str, str] = FILES) -> Path:
    """The group's folder."""
    for path, content in files.items():
        file = root / name / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    return root / name


def change(file: Path, before: str, after: str) -> None:
    """`before` is in the file once."""
    text = file.read_text()
    assert text.count(before) == 1, (text.count(before), before)
    file.write_text(text.replace(before, after))


def loaded(root: Path) -> Groups:
    """With the contract, as whatever uses groups loads it."""
    groups = loading.load((root,))
    contract.load(groups)
    return groups


def problems(root: Path) -> tuple[Problem, ...]:
    try:
        loaded(root)
    except ConfigErrors as errors:
        return errors.problems
    return ()


def require_told(root: Path, name: str, case: Case) -> None:
    """Of a group whose file was changed so, exactly this is said, perhaps beside what follows from it."""
    before, after, marked, what, remedy = case
    file = write(root) / name
    change(file, before, after)
    found = problems(root)
    line = line_of(file, marked) if marked else 1
    told = [(each.file, each.line, what in each.what, remedy in each.remedy) for each in found]
    assert (str(file), line, True, True) in told, "\n".join(map(str, found))


def line_of(file: Path, text: str) -> int:
    """Of the last line that holds the text."""
    lines = file.read_text().splitlines()
    return max(number for number, each in enumerate(lines, start=1) if text in each)
