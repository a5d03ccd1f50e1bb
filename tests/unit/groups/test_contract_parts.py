"""Each fault of a group's part of the contract is refused with its line and with what to do instead."""

from pathlib import Path

import pytest

from tests.support import groups
from tests.support.groups import Case

SHAPES: dict[str, Case] = {
    "no YAML": ("description: Notes", "description: [Notes", "paths:", "this is not YAML: ", "correct it"),
    "a list": (
        groups.CONTRACT,
        "- notes\n",
        "- notes",
        "the file is not a mapping",
        "write paths and components",
    ),
    "nothing": (groups.CONTRACT, "\n", "", "the group has no routes", "add one below paths"),
    "a member of the document's own": (
        "description: Notes",
        "servers: []",
        "servers",
        "a group's part holds no servers",
        "write components, description, paths alone",
    ),
    "a path without operations": (
        "paths:\n",
        "paths:\n  /notes/none:\n",
        "/notes/none",
        "/notes/none is not a mapping",
        "write its members below it",
    ),
    "a method that there is not": (
        "    get:",
        "    gett:",
        "gett",
        "/notes/{id} has gett",
        "write get, post, put, patch, delete alone",
    ),
    "an operation that is a text": (
        "paths:\n",
        "paths:\n  /notes/none: {get: later}\n",
        "/notes/none",
        "get of /notes/none is not a mapping",
        "write the operation below it",
    ),
    "parameters that are not a list": (
        '      parameters:\n        - {$ref: "#/components/parameters/Id"}',
        "      parameters: {name: id}",
        "{name: id}",
        "get of /notes/{id} has parameters that are not a list",
        "write one",
    ),
    "a path twice": (
        "  /notes/{id}:",
        "  /notes:",
        "/notes:",
        "/notes is written twice",
        "keep one of them",
    ),
}
PATHS: dict[str, Case] = {
    "a path without its slash": (
        "  /notes/{id}:",
        "  notes/{id}:",
        "notes/{id}",
        "notes/{id} is not a path of an API",
        "begin it with / and a plain word",
    ),
    "a path that begins with a variable": (
        "  /notes/{id}:",
        "  /{id}:",
        "/{id}",
        "/{id} is not a path of an API",
        "begin it with / and a plain word",
    ),
    "the platform's path": (
        "  /notes/{id}:",
        "  /health/{id}:",
        "/health/{id}",
        "/health is ",
        "begin the path with another word",
    ),
    "two names of one variable": (
        "paths:\n",
        "paths:\n  /notes/{note}/lines: {}\n",
        "/notes/{id}",
        "/notes/{id} calls {note} below /notes {id}",
        "use the same",
    ),
}
OPERATIONS: dict[str, Case] = {
    "no operationId": (
        "      operationId: readNote\n",
        "",
        "    get:",
        "GET /notes/{id} has no operationId",
        "handlers are found by it",
    ),
    "one operationId twice": (
        "operationId: readNote",
        "operationId: takeNote ",
        "operationId: takeNote ",
        "the operationId takeNote is another operation's of this group",
        "choose another",
    ),
    "the platform's operationId": (
        "operationId: readNote",
        "operationId: readHealth",
        "readHealth",
        "the operationId readHealth is ",
        "choose another",
    ),
    "neither token nor reason": (
        "      x-tenantry-scope: notes:read\n",
        "",
        "    get:",
        "GET /notes/{id} asks for no token",
        "or list it in key_routes with the reason",
    ),
    "both token and reason": (
        "operationId: takeNote",
        "operationId: takeNote\n      x-tenantry-scope: notes:write",
        "notes:write",
        "POST /notes has a scope and is in key_routes",
        "keep one of them",
    ),
    "another group's scope": (
        "notes:read",
        "items:read",
        "items:read",
        "'items:read' is not a scope of notes",
        "write a scope of this group, such as notes:read",
    ),
    "a scope that is none": (
        "notes:read",
        '"notes:*"',
        "notes:*",
        "'notes:*' is not a scope of notes",
        "notes:read",
    ),
    "a security of its own": (
        "x-tenantry-scope: notes:read",
        "x-tenantry-scope: notes:read\n      security: []",
        "security",
        "GET /notes/{id} states security",
        "leave it out: a scope asks for a token",
    ),
    "a group that it names itself": (
        "x-tenantry-scope: notes:read",
        "x-tenantry-scope: notes:read\n      x-tenantry-group: core",
        "x-tenantry-group",
        "GET /notes/{id} states x-tenantry-group",
        "leave it out",
    ),
    "an integration of its own": (
        "x-tenantry-scope: notes:read",
        "x-tenantry-scope: notes:read\n      x-amazon-apigateway-integration: {}",
        "x-amazon",
        "GET /notes/{id} states x-amazon-apigateway-integration",
        "leave it out",
    ),
}
COMPONENTS: dict[str, Case] = {
    "a component that all share": (
        "    NoteForm:",
        "    NoteForm: {}\n    Problem:",
        "    Problem:",
        "Problem is a component that all groups share",
        "give it another name",
    ),
    "a way to authenticate": (
        "components:\n",
        "components:\n  securitySchemes: {basic: {type: http}}\n",
        "securitySchemes",
        "a group's components hold no securitySchemes",
        "write headers, parameters, responses, schemas alone",
    ),
    "a reference to what there is not": (
        "schemas/NoteForm",
        "schemas/NoteFrom",
        "NoteFrom",
        "#/components/schemas/NoteFrom is neither this part's nor shared by all",
        "define it in this file's components",
    ),
    "a reference into another file": (
        '"#/components/schemas/NoteForm"',
        '"other.yaml#/NoteForm"',
        "other.yaml",
        "other.yaml#/NoteForm is neither this part's nor shared by all",
        "define it in this file's components",
    ),
}
ALL = {**SHAPES, **PATHS, **OPERATIONS, **COMPONENTS}

# A text of the declaration, what takes its place, and what is said of the contract then.
DECLARED = {
    "a key route that there is not": (
        'KeyRoute("POST /notes", "visitors write them")',
        'KeyRoute("POST /notes", "visitors write them"), KeyRoute("GET /notes", "why not")',
        "key_routes names GET /notes, which is not a route here",
    ),
    "a page that there is not": (
        "    key_routes=",
        '    page_routes=(PageRoute("GET /notes", "why not"),),\n    key_routes=',
        "page_routes names GET /notes, which is not a route here",
    ),
    "a page with a scope": (
        "    key_routes=",
        '    page_routes=(PageRoute("GET /notes/{id}", "a session"),),\n    key_routes=',
        "GET /notes/{id} has a scope and is in page_routes",
    ),
    "a page that asks for a key": (
        "    key_routes=",
        '    page_routes=(PageRoute("POST /notes", "a session"),),\n    key_routes=',
        "POST /notes is in key_routes and in page_routes",
    ),
    "a metric of an operation that there is not": (
        'operations=("takeNote",)',
        'operations=("makeNote",)',
        "NotesTaken is counted by makeNote, which is not an operation here",
    ),
    "a repeatable route without the record of what was answered": (
        '            use(IDEMPOTENCY, "put"),\n',
        "",
        "POST /notes takes an Idempotency-Key, and the function may not put its record",
    ),
}


@pytest.mark.parametrize("case", ALL.values(), ids=ALL)
def test_a_fault_is_told_with_its_line_and_a_remedy(tmp_path: Path, case: Case) -> None:
    groups.require_told(tmp_path, "openapi.yaml", case)


@pytest.mark.parametrize("case", DECLARED.values(), ids=DECLARED)
def test_declaration_and_contract_bear_each_other_out(tmp_path: Path, case: tuple[str, str, str]) -> None:
    before, after, what = case
    folder = groups.write(tmp_path)
    groups.change(folder / "declaration.py", before, after)
    [found] = groups.problems(tmp_path)
    assert (found.file, found.what) == (str(folder / "openapi.yaml"), what)
    assert found.line > 1
    assert found.remedy


@pytest.mark.parametrize("content", [b"description: \xff", b"description: \x00"])
def test_a_part_that_is_not_text_is_refused(tmp_path: Path, content: bytes) -> None:
    file = groups.write(tmp_path) / "openapi.yaml"
    file.write_bytes(content)
    [found] = groups.problems(tmp_path)
    assert (found.file, found.what[:16]) == (str(file), "this is not text")


def test_a_group_without_a_part_is_refused(tmp_path: Path) -> None:
    file = groups.write(tmp_path) / "openapi.yaml"
    file.unlink()
    [found] = groups.problems(tmp_path)
    assert str(found) == (
        f"{file}:1: the group's part of the contract is missing; add it: the group's routes stand there"
    )
