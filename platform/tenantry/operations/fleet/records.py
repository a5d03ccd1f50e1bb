"""Read what the last update of each stack recorded, without a process for each.

The engine keeps a stack's state below `.pulumi` in a folder or bucket, in a format that carries its version;
of any other backend, or version, the CLI is asked.
"""

import gzip
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tenantry.errors import Failed
from tenantry.operations.engine import Engine
from tenantry.operations.stores import Folder, Store, store
from tenantry.rules.kinds.tokens import STACK

_VERSIONS = (3, 4)  # the later one where a resource has what earlier engines do not know, such as hooks
_NEVER = "no stack named"


@dataclass(frozen=True)
class Backend:
    """`url` is empty where the environment, the project's file or `pulumi login` says it."""

    project: Path
    name: str
    url: str = ""

    def outputs(self, stack: str) -> Mapping[str, Any]:
        """Empty before the first update; what is secret is not readable."""
        found = self._read(stack)
        if found is None:
            return self._asked(stack)
        resources = (found.get("latest") or {}).get("resources") or []
        own = [each for each in resources if each["type"] == STACK]
        return dict(own[0].get("outputs") or {}) if own else {}

    @cached_property
    def journals(self) -> Store:
        """Where the fleet writes what it does: beside the state, or in the project's own folder."""
        return self._store or Folder(self.project / ".tenantry")

    @cached_property
    def environment(self) -> dict[str, str]:
        return {"PULUMI_BACKEND_URL": self.url} if self.url else {}

    def _read(self, stack: str) -> dict[str, Any] | None:
        """The checkpoint; None where the CLI has to be asked."""
        if self._store is None:
            return None
        name = f".pulumi/stacks/{self.name}/{stack}.json"
        text = self._store.read(name)
        if not text and (packed := self._store.read(f"{name}.gz")):
            text = gzip.decompress(packed)
        document = json.loads(text or f'{{"version": {_VERSIONS[0]}, "checkpoint": {{}}}}')
        found: dict[str, Any] = document.get("checkpoint", {})
        return found if document.get("version") in _VERSIONS else None

    def _asked(self, stack: str) -> Mapping[str, Any]:
        try:
            return Engine(stack, self.project, self.environment).outputs()
        except Failed as failed:
            if _NEVER in str(failed):
                return {}
            raise

    @cached_property
    def _store(self) -> Store | None:
        address = self.url or os.environ.get("PULUMI_BACKEND_URL") or Engine("", self.project).backend()
        return store(address, self.project)
