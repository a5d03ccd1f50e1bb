"""Code that is missing, or reaches for what it cannot have where it runs, is refused with its line."""

from pathlib import Path

import pytest

from tests.support import groups

HANDLERS = {
    "a syntax error": ("\ndef handle(:\n", 2, "this is not Python: ", "correct it"),
    "no handle": (
        "def handler(event, context): ...\n",
        1,
        "the code of notes has no function handle",
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
