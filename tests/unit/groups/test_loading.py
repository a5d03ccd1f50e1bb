"""What is in a folder of groups is a group, whole, or is refused with file, line and remedy."""

from pathlib import Path

import pytest

from tenantry import paths
from tenantry.config.tenants import TenantFile
from tenantry.groups import checks, loading
from tenantry.monitoring.queries import OF_EVERY_PLATFORM
from tenantry.problems import ConfigErrors
from tests.support import groups

DECLARATIONS = {
    "a syntax error": ("\n\nGROUP = Group(\n", 3, "this does not run: SyntaxError: ", "correct it"),
    "an exception": ("\n\nraise KeyError('x')\n", 3, "this does not run: KeyError: 'x'", "correct it"),
    "an end": ("\n\nimport sys\nsys.exit()\n", 4, "this does not run: SystemExit: ", "correct it"),
    "a part that is not declared so": (
        "from agreed.declarations import Group\n\nGROUP = Group('notes', function=1, worker=2)\n",
        3,
        "this does not run: TypeError: ",
        "correct it",
    ),
    "no group": ("GROUP = 'notes'\n", 1, "GROUP is not a Group", "assign GROUP = Group(...)"),
    "nothing": ("", 1, "GROUP is not a Group", "assign GROUP = Group(...)"),
    "the platform": (
        "import tenantry.rules\n",
        1,
        "a declaration imports tenantry.rules",
        "agreed.declarations only",
    ),
    "an SDK": (
        "\nfrom boto3 import client\n",
        2,
        "a declaration imports boto3.client",
        "agreed.declarations only",
    ),
    "the kit": ("import json, api.table\n", 1, "a declaration imports api.table", "agreed.declarations only"),
    "its own modules": (
        "from .notes import NOTE\n",
        1,
        "a declaration imports .notes.NOTE",
        "agreed.declarations",
    ),
}
HANDLERS = {
    "a syntax error": ("\ndef handle(:\n", 2, "this is not Python: ", "correct it"),
    "no handle": (
        "def handler(event, context): ...\n",
        1,
        "the code of notes has no handle",
        "add a function handle",
    ),
    "the platform": (
        "import tenantry\n\nhandle = tenantry\n",
        1,
        "this imports the platform's tenantry",
        "import from agreed or api",
    ),
    "a part of the platform, late": (
        "def handle(*_):\n    from tenantry.rules import naming\n",
        2,
        "this imports the platform's tenantry.rules.naming",
        "a function runs without the platform",
    ),
    "the authorizer": (
        "from authorizer.keys import find as handle\n",
        1,
        "this imports the authorizer's authorizer.keys.find",
        "import from agreed or api",
    ),
    "another group": (
        "from groups.items.handler import handle\n",
        1,
        "this imports another group's groups.items.handler.handle",
        "use records of items in the declaration, or do without",
    ),
    "another group, relatively": (
        "from ..items.handler import handle\n",
        1,
        "this imports another group's groups.items.handler.handle",
        "use records of items in the declaration, or do without",
    ),
    "another group as a member": (
        "from groups import items as handle\n",
        1,
        "this imports another group's groups.items",
        "use records of items",
    ),
    "all groups": (
        "import groups\n\nhandle = groups\n",
        1,
        "this imports groups as a whole",
        "import from groups.notes",
    ),
}


@pytest.mark.parametrize("case", DECLARATIONS.values(), ids=DECLARATIONS)
def test_a_declaration_that_cannot_be_one_is_refused(tmp_path: Path, case: tuple[str, int, str, str]) -> None:
    text, line, what, remedy = case
    file = groups.write(tmp_path) / "declaration.py"
    file.write_text(text)
    [found] = groups.problems(tmp_path)
    assert (found.file, found.line) == (str(file), line)
    assert found.what.startswith(what)
    assert remedy in found.remedy


@pytest.mark.parametrize("name", ["handler.py", "mailer/handler.py"])
@pytest.mark.parametrize("case", HANDLERS.values(), ids=HANDLERS)
def test_code_that_reaches_too_far_or_is_not_all_there_is_refused(
    tmp_path: Path, case: tuple[str, int, str, str], name: str
) -> None:
    text, line, what, remedy = case
    below = name.startswith("mailer")
    if below:
        text, what = text.replace("from ..", "from ..."), what.replace("code of notes", "code of mailer")
    file = groups.write(tmp_path) / name
    file.write_text(text)
    [found] = groups.problems(tmp_path)
    assert (found.file, found.line) == (str(file), line)
    assert found.what.startswith(what)
    assert remedy in found.remedy


def test_modules_of_the_group_itself_are_imported_by_whatever_name(tmp_path: Path) -> None:
    folder = groups.write(tmp_path)
    (folder / "mailer" / "handler.py").write_text("from ..handler import handle\nfrom . import handler\n")
    (folder / "handler.py").write_text("from groups.notes import declaration as handle\n")
    assert groups.problems(tmp_path) == ()


@pytest.mark.parametrize(("name", "function"), [("handler.py", "notes"), ("sweep/handler.py", "sweep")])
def test_a_handler_that_is_missing_is_named(tmp_path: Path, name: str, function: str) -> None:
    file = groups.write(tmp_path) / name
    file.unlink()
    assert [str(each) for each in groups.problems(tmp_path)] == [
        f"{file}:1: the code of {function} is missing; add it, with a function handle(event, context)"
    ]


def test_a_module_that_is_not_text_is_refused(tmp_path: Path) -> None:
    file = groups.write(tmp_path) / "pages.py"
    file.write_bytes(b"\xff")
    [found] = groups.problems(tmp_path)
    assert str(found) == f"{file}:1: this is not text in UTF-8; save it as such"


def test_a_groups_tests_may_import_what_they_like(tmp_path: Path) -> None:
    folder = groups.write(tmp_path) / "tests"
    folder.mkdir()
    (folder / "test_notes.py").write_text("import tenantry\nimport groups.items\n")
    assert groups.problems(tmp_path) == ()


def test_a_folder_without_a_declaration_is_refused(tmp_path: Path) -> None:
    groups.write(tmp_path)
    (tmp_path / "drafts").mkdir()
    [found] = groups.problems(tmp_path)
    file = tmp_path / "drafts" / "declaration.py"
    assert (found.file, found.what) == (str(file), "this folder of groups is not a group")
    assert "tenantry groups new" in found.remedy


def test_files_and_hidden_folders_beside_groups_are_none(tmp_path: Path) -> None:
    groups.write(tmp_path)
    for name in ("__pycache__", ".git"):
        (tmp_path / name).mkdir()
    (tmp_path / "README.md").touch()
    assert groups.loaded(tmp_path).names == ("notes",)


def test_every_fault_of_every_group_is_told_at_once(tmp_path: Path) -> None:
    first, second = groups.write(tmp_path), groups.write(tmp_path, "other", groups.SMALLEST)
    groups.change(first / "declaration.py", "batch=7", "batch=70")
    groups.change(first / "declaration.py", "timeout_seconds=9", "timeout_seconds=90")
    (second / "declaration.py").write_text("GROUP = None\n")
    assert [each.file for each in groups.problems(tmp_path)] == [
        *[str(first / "declaration.py")] * 2,
        str(second / "declaration.py"),
    ]


CLAIMS = {
    "function": (
        "Function(),\n",
        'Function(),\n    queues=(Queue("mine", "x", "mailer", Function()),),\n',
        "group or function mailer",
    ),
    "queue": (
        "Function(),\n",
        'Function(),\n    queues=(Queue("post", "x", "worker", Function()),),\n',
        "queue post",
    ),
    "secret": (
        "Function(),\n",
        'Function(),\n    secrets=(Secret("stamp", (Value("seal", ""),), ""),),\n',
        "secret stamp",
    ),
    "value": (
        "Function(),\n",
        'Function(),\n    secrets=(Secret("seal", (Value("stamp_key", ""),), ""),),\n',
        "value stamp_key",
    ),
    "metric": (
        "Function(),\n",
        'Function(),\n    metrics=(Metric("NotesSent", ("tenant",)),),\n',
        "metric NotesSent",
    ),
    "query": (
        "Function(),\n",
        'Function(),\n    queries=(Query("slow-notes", "x", ("other",), ""),),\n',
        "saved query slow-notes",
    ),
}


@pytest.mark.parametrize("case", CLAIMS.values(), ids=CLAIMS)
def test_a_name_that_another_group_has_is_refused(tmp_path: Path, case: tuple[str, str, str]) -> None:
    before, after, what = case
    first, second = groups.write(tmp_path), groups.write(tmp_path, "other", groups.SMALLEST)
    groups.change(second / "declaration.py", before, after)
    groups.change(second / "declaration.py", "import Function, Group, use", "import *")
    (second / "mailer").mkdir()
    (second / "worker").mkdir()
    for worker in ("mailer", "worker"):
        (second / worker / "handler.py").write_text(groups.HANDLER)
    [found] = groups.problems(tmp_path)
    said = f"the {what} is {first / 'declaration.py'}'s already"
    assert (found.file, found.line, found.what, found.remedy) == (
        str(second / "declaration.py"),
        groups.line_of(second / "declaration.py", after.strip().splitlines()[-1]),
        said,
        "rename one of them",
    )


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        ("/other:", "/notes/other:", "/notes is {}'s already"),
        ("readOther", "readNote", "the operationId readNote is {}'s already"),
        ("other:read", "notes:read", "'notes:read' is not a scope of other"),
        (
            "      responses: {}\n",
            "      responses: {}\ncomponents: {schemas: {NoteForm: {}}}\n",
            "the component NoteForm is another group's already",
        ),
        (
            "      responses: {}\n",
            '      responses: {"200": {$ref: "#/components/schemas/NoteForm"}}\n',
            "#/components/schemas/NoteForm is neither this part's nor shared by all",
        ),
    ],
    ids=["path", "operationId", "scope", "component", "reference"],
)
def test_what_another_groups_part_has_is_refused(tmp_path: Path, before: str, after: str, what: str) -> None:
    first, second = groups.write(tmp_path), groups.write(tmp_path, "other", groups.SMALLEST)
    file = second / "openapi.yaml"
    groups.change(file, before, after)
    [found] = groups.problems(tmp_path)
    assert (found.file, found.what) == (str(file), what.format(first / "openapi.yaml"))
    assert found.line == groups.line_of(file, after.strip().splitlines()[-1].strip())
    assert found.remedy


def test_records_of_another_group_are_used_by_its_name_and_only_those_that_it_keeps(tmp_path: Path) -> None:
    file = groups.write(tmp_path, "other", groups.SMALLEST) / "declaration.py"
    groups.change(file, "    Function(),\n", '    Function(uses=(use("notes/memo", "get"),)),\n')
    assert groups.problems(tmp_path) == ()  # a group that is not installed is nobody's fault
    groups.write(tmp_path)
    [found] = groups.problems(tmp_path)
    assert (found.file, found.line) == (str(file), groups.line_of(file, "notes/memo"))
    assert found.what == "other uses notes/memo, which notes does not keep"
    groups.change(file, "notes/memo", "notes/note")
    (file.parent / "handler.py").write_text("from groups.notes.declaration import NOTE as handle\n")
    assert groups.problems(tmp_path) == ()


def test_names_that_the_platform_itself_uses_are_reserved() -> None:
    """What a tenant's file sets beside its groups, and the queries that every platform saves."""
    taken = {name for name in TenantFile.model_fields if name.isalnum()}
    assert taken <= checks.RESERVED_NAMES
    assert {query.key for query in OF_EVERY_PLATFORM} == checks.RESERVED_QUERIES


@pytest.mark.parametrize(
    ("entry", "what"),
    [
        ("our-groups", "tenantry:groups is not a list of folders"),
        ("[1]", "tenantry:groups is not a list of folders"),
        ("[nowhere]", "which is not a folder"),
    ],
)
def test_a_setting_that_names_no_folders_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entry: str, what: str
) -> None:
    project = tmp_path / "Pulumi.yaml"
    project.write_text(f"name: tenantry\nconfig:\n  tenantry:groups: {entry}\n")
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    with pytest.raises(ConfigErrors) as errors:
        loading.folders()
    [found] = errors.value.problems
    assert (found.file, found.line, what in found.what) == (str(project), 3, True)


def test_groups_of_a_folder_that_the_setting_lists_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    groups.write(tmp_path / "ours")
    (tmp_path / "Pulumi.yaml").write_text("config:\n  tenantry:groups: [ours]\n")
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    assert loading.load(loading.folders()).names == ("contact", "items", "notes", "tools")
