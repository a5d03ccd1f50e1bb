"""A stack's Region and cell are read from its file; what cannot be read is said."""

from pathlib import Path

import pytest

from tenantry.errors import WrongInput
from tenantry.operations import stacks


def test_region_and_cell_are_those_of_the_stacks_file(project: Path) -> None:
    assert (project / "Pulumi.demo.yaml").exists()
    found = stacks.find("demo")
    assert (found.names.stack, found.region, found.cell) == ("demo", "eu-west-3", "demo")
    assert str(found) == "stack demo, Region eu-west-3"


@pytest.mark.usefixtures("project")
def test_a_region_that_is_given_goes_before_the_files() -> None:
    found = stacks.find("demo", "us-east-2")
    assert (found.region, found.cell) == ("us-east-2", "demo")


@pytest.mark.usefixtures("project")
def test_without_a_file_the_region_has_to_be_given() -> None:
    with pytest.raises(WrongInput, match=r"Pulumi\.other\.yaml: no aws:region .* give --region"):
        stacks.find("other")
    assert stacks.find("other", "eu-west-3").cell is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "config:\n",
        "config: [a]\n",
        "a: [\n",
        "config:\n  aws:region: 7\n",
        "\x00",
        "config: {aws:region: ''}",
    ],
)
def test_a_file_without_a_region_is_no_traceback(project: Path, text: str) -> None:
    (project / "Pulumi.demo.yaml").write_text(text)
    with pytest.raises(WrongInput, match="give --region"):
        stacks.find("demo")


def test_an_encrypted_cell_counts_as_unknown(project: Path) -> None:
    text = "config:\n  aws:region: eu-west-3\n  tenantry:cell: {secure: v1:abc}\n"
    (project / "Pulumi.demo.yaml").write_text(text)
    assert stacks.find("demo").cell is None


@pytest.mark.parametrize("name", ["../demo", "Demo", "acme/x", "", "a-name-too-long"])
def test_a_name_that_no_stack_can_have_is_refused_before_any_file_is_read(name: str) -> None:
    with pytest.raises(WrongInput, match="the stack's name"):
        stacks.find(name, "eu-west-3")


def test_a_tenants_own_stack_is_named_where_the_cells_file_gives_it_one(project: Path) -> None:
    assert stacks.of_tenant("demo", "acme") == "demo"
    file = project / "Pulumi.demo.yaml"
    file.write_text(file.read_text() + "  tenantry:tenantStacks: true\n")
    assert stacks.of_tenant("demo", "acme") == "demo.acme"


def test_a_command_is_given_the_cells_stack_whichever_holds_the_tenant() -> None:
    with pytest.raises(WrongInput, match=r"demo\.acme is the stack of one tenant; .* --stack demo"):
        stacks.find("demo.acme", "eu-west-3")
