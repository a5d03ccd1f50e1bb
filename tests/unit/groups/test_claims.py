"""What one group has, another does not get: names, paths, ids, scopes, components; records by their use."""

from pathlib import Path

import pytest

from tests.support import groups

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
