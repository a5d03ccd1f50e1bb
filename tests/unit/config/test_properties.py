"""Whatever lies in the folder, loading it gives a platform or a list of problems, and nothing else."""

import re
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenantry.config import ConfigErrors, Platform, load_platform
from tenantry.config.auth import Auth, Jwks, Managed, Oidc
from tenantry.config.jwk import Jwk
from tenantry.config.slugs import is_cell_name, is_slug
from tenantry.config.tenant_files import tenant_file
from tenantry.config.tiers import CellOptions, Limits, Quota, TierOptions, TiersFile
from tenantry.groups import current

SLUG = re.compile(r"[a-z][a-z0-9-]{1,30}[a-z0-9]")
MODELS = (
    tenant_file(current()),
    TiersFile,
    TierOptions,
    CellOptions,
    Auth,
    Managed,
    Jwks,
    Jwk,
    Oidc,
    Limits,
    Quota,
)
OPTIONS = {option.name for group in current() for option in group.options}
KEYS = sorted(
    {field for model in MODELS for field in model.model_fields} | OPTIONS | {"demo", "gold", "d", "k"}
)

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(
        [*KEYS, "RSA", "EC", "OKP", "oct", "P-256", "HS256", "AQAB", "*", "https://a.example", "\ud800"]
    ),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=12,
)
files = st.one_of(
    st.binary(max_size=100),
    values.map(lambda value: yaml.safe_dump(value, allow_unicode=False).encode()),
    st.dictionaries(st.sampled_from(KEYS), values).map(lambda value: yaml.safe_dump(value).encode()),
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tenants")
    (folder / "demo").mkdir()
    return folder


def load(folder: Path) -> Platform | ConfigErrors:
    try:
        return load_platform(folder)
    except ConfigErrors as errors:
        found = errors
    assert found.problems
    assert all(str(problem).isprintable() for problem in found.problems)
    return found


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tenant=files, tiers=files)
def test_any_content_gives_a_platform_or_problems(shared: Path, tenant: bytes, tiers: bytes) -> None:
    (shared / "tiers.yaml").write_bytes(tiers)
    (shared / "demo" / "acme.yaml").write_bytes(tenant)
    assert isinstance(load(shared), Platform | ConfigErrors)


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield from paths(value[key], (*path, key))


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_good_tenant_with_any_one_value_replaced_loads_or_is_refused(
    demo: Path, data: st.DataObject
) -> None:
    original = (demo / "demo" / "acme-eu.yaml").read_bytes()
    tenant = yaml.safe_load(original)
    path = data.draw(st.sampled_from([path for path in paths(tenant) if path]))
    holder = tenant
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = data.draw(values)
    (demo / "demo" / "acme-eu.yaml").write_text(yaml.safe_dump(tenant), encoding="utf-8")
    try:
        assert isinstance(load(demo), Platform | ConfigErrors)
    finally:
        (demo / "demo" / "acme-eu.yaml").write_bytes(original)


@given(
    st.text(alphabet=string.ascii_lowercase + string.digits + "-", min_size=1, max_size=36)
    | st.text(max_size=36)
)
def test_a_slug_is_what_its_definition_says(text: str) -> None:
    assert is_slug(text) == bool(SLUG.fullmatch(text) and "--" not in text)
    assert not is_cell_name(text) or len(text) <= 11


@given(st.from_regex(SLUG, fullmatch=True), st.from_regex(SLUG, fullmatch=True))
def test_no_slug_holds_the_characters_that_end_one(first: str, second: str) -> None:
    assert not set("#_/*:") & set(first)
    assert first == second or not f"{first}#".startswith(f"{second}#")
