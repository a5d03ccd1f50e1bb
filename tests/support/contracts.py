"""The API's contract with a fault put in, to see it refused."""

from copy import deepcopy
from typing import Any

from tenantry.gateway import contract

CONTRACT = contract.load()


def changed(*path: str, **members: Any) -> dict[str, Any]:
    """The contract with members set at the end of the path; a member of None is taken out."""
    document = deepcopy(CONTRACT)
    place = document
    for name in path:
        place = place[name]
    for name, value in members.items():
        if value is None:
            del place[name]
        else:
            place[name] = value
    return document
