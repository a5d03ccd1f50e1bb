"""What is in a folder of groups is a group, whole, or is refused with file, line and remedy."""

from pathlib import Path

import pytest

from tenantry import paths
from tenantry.config.tenant_files import TenantFile
from tenantry.groups import checks, loading
from tenantry.monitoring.queries import OF_EVERY_PLATFORM
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


@pytest.mark.parametrize("case", DECLARATIONS.values(), ids=DECLARATIONS)
def test_a_declaration_that_cannot_be_one_is_refused(tmp_path: Path, case: tuple[str, int, str, str]) -> None:
    text, line, what, remedy = case
    file = groups.write(tmp_path) / "declaration.py"
    file.write_text(text)
    [found] = groups.problems(tmp_path)
    assert (found.file, found.line) == (str(file), line)
    assert found.what.startswith(what)
    assert remedy in found.remedy


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


def test_names_that_the_platform_itself_uses_are_reserved() -> None:
    """What a tenant's file sets beside its groups, and the queries that every platform saves."""
    taken = {name for name in TenantFile.model_fields if name.isalnum()}
    assert taken <= checks.RESERVED_NAMES
    assert {query.key for query in OF_EVERY_PLATFORM} == checks.RESERVED_QUERIES


def test_groups_of_a_folder_that_the_setting_lists_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    groups.write(tmp_path / "ours")
    (tmp_path / "Pulumi.yaml").write_text("config:\n  tenantry:groups: [ours]\n")
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    assert loading.load(loading.folders()).names == ("contact", "items", "notes", "portal", "tokens", "tools")
