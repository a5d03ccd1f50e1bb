"""Tenants of the demo with a group that declares a schedule, in place of the installed groups alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tenantry import groups, paths
from tenantry.config import Cell
from tenantry.groups import loading
from tests.support import groups as folders
from tests.support.engine import demo

NAME = "sweep"  # the schedule of the group `notes`
FILES = {
    "__init__.py": "",
    "declaration.py": '''"""Notes, which are swept every hour."""

from agreed.declarations import Function, Group, Record, Schedule, use

NOTE = Record("note")
GROUP = Group(
    "notes",
    Function(uses=(use(NOTE.kind, "put"),)),
    records=(NOTE,),
    schedules=(Schedule("sweep", "rate(1 hour)", Function(uses=(use(NOTE.kind, "delete", "query"),))),),
)
''',
    "openapi.yaml": """paths:
  /notes:
    get:
      operationId: listNotes
      x-tenantry-scope: notes:read
      responses:
        "200":
          description: All of them.
""",
    "handler.py": folders.HANDLER,
    "sweep/__init__.py": "",
    "sweep/handler.py": folders.HANDLER,
}
ALL = ("acme", "acme-eu")  # who has it


@contextmanager
def cell(folder: Path) -> Iterator[Cell]:
    """The demo, of which two tenants whose slugs share a prefix have the schedule."""
    folders.write(folder, files=FILES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loading, "folders", lambda: (paths.GROUPS, folder))
        groups.forget()
        try:
            installed, found = groups.current(), demo()
            tenants = [
                tenant.model_copy(
                    update={
                        "groups": installed,
                        "routes": (*tenant.routes, *(("notes",) if tenant.slug in ALL else ())),
                    }
                )
                for tenant in found.tenants
            ]
            yield found.model_copy(update={"tenants": tuple(tenants)})
        finally:
            patch.undo()
            groups.forget()
