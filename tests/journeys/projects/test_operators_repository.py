"""What the README has an operator do leaves the pipeline green; a mistake is an annotation at its line."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.support.projects import Project

AUTHOR = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
WORKFLOW = Path(".github/workflows/deploy.yml")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """In a repository, with the tenants that are shipped."""
    project = Project.copied(tmp_path_factory.mktemp("operator") / "project")
    for command in (
        ("git", "init", "--quiet"),
        ("git", "add", "--all"),
        ("git", *AUTHOR, "commit", "--quiet", "-m", "first"),
    ):
        done = project.run(*command)
        assert done.returncode == 0, done.stderr
    return project


def files(project: Project) -> subprocess.CompletedProcess[str]:
    """What the workflow asks of the files; the environment is this one's."""
    return project.run("make", "--old-file=.venv/.set-up", "files")


def test_a_tenant_more_a_second_cell_and_tenants_of_ones_own_leave_it_green(project: Project) -> None:
    cells = project.root / "tenants"
    project.tenantry("new", "initech", "--cell", "demo", "--tier", "bronze")
    project.tenantry("new", "umbrella", "--cell", "prod1", "--tier", "gold")
    stack = (project.root / "Pulumi.demo.yaml").read_text()
    (project.root / "Pulumi.prod1.yaml").write_text(re.sub(r"(tenantry:cell:) \w+", r"\1 prod1", stack))
    asked = files(project)
    assert asked.returncode == 0, asked.stdout + asked.stderr
    assert all(f"in cell {cell}" in asked.stdout for cell in ("demo", "prod1"))
    planned = project.tenantry("plan", "--against", "HEAD", "--markdown")
    assert all(slug in planned for slug in ("initech", "umbrella"))

    for slug in ("acme", "acme-eu", "globex"):
        (cells / "demo" / f"{slug}.yaml").unlink()
    asked = files(project)
    assert asked.returncode == 0, asked.stdout + asked.stderr


def test_a_mistake_is_shown_at_its_file_and_line(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    (project.root / "tenants" / "demo" / "hooli.yaml").write_text("name: Hooli\ntier: golden\n")
    try:
        done = files(project)
    finally:
        (project.root / "tenants" / "demo" / "hooli.yaml").unlink()
    assert done.returncode != 0
    assert re.search(r"^::error file=tenants/demo/hooli\.yaml,line=2::tier is 'golden'", done.stderr, re.M)


def test_the_workflow_runs_what_is_tried_here(project: Project) -> None:
    workflow = yaml.safe_load((project.root / WORKFLOW).read_text())
    assert "make files" in [step.get("run") for step in workflow["jobs"]["files"]["steps"]]
    assert workflow["jobs"]["preview"]["needs"] == ["lint", "files"]
