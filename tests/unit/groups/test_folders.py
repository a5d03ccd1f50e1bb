"""Pulumi.yaml lists further folders of groups, in the forms that the engine takes; any other is refused."""

from pathlib import Path

import pytest

from tenantry import paths
from tenantry.groups.folders import folders
from tenantry.problems import ConfigErrors

TAKEN = {
    "a list": "tenantry:groups: [ours, more]",
    "a default": "tenantry:groups: {default: [ours, more]}",
    "a value": "tenantry:groups: {value: [ours, more]}",
    "a default of a declared type": (
        "tenantry:groups: {type: array, items: {type: string}, description: d, default: [ours, more]}"
    ),
}
REFUSED = {
    "a text": ("tenantry:groups: ours", "is not a list of folders"),
    "numbers": ("tenantry:groups: [1]", "is not a list of folders"),
    "nothing": ("tenantry:groups:", "is not a list of folders"),
    "a type without a default": (
        "tenantry:groups: {type: array, items: {type: string}}",
        "is not a list of folders",
    ),
    "an array of what": ("tenantry:groups: {type: array, default: [ours]}", "is not a list of folders"),
    "another type": ("tenantry:groups: {type: string, default: [ours]}", "is not a list of folders"),
    "default and value": ("tenantry:groups: {default: [ours], value: [more]}", "is not a list of folders"),
    "a secret": ("tenantry:groups: {secret: true, default: [ours]}", "is not a list of folders"),
    "a key without its project": ("groups: [ours]", "write it as tenantry:groups"),
    "a folder that is not there": ("tenantry:groups: [theirs]", "lists theirs, which is not a folder"),
    "a folder twice": ("tenantry:groups: [ours, ./ours]", "lists ./ours, which lies in another"),
    "a folder in another": ("tenantry:groups: [ours, ours/deep]", "lists ours/deep, which lies in another"),
    "the project's own": ("tenantry:groups: [functions/groups]", "lies in another folder of groups"),
    "a folder that holds it": ("tenantry:groups: [functions]", "or contains one"),
    "no YAML": ("tenantry:groups: [ours", "this is not YAML"),
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for folder in ("ours/deep", "more", "functions/groups"):
        (tmp_path / folder).mkdir(parents=True)
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.setattr(paths, "GROUPS", tmp_path / "functions" / "groups")
    return tmp_path


def write(project: Path, entry: str) -> None:
    (project / "Pulumi.yaml").write_text(f"name: tenantry\nruntime: python\nconfig:\n  {entry}\n")


@pytest.mark.parametrize("entry", TAKEN.values(), ids=TAKEN)
def test_the_projects_own_folder_comes_first_and_then_those_listed(project: Path, entry: str) -> None:
    write(project, entry)
    assert folders() == (paths.GROUPS, project / "ours", project / "more")


def test_a_project_that_lists_none_has_its_own(project: Path) -> None:
    assert folders() == (paths.GROUPS,)
    write(project, "aws:region: eu-central-1")
    assert folders() == (paths.GROUPS,)


@pytest.mark.parametrize(("entry", "said"), REFUSED.values(), ids=REFUSED)
def test_any_other_form_is_refused_with_its_line(project: Path, entry: str, said: str) -> None:
    write(project, entry)
    with pytest.raises(ConfigErrors) as refusal:
        folders()
    [problem] = refusal.value.problems
    assert problem.line == 4
    assert said in str(problem)
