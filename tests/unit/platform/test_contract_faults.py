"""What is wrong with the contract is reported with its file and line."""

from pathlib import Path

import pytest

from tenantry import paths
from tenantry.gateway.body import gateway_body
from tenantry.gateway.contract import ContractError, load
from tenantry.rules.arns import Arns

ARNS = Arns("aws", "eu-central-1", "123456789012")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("paths: {\n", r"api\.yaml:2: .*; write valid YAML"),
        ("paths: \x01\n", r"api\.yaml:1: .*; write valid YAML in UTF-8"),
        ("openapi: 3.0.3\n", r"api\.yaml:1: there is no mapping of paths"),
        ("[]", r"api\.yaml:1: there is no mapping of paths"),
    ],
)
def test_a_contract_that_cannot_be_read_is_refused(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "api.yaml"
    file.write_text(text)
    with pytest.raises(ContractError, match=said):
        load(file)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("x-tenantry-group: items", "x-group: items", "there is no x-tenantry-group; write it"),
        ("operationId: createItem", "operation: createItem", "there is no operationId; write it"),
        ("components/parameters/Limit", "components/parameters/Limits", "there is no Limits; write it"),
        ("  version: ", "  release: ", "there is no version; write it"),
    ],
)
def test_what_the_contract_lacks_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    before, found, after = paths.CONTRACT.read_text().partition(old)
    assert found
    file = tmp_path / "api.yaml"
    file.write_text(before + new + after)
    with pytest.raises(ContractError, match=rf"^{file}:\d+: {said}"):
        gateway_body(load(file), "demo", ARNS)


def test_the_line_is_that_of_the_part_which_lacks_it(tmp_path: Path) -> None:
    before, _, after = paths.CONTRACT.read_text().partition("operationId: createItem")
    file = tmp_path / "api.yaml"
    file.write_text(f"{before}description: createItem{after}")
    with pytest.raises(ContractError, match=rf"^{file}:{before.count(chr(10)) + 1}: "):
        gateway_body(load(file), "demo", ARNS)
