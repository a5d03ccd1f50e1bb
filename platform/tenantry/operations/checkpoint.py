"""Read and mend what the Pulumi engine recorded of a stack, as `pulumi stack export` prints it.

A killed `pulumi up` leaves creations that the record calls pending: nobody knows whether AWS did them.
"""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tenantry.rules.kinds.tokens import STACK

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

    @property
    def leaves_tenants_out(self) -> bool:
        """It is of a cell whose tenants have stacks of their own."""
        return any("listed" in (each.get("outputs") or {}) for each in self.of(STACK))

    def resolved(self, found: Mapping[str, str]) -> dict[str, Any]:
        """The record with nothing pending: what AWS has done is in it, under these ids by URN.

        Its outputs are to be read by a refresh.
        """
        mended = copy.deepcopy(self.document)
        deployment = mended["deployment"]
        there = deployment.setdefault("resources", [])
        for each in self._operations:
            urn = each["resource"]["urn"]
            if each["type"] == _CREATING and urn in found:
                _record(there, {**each["resource"], "id": found[urn], "outputs": {}})
        deployment.pop("pending_operations", None)
        return mended

    def unread(self) -> list[str]:
        """URNs of what was put into the record so, and has not been read from AWS since."""
        resources = self.document["deployment"].get("resources", [])
        return [
            each["urn"]
            for each in resources
            if each["type"].startswith("aws:") and each.get("id") and not each.get("outputs")
        ]

    @property
    def _operations(self) -> list[dict[str, Any]]:
        operations: list[dict[str, Any]] = self.document["deployment"].get("pending_operations") or []
        return operations


def _record(there: list[dict[str, Any]], made: dict[str, Any]) -> None:
    """Beside what it replaces, if anything: of several of one URN, the engine wants all but one to go."""
    at = next(
        (n for n, each in enumerate(there) if each["urn"] == made["urn"] and not each.get("delete")), None
    )
    if at is None:
        there.append(made)
    elif there[at].get("pendingReplacement"):  # deleted before
        there[at] = made
    elif there[at].get("id") != made["id"]:
        there[at]["delete"] = True
        there.insert(at, made)
