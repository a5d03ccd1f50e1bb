"""No file among the tenants is passed over in silence."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tenantry.config import ConfigErrors, load_platform

Problems = Callable[[], list[str]]


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("demo/globex.yml", "a tenant's file ends in .yaml; rename it to globex.yaml"),
        ("demo/globex.yaml~", "this is not a tenant's file; move it elsewhere, or end its name in .yaml"),
        ("demo/globex.json", "this is not a tenant's file"),
        ("globex.yaml", "the path does not name a cell; move the file into its cell's folder"),
        ("tiers.yml", "only tiers.yaml and cells' folders belong here; move it elsewhere"),
    ],
)
def test_a_stray_file_is_a_problem(path: str, problem: str, folder: Path, problems: Problems) -> None:
    (folder / path).write_text("name: x\n", encoding="utf-8")
    found = problems()
    assert len(found) == 1
    assert found[0].startswith(f"tenants/{path}:1: {problem}")


@pytest.mark.parametrize(
    "path", ["demo/README.md", "README.md", ".gitkeep", "demo/.acme.yaml.swp", "schema/x.json"]
)
def test_hidden_files_readmes_and_schemas_are_left_alone(path: str, folder: Path, problems: Problems) -> None:
    (folder / path).parent.mkdir(exist_ok=True)
    (folder / path).write_text("", encoding="utf-8")
    assert problems() == []


@pytest.mark.parametrize(
    "slug", ["Acme", "ac", "acme-", "1acme", "a--b", "acme.eu", "a_b", "x" * 33, "\u0430cme"]
)
def test_a_file_name_that_is_no_slug_is_refused(slug: str, folder: Path, problems: Problems) -> None:
    (folder / "demo" / "acme.yaml").rename(folder / "demo" / f"{slug}.yaml")
    assert problems() == [
        f"tenants/demo/{slug}.yaml:1: {slug!r} cannot be a slug; use 3 to 32 of a-z, 0-9 and single hyphens, "
        "a letter first, no hyphen last"
    ]


@pytest.mark.parametrize("cell", ["Demo", "d", "demo-", "a--b", "twelve-chars"])
def test_a_folder_name_that_is_no_cell_is_refused(cell: str, folder: Path, problems: Problems) -> None:
    (folder / "demo").rename(folder / cell)
    assert problems() == [
        f"tenants/{cell}:1: {cell!r} cannot be a cell's name; use 2 to 11 of a-z, 0-9 and single hyphens, "
        "a letter first, no hyphen last"
    ]


def test_links_folders_and_pipes_are_no_files(folder: Path, problems: Problems) -> None:
    cell = folder / "demo"
    (cell / "folder.yaml").mkdir()
    (cell / "link.yaml").symlink_to("acme.yaml")
    os.mkfifo(cell / "pipe.yaml")
    (folder / "linked").symlink_to("demo")
    assert problems() == [
        "tenants/demo/folder.yaml:1: this is a folder; keep tenants' files directly in their cell's folder",
        "tenants/demo/link.yaml:1: this is a symbolic link; put the file itself here",
        "tenants/demo/pipe.yaml:1: this is not a regular file; remove it",
        "tenants/linked:1: only tiers.yaml and cells' folders belong here; move it elsewhere",
    ]


def test_a_name_that_would_move_the_cursor_is_escaped(folder: Path, problems: Problems) -> None:
    (folder / "demo" / "a\x1b[2J\n.yaml").write_text("name: x\n", encoding="utf-8")
    found = problems()
    assert found
    assert all(problem.isprintable() for problem in found)


def test_a_file_too_large_is_not_read(folder: Path, problems: Problems) -> None:
    (folder / "demo" / "acme.yaml").write_text("#" * 65_537, encoding="utf-8")
    assert problems() == ["tenants/demo/acme.yaml:1: the file is larger than 65,536 bytes; make it smaller"]


def test_without_tiers_the_tenants_are_checked_all_the_same(folder: Path, problems: Problems) -> None:
    (folder / "tiers.yaml").unlink()
    (folder / "tiers.yml").write_text("", encoding="utf-8")
    (folder / "demo" / "acme.yaml").write_text("name: 5\n", encoding="utf-8")
    found = problems()
    assert "tenants/tiers.yaml:1: there is no such file; write one that names the tiers" in found
    assert any(problem.startswith("tenants/demo/acme.yaml:1: name is 5") for problem in found)


@pytest.mark.parametrize(
    ("path", "remedy"), [("tiers.yaml", "fill it in"), ("demo/acme.yaml", "fill it in, or remove it")]
)
def test_an_empty_file_may_be_removed_unless_nothing_works_without_it(
    folder: Path, problems: Problems, path: str, remedy: str
) -> None:
    (folder / path).write_text("", encoding="utf-8")
    assert f"tenants/{path}:1: the file is empty; {remedy}" in problems()


def test_a_folder_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigErrors, match="nowhere:1: it cannot be read: no such file or directory; check the path"
    ):
        load_platform(tmp_path / "nowhere")


def test_problems_name_files_as_the_caller_named_the_folder(folder: Path) -> None:
    (folder / "demo" / "acme.yaml").write_text("", encoding="utf-8")
    with pytest.raises(ConfigErrors) as relative:
        load_platform(folder)
    with pytest.raises(ConfigErrors) as absolute:
        load_platform(folder.absolute())
    assert relative.value.problems[0].file == "tenants/demo/acme.yaml"
    assert absolute.value.problems[0].file == str(folder.absolute() / "demo" / "acme.yaml")
