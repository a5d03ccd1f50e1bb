"""A slip that would take many tenants, keys or records at once is refused, in preview and in update."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pytest

from tenantry.config import load_platform
from tenantry.packing import artifact
from tenantry.program import run as run_program
from tests.support.command import ROOT
from tests.support.engine import register, run

TIERS = """\
tiers:
  bronze: {rate_per_second: 5, burst: 10}
  silver: {rate_per_second: 50, burst: 100}
"""
TENANT = """\
name: A tenant
tier: silver
routes: [items]
auth:
  managed:
    keys: [main]
api_keys: [web]
"""
SLUGS = ("acme", "acme-eu", "globex")
OTHERS = ("hooli", "initech")
KEY = "{kid: %s, kty: OKP, crv: Ed25519, x: BOXX43plviIq_k62XKCL5IP3kdY_IWn0_HSvBN1moZA}"
Mistake = Callable[[Path], object]


@pytest.fixture(autouse=True)
def _unbuilt(monkeypatch: pytest.MonkeyPatch) -> None:
    for build in ("code", "layer"):
        packed = artifact.Artifact(ROOT / "pyproject.toml", "0" * 64)
        monkeypatch.setattr(artifact, build, lambda *_, packed=packed, **__: packed)


def files(folder: Path) -> Path:
    """The cells demo and eu."""
    for cell, slugs in (("demo", SLUGS), ("eu", OTHERS)):
        (folder / cell).mkdir(parents=True)
        for slug in slugs:
            (folder / cell / f"{slug}.yaml").write_text(TENANT)
    (folder / "tiers.yaml").write_text(TIERS)
    return folder


@pytest.fixture(scope="module")
def last(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the stack of cell demo put out when it was updated last."""
    return register(load_platform(files(tmp_path_factory.mktemp("last"))).cell("demo"))[1]


def replaced(old: str, new: str) -> Mistake:
    """In all files of the cell."""

    def mistake(folder: Path) -> None:
        for each in sorted((folder / "demo").glob("*.yaml")):
            text = each.read_text()
            assert old in text
            each.write_text(text.replace(old, new))

    return mistake


def signers(folder: Path) -> None:
    """Public keys in place of the platform's, a different one in each file."""
    for each in sorted((folder / "demo").glob("*.yaml")):
        keys = f"jwks:\n    keys: [{KEY % each.stem}]\n    issuer: https://{each.stem}.example"
        each.write_text(each.read_text().replace("managed:\n    keys: [main]", keys))


def swapped(folder: Path) -> None:
    (folder / "demo").rename(folder / "of-eu")
    (folder / "eu").rename(folder / "demo")
    (folder / "of-eu").rename(folder / "eu")


def overwritten(folder: Path) -> None:
    shutil.rmtree(folder / "demo")
    (folder / "eu").rename(folder / "demo")


GONE = "it would remove the tenant, whose file is gone"
# What happens to the files, the cell that the stack names, and the refusal.
MISTAKES: dict[str, tuple[Mistake, str, str]] = {
    "a merge drops a file": (lambda at: (at / "demo" / "globex.yaml").unlink(), "demo", f"globex: {GONE}"),
    "a merge drops all files but one": (
        lambda at: [(at / "demo" / f"{slug}.yaml").unlink() for slug in SLUGS[1:]],
        "demo",
        f"acme-eu: {GONE}[^!]*globex: {GONE}",
    ),
    "a slug is renamed": (
        lambda at: (at / "demo" / "acme.yaml").rename(at / "demo" / "acme-inc.yaml"),
        "demo",
        f"acme: {GONE}",
    ),
    "a file is moved to another cell": (
        lambda at: (at / "demo" / "acme.yaml").rename(at / "eu" / "acme.yaml"),
        "demo",
        f"acme: {GONE}",
    ),
    "the cell's folder is renamed": (
        lambda at: (at / "demo").rename(at / "demo1"),
        "demo",
        "no cell 'demo'; did you mean demo1",
    ),
    "the cell's folder is renamed, and the stack follows": (
        lambda at: (at / "demo").rename(at / "demo1"),
        "demo1",
        "cell: it would replace cell demo, which this stack holds, by cell demo1",
    ),
    "another cell's folder is deployed to this stack": (
        lambda _at: None,
        "eu",
        f"replace cell demo, which this stack holds, by cell eu[^!]*acme: {GONE}",
    ),
    "another cell's files lie in this one's folder": (
        overwritten,
        "demo",
        f"acme: {GONE}[^!]*globex: {GONE}",
    ),
    "two cells' folders are swapped": (swapped, "demo", f"acme: {GONE}[^!]*globex: {GONE}"),
    "the folder of all cells is empty": (
        lambda at: [shutil.rmtree(at / cell) for cell in ("demo", "eu")],
        "demo",
        "no cell 'demo'",
    ),
    "the tiers are emptied": (
        lambda at: (at / "tiers.yaml").write_text(""),
        "demo",
        "tiers.yaml:1: ",
    ),
    "the tiers are deleted": (
        lambda at: (at / "tiers.yaml").unlink(),
        "demo",
        "tiers.yaml:1: there is no such file",
    ),
    "a tier that tenants have is taken out": (
        lambda at: (at / "tiers.yaml").write_text(TIERS.replace("silver", "gold")),
        "demo",
        "tier is 'silver', which is not in tiers.yaml",
    ),
    "a tier's isolation is another": (
        lambda at: (at / "tiers.yaml").write_text(TIERS.replace("burst: 100", "burst: 100, isolation: silo")),
        "demo",
        r"acme/isolation: it would move the tenant to another table \(pooled to silo\)[^!]*globex/isolation",
    ),
    "all API keys are replaced": (
        replaced("[web]", "[app]"),
        "demo",
        "acme/api-keys/web: it would delete a key that is in use[^!]*globex/api-keys/web",
    ),
    "all API keys are retired at once": (
        replaced("[web]", "[app]\nretired: {api_keys: [web]}"),
        "demo",
        "acme/api-keys: it would retire every key of 3 of 3 tenants at once[^!]*globex/api-keys: ",
    ),
    "all signing keys are replaced": (
        replaced("[main]", "[other]"),
        "demo",
        "acme/signing-keys/main: it would delete a key that is in use[^!]*globex/signing-keys/main",
    ),
    "all tenants sign for themselves": (
        signers,
        "demo",
        "acme/signing-keys/main[^!]*globex/signing-keys/main",
    ),
    "all tenants are suspended": (
        replaced("tier:", "status: suspended\nreason: unpaid\ntier:"),
        "demo",
        "acme/suspended: it would close 3 of 3 tenants at once",
    ),
    "all tenants are offboarded": (
        replaced("tier:", "status: offboarding\nuntil: 2099-01-31\ntier:"),
        "demo",
        "acme/offboarding: it would close 3 of 3 tenants at once",
    ),
    "all tenants are removed": (
        replaced("tier:", "status: removed\nuntil: 2020-01-31\ntier:"),
        "demo",
        "acme: it would remove the tenant, which was not offboarded first[^!]*globex: it would remove",
    ),
}


def refused(folder: Path, cell: str, preview: bool, last: dict[str, Any]) -> str:
    settings = {"cell": cell, "tenants": str(folder)}
    pulumi.runtime.set_all_config({f"tenantry:{key}": value for key, value in settings.items()})
    with pytest.raises(pulumi.RunError) as refusal:
        run(run_program, "prod", preview, last)
    return str(refusal.value)


@pytest.mark.parametrize("preview", [True, False])
@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mass_mistake_is_refused_by_name(
    tmp_path: Path, last: dict[str, Any], mistake: str, preview: bool
) -> None:
    happens, cell, message = MISTAKES[mistake]
    folder = files(tmp_path / "tenants")
    happens(folder)
    refusal = refused(folder, cell, preview, last)
    assert re.search(message, refusal), refusal


def test_the_same_files_are_deployed_again(tmp_path: Path, last: dict[str, Any]) -> None:
    settings = {"cell": "demo", "tenants": str(files(tmp_path / "tenants"))}
    pulumi.runtime.set_all_config({f"tenantry:{key}": value for key, value in settings.items()})
    assert run(run_program, "prod", last=last)[0].of_type("Stage").keys() == set(SLUGS)
