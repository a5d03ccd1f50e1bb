"""A stack's digest changes with what its registration depends on, and with nothing else."""

import subprocess
import sys
from pathlib import Path

import pytest

from tenantry import paths
from tenantry.wanted import PROGRAM, Project, leaves_rights, modules

TIERS = "tiers:\n  bronze: {burst: 10}\n  gold: {burst: 400}\n"
TENANT = "name: Acme\ntier: bronze\nroutes: [items]\n"
FILES = {
    "Pulumi.yaml": "name: tenantry\n",
    "Pulumi.demo.yaml": "config:\n  tenantry:cell: demo\n  tenantry:allow: [acme]\n",
    "Pulumi.demo.acme.yaml": "config: {}\n",
    "Pulumi.other.yaml": "config:\n  tenantry:cell: other\n",
    "tenants/tiers.yaml": TIERS,
    "tenants/demo/acme.yaml": TENANT,
    "tenants/demo/acme-eu.yaml": TENANT.replace("bronze", "gold"),
    "tenants/other/initech.yaml": TENANT,
    "platform/__main__.py": "",
    "platform/tenantry/__init__.py": "",
    "platform/tenantry/program.py": "from tenantry import naming\n",
    "platform/tenantry/naming.py": "",
    "platform/tenantry/console.py": "",
    "functions/groups/items/handler.py": "",
    "functions/groups/items/tests/test_items.py": "",
    "requirements/platform.txt": "",
    "requirements/functions.txt": "",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    return tmp_path


def changed(root: Path, name: str, text: str) -> set[str]:
    """Stacks whose digest is another once that file holds the text."""

    def digests() -> dict[str, str]:
        project = Project(root)
        return {stack: project.digest(stack) for stack in project.stacks()}

    before = digests()
    (root / name).write_text(text)
    after = digests()
    return {stack for stack in before if before[stack] != after[stack]}


ALL = {"demo", "demo.acme", "other"}


@pytest.mark.parametrize(
    ("name", "text", "stacks"),
    [
        ("tenants/demo/acme.yaml", "# the same\n" + TENANT, set()),
        ("tenants/demo/acme.yaml", TENANT + "status: suspended\n", {"demo", "demo.acme"}),
        ("tenants/demo/acme-eu.yaml", TENANT, {"demo"}),
        ("tenants/demo/initech.yaml", TENANT, {"demo"}),
        ("tenants/tiers.yaml", TIERS.replace("400", "500"), {"demo"}),
        ("tenants/tiers.yaml", TIERS.replace("10", "20"), ALL),
        ("tenants/tiers.yaml", TIERS + "cells: {other: {stages_quota: 25}}\n", {"other"}),
        ("Pulumi.other.yaml", FILES["Pulumi.other.yaml"] + "  tenantry:logLevel: DEBUG\n", {"other"}),
        ("Pulumi.demo.yaml", FILES["Pulumi.demo.yaml"] + "  aws:region: x\n", {"demo", "demo.acme"}),
        ("Pulumi.demo.yaml", FILES["Pulumi.demo.yaml"].replace("[acme]", "[acme-eu]"), {"demo"}),
        ("Pulumi.demo.acme.yaml", "config:\n  tenantry:allow: [acme]\n", {"demo.acme"}),
        ("platform/tenantry/naming.py", "PREFIX = 1\n", ALL),
        ("platform/tenantry/console.py", "PREFIX = 1\n", set()),
        ("functions/groups/items/handler.py", "PREFIX = 1\n", ALL),
        ("functions/groups/items/openapi.yaml", "paths: {}\n", ALL),
        ("functions/groups/items/tests/test_items.py", "PREFIX = 1\n", set()),
        ("requirements/functions.txt", "boto3\n", ALL),
    ],
)
def test_a_change_reaches_the_stacks_that_depend_on_it(
    root: Path, name: str, text: str, stacks: set[str]
) -> None:
    assert changed(root, name, text) == stacks


@pytest.mark.parametrize("text", ["", TIERS + "cells:\n", "tiers:\ncells: []\n", "tiers: [bronze]\n"])
def test_what_is_left_empty_is_digested_as_what_is_left_out(root: Path, text: str) -> None:
    tiers = root / "tenants" / "tiers.yaml"
    tiers.write_text(TIERS if TIERS in text else "cells: {}\n")
    left_out = Project(root).digest("demo")
    tiers.write_text(text)
    assert Project(root).digest("demo") == left_out


def test_a_stack_declares_its_cells_tenants_or_one(root: Path) -> None:
    project = Project(root)
    assert project.tenants("demo") == [("acme", "bronze"), ("acme-eu", "gold")]
    assert project.tenants("demo.acme") == [("acme", "bronze")]


def test_the_program_is_all_that_it_imports() -> None:
    """Beside modules that are imported only when they are needed."""
    platform = paths.ROOT / "platform"
    asked = f"import sys, {PROGRAM}; print(*(n for n in sys.modules if n.split('.')[0] == 'tenantry'))"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    files = {file.relative_to(platform).with_suffix("") for file in modules(platform, PROGRAM)}
    followed = {".".join(file.parts).removesuffix(".__init__") for file in files}
    assert set(done.stdout.split()) <= followed
    assert not {name for name in followed if name.startswith(("tenantry.cli", "tenantry.operations"))}


def test_rights_are_left_where_a_policy_is_another() -> None:
    before = {"acme": {"items": "old"}}
    assert leaves_rights(before, {"acme": {"items": "new"}})
    assert not leaves_rights(before, {"acme": {"items": "old", "tools": "new"}})
    assert not leaves_rights(before, {})
    assert not leaves_rights({}, {"acme": {"items": "new"}})
