"""The options of a group stand below its name in a tenant's file, whatever both are called."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from agreed.declarations import Function, Group, Option
from tenantry.config.tenant_files import tenant_file
from tenantry.groups import Groups
from tenantry.groups.installed import Installed
from tests.support.engine import demo

METHODS = Group(
    "copy", Function(), options=tuple(Option(name, "text", "A text.", "a") for name in ("json", "schema"))
)
GROUPS = Groups((Installed(METHODS, Path("copy")),))
FILE = {
    "name": "Acme",
    "tier": "gold",
    "routes": ("copy",),
    "api_keys": ("web",),
    "auth": {"managed": {"keys": ("main",)}},
}


def test_names_of_the_models_own_methods_are_free_for_groups_and_options() -> None:
    settings = tenant_file(GROUPS).model_validate(FILE | {"copy": {"json": "x"}})
    placed = settings.placed("acme", "demo", demo().tenants[0].tier, GROUPS)
    assert placed.options == {"copy": {"json": "x"}}


@pytest.mark.parametrize("written", ["copy_", "json_"])
def test_what_the_model_calls_them_is_not_a_name_in_a_file(written: str) -> None:
    own = {"copy_": {}} if written == "copy_" else {"copy": {"json_": "x"}}
    with pytest.raises(ValidationError, match=rf"{written}\n  Extra inputs"):
        tenant_file(GROUPS).model_validate(FILE | own)
