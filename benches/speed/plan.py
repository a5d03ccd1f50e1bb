"""Goal 4, its last part: what `tenantry plan` costs where one tenant of a thousand was edited."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from benches.speed import tenants
from benches.speed.timing import ROOT, child, own_environment

PROGRAM = ("platform", "functions", "requirements", "Pulumi.yaml")
BY = ("-c", "user.name=bench", "-c", "user.email=bench@example.com")


class Project:
    """A copy of the project under git, with that many tenants, of which one is edited."""

    def __init__(self, folder: Path, count: int) -> None:
        self.folder = folder
        folder.mkdir()
        for name in PROGRAM:
            copied = shutil.copytree if (ROOT / name).is_dir() else shutil.copyfile
            copied(ROOT / name, folder / name)
        (folder / ".gitignore").write_text("__pycache__/\n*.egg-info/\n")
        tenants.write(folder / "tenants", count)
        for command in (
            ("init", "--quiet"),
            ("add", "--all"),
            (*BY, "commit", "--quiet", "--message", "All"),
        ):
            subprocess.run(["git", "-C", str(folder), *command], check=True)  # noqa: S603, S607 - of the bench
        edited = sorted((folder / "tenants" / tenants.CELL).glob("*.yaml"))[0]
        edited.write_text(edited.read_text().replace("api_keys: [web]", "api_keys: [web, app]"))

    def planned(self) -> float:
        """CPU seconds of the command, with all that it starts.

        Raises:
            ValueError: it does not say what was edited.
        """
        path = ":".join(str(self.folder / each) for each in ("platform", "functions"))
        spent = child(
            [sys.executable, "-m", "tenantry.cli", "plan", "--json"],
            own_environment() | {"PYTHONPATH": path},
            self.folder,
        )
        summary = str(json.loads(spent.output)["summary"])
        if not summary.startswith("touches 1 of "):
            raise ValueError(f"the plan says: {summary}")
        return spent.cpu
