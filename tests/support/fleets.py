"""A project of nothing but files, with stacks as an operator writes them and what their updates recorded."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from tenantry.rules.kinds.tokens import STACK

TENANT = "name: {slug}\ntier: bronze\nroutes: [items]\n"


def written(root: Path, cells: Mapping[str, Sequence[str]]) -> Path:
    """A stack for each cell, of the cell's name."""
    files = {
        "Pulumi.yaml": "name: tenantry\n",
        "tenants/tiers.yaml": "tiers:\n  bronze: {rate_per_second: 5, burst: 10}\n",
        "platform/__main__.py": "",
        "requirements/platform.txt": "",
        "requirements/functions.txt": "",
    }
    for cell, slugs in cells.items():
        files[f"Pulumi.{cell}.yaml"] = f"config:\n  tenantry:cell: {cell}\n  aws:region: eu-central-1\n"
        files |= {f"tenants/{cell}/{slug}.yaml": TENANT.format(slug=slug) for slug in slugs}
    for name, content in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    (root / "functions").mkdir()
    return root


def recorded(
    root: Path,
    stack: str,
    wanted: str,
    tenants: Mapping[str, Mapping[str, str]] | None = None,
    version: int = 3,
) -> None:
    """As the engine keeps the state of a stack in a folder.

    Args:
        tenants: of each `release`, and `instead_of` if it is held.
    """
    file = root.parent / "backend" / ".pulumi" / "stacks" / "tenantry" / f"{stack}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    resources = [{"type": STACK, "outputs": {"wanted": wanted, "tenants": tenants or {}}}]
    file.write_text(json.dumps({"version": version, "checkpoint": {"latest": {"resources": resources}}}))
