"""A copy of the whole project, to change as an operator would, with commands of its own."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tenantry import paths
from tenantry.packing import artifact
from tests.support.command import ROOT, TENANTS
from tests.support.platform import Platform

SECONDS = 300  # for one command on a busy machine
# What is not the project's, or is made again.
LEFT_OUT = (
    ".git",
    ".venv",
    "node_modules",
    ".tenantry",
    ".hypothesis",
    "__pycache__",
    "*.pyc",
    ".build",
    ".mypy_cache",
    ".ruff_cache",
)
SERVED = ("platform", "functions", "requirements")  # with their byte code: compiling all takes seconds
TENANT = """\
name: {name}
tier: bronze
routes: [{routes}]
auth:
  managed:
    keys: [main]
api_keys: [web]
"""


@dataclass(frozen=True)
class Project:
    """`own/demo` below `root` holds the tenants that a test writes, and no others."""

    root: Path

    @classmethod
    def copied(cls, root: Path) -> "Project":
        """With this one's environment and packages, and the tests' tenants in place of the operator's."""
        left_out = shutil.ignore_patterns(*LEFT_OUT)

        def ignored(folder: str, names: list[str]) -> set[str]:
            return left_out(folder, names) | ({"tenants"} if Path(folder) == ROOT else set())

        shutil.copytree(ROOT, root, ignore=ignored)
        shutil.copytree(ROOT / "tenants" / "schema", root / "tenants" / "schema")
        shutil.copytree(TENANTS, root / "tenants", dirs_exist_ok=True)
        for shared in (".venv", ".build"):
            (root / shared).symlink_to(ROOT / shared)
        if (ROOT / ".mypy_cache").exists():
            shutil.copytree(ROOT / ".mypy_cache", root / ".mypy_cache")  # what was checked need not be again
        return cls(root)

    @property
    def groups(self) -> Path:
        return self.root / "functions" / "groups"

    def tenant(self, slug: str, *routes: str) -> None:
        folder = self.root / "own" / "demo"
        folder.mkdir(parents=True, exist_ok=True)
        (folder.parent / "tiers.yaml").write_bytes((TENANTS / "tiers.yaml").read_bytes())
        (folder / f"{slug}.yaml").write_text(TENANT.format(name=slug, routes=", ".join(routes)))

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.root,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    @property
    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "PYTHONPATH": f"{self.root / 'platform'}{os.pathsep}{self.root / 'functions'}",
            "TENANTRY_STATE": str(self.root / ".tenantry"),
            "COLUMNS": "200",
        }

    @contextmanager
    def started(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """A command that runs during the block and is killed after it, if it has not ended."""
        with self.begun(*arguments) as process:
            try:
                yield process
            finally:
                process.kill()

    def begun(self, *arguments: str) -> subprocess.Popen[str]:
        """A command of `tenantry` that runs until it is ended."""
        return subprocess.Popen(
            [sys.executable, "-m", "tenantry.cli", *arguments],
            cwd=self.root,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def page(self, path: str, tenants: str = "own") -> str:
        """A page of the console's, which runs for as long as it takes to answer."""
        with self.started("console", "--listen", "0", "--tenants", tenants) as process:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            return httpx.get(address.rstrip("/") + path, trust_env=False, timeout=60).text

    def tenantry(self, *arguments: str) -> str:
        """What the command prints; it must succeed."""
        done = self.run(sys.executable, "-m", "tenantry.cli", *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def json(self, *arguments: str) -> Any:
        return json.loads(self.tenantry(*arguments, "--json"))

    def refused(self, *arguments: str) -> str:
        """What the command says of wrong input."""
        done = self.run(sys.executable, "-m", "tenantry.cli", *arguments)
        assert done.returncode == 2, done.stdout + done.stderr
        return done.stderr

    def client(self, service: str) -> Any:
        """Of the administrator of the one platform that runs."""
        return Platform.found(self.root / ".tenantry").root.client(service)

    def digests(self) -> dict[str, str]:
        """Of every file of the project's."""
        listed = (path for path in self.root.rglob("*") if path.is_file() and not path.is_symlink())
        names = {path.relative_to(self.root).as_posix(): path for path in listed}
        return {
            name: hashlib.sha256(path.read_bytes()).hexdigest()
            for name, path in names.items()
            if not name.startswith((".", "own/")) and "__pycache__" not in name
        }


def served(root: Path) -> Path:
    """What commands of the local platform need, below `root`; what is packed already is shared."""
    artifact.layer(paths.LAYER_REQUIREMENTS, paths.BUILD, artifact.this_machine())
    for name in SERVED:
        shutil.copytree(ROOT / name, root / name)
    (root / paths.BUILD.name).symlink_to(paths.BUILD, target_is_directory=True)
    return root
