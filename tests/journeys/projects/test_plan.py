"""`plan` on a copy of the project under git: what today's files and code change, against a revision."""

import json
import sys
from pathlib import Path

import pytest

from tests.support.projects import Project


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = Project.copied(tmp_path_factory.mktemp("operator") / "project")
    made.tenant("acme", "items")
    made.tenant("beta", "contact", "items")
    for command in (
        ["init", "--quiet", "--initial-branch", "main"],
        ["add", "--all"],
        ["-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "--quiet", "--message", "First"],
    ):
        done = made.run("git", *command)
        assert done.returncode == 0, done.stderr
    return made


def planned(project: Project, *options: str, code: int = 0) -> str:
    line = (sys.executable, "-m", "tenantry.cli", "plan", "--tenants", "own", *options)
    done = project.run(*line)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout if code != 2 else done.stderr


def test_nothing_is_touched_by_nothing(project: Project) -> None:
    assert "touches 0 of 2 tenants" in planned(project)


def test_an_edit_is_told_to_people_and_programs_alike(project: Project) -> None:
    project.tenant("beta", "items")
    try:
        found = json.loads(planned(project, "--json", code=3))
        commented = planned(project, "--markdown", code=3)
    finally:
        project.tenant("beta", "contact", "items")
    effects = {each["tenant"]: (each["effect"], each["needs_person"]) for each in found["tenants"]}
    assert effects["acme"] == ("untouched", False)
    assert effects["beta"] == ("changed in place", True)
    assert found["summary"].startswith("touches 1 of 2 tenants; ")
    assert "**route group contact is removed: its routes answer 404**" in commented


def test_an_edit_of_the_code_touches_every_tenant(project: Project) -> None:
    handler = project.groups / "items" / "handler.py"
    text = handler.read_text()
    handler.write_text(text + "\n# A thought.\n")
    try:
        found = json.loads(planned(project, "--json"))
    finally:
        handler.write_text(text)
    assert {each["effect"] for each in found["tenants"] if each["tenant"]} == {"changed in place"}


def test_a_revision_that_git_does_not_know_is_refused(project: Project) -> None:
    assert "git does not know a revision 'elsewhere'" in planned(project, "--against", "elsewhere", code=2)
    assert "git does not know a revision '--all'" in planned(project, "--against=--all", code=2)


def test_what_cannot_be_compared_is_refused(project: Project, tmp_path: Path) -> None:
    outside = planned(project, "--tenants", str(tmp_path), code=2)
    assert "is outside of the project" in outside
    for commands in (
        ("checkout", "--quiet", "-b", "older"),
        ("rm", "--quiet", "platform/tenantry/planning/declared.py"),
        ("-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "--quiet", "--message", "Older"),
        ("checkout", "--quiet", "main"),
    ):
        done = project.run("git", *commands)
        assert done.returncode == 0, done.stderr
    assert "older is from before `tenantry plan`" in planned(project, "--against", "older", code=2)
    assert "give one of them" in planned(project, "--json", "--markdown", code=2)
