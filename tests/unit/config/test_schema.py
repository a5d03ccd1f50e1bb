"""An editor with the generated schema accepts what the loader accepts, and shows most of what it refuses."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tenantry.config.documents import read_document
from tenantry.config.schema import RINGS_SCHEMA, SITES_SCHEMA, TENANT_SCHEMA, TIERS_SCHEMA, schemas, write
from tenantry.config.template import tenant_file
from tests.support.command import ROOT, TENANTS


def valid(schema: str, text: str) -> bool:
    def lists(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: lists(item) for name, item in value.items()}
        return [lists(item) for item in value] if isinstance(value, tuple) else value

    document = read_document("f", text.encode())
    assert document.problems == []
    return bool(Draft202012Validator(json.loads(schemas()[schema])).is_valid(lists(document.values)))


@pytest.mark.parametrize("path", [TENANT_SCHEMA, TIERS_SCHEMA, SITES_SCHEMA, RINGS_SCHEMA])
def test_the_schema_in_the_repository_is_the_models_own(path: str) -> None:
    assert (ROOT / "tenants" / path).read_text(encoding="utf-8") == schemas()[path], (
        "the models have changed; run python -m tenantry.config.schema"
    )


@pytest.mark.parametrize("path", [TENANT_SCHEMA, TIERS_SCHEMA, SITES_SCHEMA, RINGS_SCHEMA])
def test_the_schema_is_a_valid_one_that_explains_every_field(path: str) -> None:
    schema = json.loads(schemas()[path])
    Draft202012Validator.check_schema(schema)
    for model in [schema, *schema["$defs"].values()]:
        assert model["description"]
        # RFC 7517 has readers ignore what they don't know in a key.
        open_ended = model["description"].startswith("A public key")
        assert model.get("additionalProperties") is (None if open_ended else False)
        # A field without a description of its own shows the one of the model it refers to.
        assert all("description" in field or "$ref" in field for field in model["properties"].values())


def test_the_fleets_files_pass() -> None:
    site = "{account: '123456789012', region: eu-central-1, residency: eu, backend: s3://state}"
    assert valid(SITES_SCHEMA, f"cells: {{demo: {site}}}")
    assert not valid(SITES_SCHEMA, "cells: {demo: {account: 12}}")
    assert valid(RINGS_SCHEMA, "rings: [{name: canary, share: 10, gate: {slower_p99: 2}}]\nat_once: 8")
    assert not valid(RINGS_SCHEMA, "rings: [{name: canary, share: 0}]")


def test_writing_makes_the_files(tmp_path: Path) -> None:
    write(tmp_path)
    assert {path: (tmp_path / path).read_text(encoding="utf-8") for path in schemas()} == schemas()


@pytest.mark.parametrize("slug", ["acme", "acme-eu", "globex"])
def test_tenants_that_the_loader_accepts_pass(slug: str) -> None:
    assert valid(TENANT_SCHEMA, (TENANTS / "demo" / f"{slug}.yaml").read_text(encoding="utf-8"))


def test_the_tiers_pass() -> None:
    assert valid(TIERS_SCHEMA, (TENANTS / "tiers.yaml").read_text(encoding="utf-8"))


def test_a_new_tenants_file_passes() -> None:
    assert valid(TENANT_SCHEMA, tenant_file("initech", "demo", "bronze"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("name: Acme", "name: ''"),
        ("status", "state"),
        ("active", "paused"),
        ("[contact, items, tools]", "[items, items]"),
        ("[contact, items, tools]", "[]"),
        ("[web]", "[Web]"),
        ("managed:\n    keys: [main]", "leeway_seconds: 5"),
        ("managed:", "jwks: {keys: [{kid: a, kty: oct, k: c2VjcmV0}]}\n  managed:"),
        ("managed:\n    keys: [main]", "oidc: {issuer: http://a.example, audience: a}"),
        ("api_keys:", "cors_origins: [a.example]\napi_keys:"),
        ("api_keys:", "limits: {burst: 0}\napi_keys:"),
        ("api_keys:", "limits: {rate_per_second: 10001}\napi_keys:"),
    ],
)
def test_an_editor_shows_a_bad_value(old: str, new: str) -> None:
    text = tenant_file("acme", "demo", "bronze")
    assert old in text
    assert not valid(TENANT_SCHEMA, text.replace(old, new))


@pytest.mark.parametrize("tiers", ["tiers: {Gold: {rate_per_second: 1, burst: 1}}", "tiers: {a: {burst: 1}}"])
def test_an_editor_shows_a_bad_tier(tiers: str) -> None:
    assert not valid(TIERS_SCHEMA, tiers)
