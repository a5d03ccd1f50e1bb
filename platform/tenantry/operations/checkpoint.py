"""Read and mend what the Pulumi engine recorded of a stack, as `pulumi stack export` prints it.

A killed `pulumi up` leaves creations that the record calls pending: nobody knows whether AWS did them.
"""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_CREATING = "creating"


@dataclass(frozen=True, slots=True)
class Pending:
    """`inputs` as the program registered them."""

    urn: str
    type: str
    inputs: dict[str, Any]

    @property
    def name(self) -> str:
        """The logical one."""
        return self.urn.rpartition("::")[2]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    document: dict[str, Any]

    def pending(self) -> list[Pending]:
        """Creations alone: what else was pending is in the record, and done again by the next update."""
        return [
            Pending(each["resource"]["urn"], each["resource"]["type"], each["resource"].get("inputs", {}))
            for each in self._operations
            if each["type"] == _CREATING
        ]

    def of(self, token: str) -> Iterator[dict[str, Any]]:
        """The resources of a type, with `id`, `inputs` and `outputs`."""
        for each in self.document["deployment"].get("resources", []):
            if each["type"] == token:
                yield each

    def resolved(self, found: Mapping[str, str]) -> dict[str, Any]:
        """The record with nothing pending: what AWS has done is in it, under these ids by URN.

        Its outputs are to be read by a refresh.
        """
        mended = copy.deepcopy(self.document)
        deployment = mended["deployment"]
        for each in self._operations:
            urn = each["resource"]["urn"]
            if each["type"] == _CREATING and urn in found:
                made = {**each["resource"], "id": found[urn], "outputs": {}}
                deployment.setdefault("resources", []).append(made)
        deployment.pop("pending_operations", None)
        return mended

    @property
    def _operations(self) -> list[dict[str, Any]]:
        operations: list[dict[str, Any]] = self.document["deployment"].get("pending_operations") or []
        return operations
