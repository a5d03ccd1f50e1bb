"""A new tenant's file is valid as it is, and each commented choice is valid when its comment is removed."""

from pathlib import Path

import pytest

from tenantry.config import load_platform
from tenantry.config.template import tenant_file


def test_a_new_tenants_file_loads(folder: Path) -> None:
    text = tenant_file("acme-eu", "demo", "gold")
    (folder / "demo" / "acme-eu.yaml").write_text(text, encoding="utf-8")
    tenant = load_platform(folder).tenant("acme-eu")
    assert (tenant.name, tenant.tier.name, tenant.auth.mode) == ("Acme Eu", "gold", "managed")
    assert "items" in tenant.routes
    assert "tokens" not in tenant.routes  # a token endpoint is for whoever asks for one
    assert text.startswith("# yaml-language-server: $schema=../schema/tenant.schema.json\n")


def test_every_optional_block_loads_once_uncommented(folder: Path) -> None:
    text = tenant_file("initech", "demo", "gold")
    head, mark, rest = text.partition("# data:")
    choices = [line.removeprefix("# ") for line in (mark + rest).splitlines() if ":" in line]
    (folder / "demo" / "initech.yaml").write_text(head + "\n".join(choices) + "\n", encoding="utf-8")
    tenant = load_platform(folder).tenant("initech")
    assert (
        tenant.isolation,
        tenant.limits.burst,
        tenant.options["contact"]["notify"],
        tenant.alarms.email,
    ) == (
        "silo",
        40,
        "office@example.com",
        "ops@example.com",
    )
    assert tenant.cors_origins == ("https://www.example.com",)


@pytest.mark.parametrize("name", ["yes", "2026", "A: b # c", '"', "- x", "Æther & Söhne", "{a}", "~"])
def test_any_name_survives_being_written(name: str, folder: Path) -> None:
    text = tenant_file("initech", "demo", "gold", name)
    (folder / "demo" / "initech.yaml").write_text(text, encoding="utf-8")
    assert load_platform(folder).tenant("initech").name == name


@pytest.mark.parametrize(("slug", "cell"), [("Acme", "demo"), ("acme", "Demo"), ("a\nb", "demo")])
def test_a_name_that_no_path_may_have_is_refused(slug: str, cell: str) -> None:
    with pytest.raises(ValueError, match="cannot be a"):
        tenant_file(slug, cell, "gold")
