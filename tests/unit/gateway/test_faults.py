"""What is wrong with the contract is reported with the file and the line of the part that is wrong."""

import shutil
from pathlib import Path

import pytest

from tenantry import paths
from tenantry.errors import WrongInput
from tenantry.gateway.body import gateway_body
from tenantry.gateway.contract import load
from tenantry.groups import loading
from tenantry.rules.arns import Arns

ARNS = Arns("aws", "eu-central-1", "123456789012")
FAULTS = [
    ("        required: true", "  \t: }", "this is not YAML"),
    (
        "components/parameters/Limit",
        "components/parameters/Limits",
        "#/components/parameters/Limits is neither",
    ),
    ("operationId: createItem", "externalDocs: {}", "has no operationId"),
    ("schemas/ItemDocument", "schemas/Other", "#/components/schemas/Other is neither"),
]


@pytest.mark.parametrize(("old", "new", "said"), FAULTS, ids=[each[2] for each in FAULTS])
def test_a_fault_in_a_part_is_reported_by_file_and_line(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    shutil.copytree(paths.GROUPS / "items", tmp_path / "items")
    file = tmp_path / "items" / "openapi.yaml"
    before, found, after = file.read_text().partition(old)
    assert found
    file.write_text(before + new + after)
    with pytest.raises(WrongInput, match=rf"(?m)^{file}:\d+: .*{said}"):
        gateway_body(load(loading.load((tmp_path,))), "demo", ARNS)


def test_a_group_without_a_part_is_told_to_add_one(tmp_path: Path) -> None:
    shutil.copytree(paths.GROUPS / "items", tmp_path / "items")
    file = tmp_path / "items" / "openapi.yaml"
    file.unlink()
    with pytest.raises(WrongInput, match=rf"{file}:1: .* is missing; add it"):
        load(loading.load((tmp_path,)))
