"""Make clients by generators that others keep; `make generators` brings them, pinned and hashed."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tenantry import paths
from tenantry.errors import Failed

GENERATORS = paths.ROOT / "generators"
SECONDS = 120
FETCH, HELPERS = "openapi-fetch", "openapi-typescript-helpers"
NO_GENERATOR = "the client in {}: `make generators` brings its generator{}"
NEEDS_NODE = ", which needs Node.js 20 or later"

CLIENT = """\
// Key and token come from the environment; both may be given instead.
import createClient from "./openapi-fetch/index.mjs";

export function client({{ key = process.env.API_KEY, token = process.env.API_TOKEN, url = {url} }} = {{}}) {{
  const headers = {{ "x-api-key": key, ...(token && {{ Authorization: `Bearer ${{token}}` }}) }};
  return createClient({{ baseUrl: url, headers }});
}}
"""
TYPES = """\
import type { Client } from "./openapi-fetch/index.mjs";
import type { paths } from "./schema.js";

export function client(given?: { key?: string; token?: string; url?: string }): Client<paths>;
"""


@dataclass(frozen=True, slots=True)
class Made:
    """`package` is the Python client's name; None where its generator is not there."""

    package: str | None
    typescript: bool

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(
            NO_GENERATOR.format(language, needs)
            for language, made, needs in (
                ("Python", self.package, ""),
                ("TypeScript", self.typescript, NEEDS_NODE),
            )
            if not made
        )


def make(folder: Path, slug: str, contract: Path, document: dict[str, Any]) -> Made:
    """Write `python` and `typescript` below the folder, each whole or not at all.

    Raises:
        Failed: a generator refuses the contract.
    """
    shutil.rmtree(folder, ignore_errors=True)
    package = _python(folder / "python", slug, contract)
    return Made(package, _typescript(folder / "typescript", contract, document))


def _python(folder: Path, slug: str, contract: Path) -> str | None:
    program = next(_programs(".venv", "openapi-python-client"), None)
    if program is None:
        return None
    package = f"{slug.replace('-', '_')}_api"
    folder.mkdir(parents=True)
    config = folder / "config.json"
    config.write_text(json.dumps({"package_name_override": package, "post_hooks": []}), encoding="utf-8")
    try:
        options = ["--config", config, "--meta", "none", "--output-path", folder / package]
        _run([program, "generate", "--path", contract, *options, "--fail-on-warning"])
    finally:
        config.unlink()
    return package


def _typescript(folder: Path, contract: Path, document: dict[str, Any]) -> bool:
    program = next(_programs("node_modules", "openapi-typescript"), None)
    if program is None or shutil.which("node") is None:
        return False
    folder.mkdir(parents=True)
    # An object of which the contract names no member takes any.
    _run([program, contract, "--empty-objects-unknown", "--output", folder / "schema.d.ts"])
    _library(folder / "openapi-fetch")
    url = json.dumps(document["servers"][0]["url"])
    (folder / "client.mjs").write_text(CLIENT.format(url=url), encoding="utf-8")
    (folder / "client.d.mts").write_text(TYPES, encoding="utf-8")
    return True


def _library(folder: Path) -> None:
    """The one that calls, beside its types, so that nobody has to install it."""
    folder.mkdir()
    fetch, types = (GENERATORS / "node_modules" / each for each in (FETCH, HELPERS))
    for file in ("LICENSE", "package.json", "dist/index.mjs"):
        shutil.copyfile(fetch / file, folder / Path(file).name)
    declared = (fetch / "dist" / "index.d.mts").read_text(encoding="utf-8")
    (folder / "index.d.mts").write_text(declared.replace(f"'{HELPERS}'", "'./helpers.js'"), encoding="utf-8")
    shutil.copyfile(types / "dist" / "index.d.ts", folder / "helpers.d.ts")


def _programs(below: str, name: str) -> Iterator[Path]:
    for place in ("bin", "Scripts", ".bin"):
        if (found := GENERATORS / below / place / name).exists():
            yield found


def _run(command: list[Any]) -> None:
    done = subprocess.run(  # noqa: S603 - our own generators
        list(map(str, command)), capture_output=True, text=True, timeout=SECONDS, check=False
    )
    if done.returncode:
        raise Failed(f"{Path(command[0]).name} refuses the contract: {(done.stderr or done.stdout).strip()}")
