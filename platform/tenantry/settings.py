"""Read what the stack's own file sets, and refuse by name what cannot be meant."""

import re

import pulumi

from tenantry.config import Cell
from tenantry.deployment import RUNBOOKS
from tenantry.errors import WrongInput
from tenantry.groups.folders import listed


def allowed(config: pulumi.Config) -> list[str]:
    """Raises WrongInput: it is not a list of texts."""
    entries = texts(config, "allow")
    if entries is None:
        raise WrongInput("tenantry:allow is not a list; write one, such as [acme/api-keys/web]")
    return sorted(set(entries))


def served(cell: Cell, config: pulumi.Config) -> Cell:
    """The cell as this stack has it: with its domains, which lead to one place, or without."""
    return cell if config.get_bool("domains") in (None, True) else cell.without_domains()


def budget(config: pulumi.Config) -> int | None:
    """Raises WrongInput: it is not a whole number of dollars."""
    written = config.get("budget")
    if written is None:
        return None
    if not written.isascii() or not written.isdigit() or int(written) == 0:
        raise WrongInput(
            f"tenantry:budget is {written!r}; write US dollars a month, as a whole number, or leave it out"
        )
    return int(written)


def texts(config: pulumi.Config, name: str) -> list[str] | None:
    """Empty where it is not set; None where it is no list of texts."""
    try:
        found = config.get_object(name)
    except pulumi.ConfigTypeError:
        return None
    if found is None:
        return []
    return found if isinstance(found, list) and all(isinstance(each, str) for each in found) else None


def require_the_projects_groups(config: pulumi.Config) -> None:
    """The engine lets a stack's file replace that list, and commands that know no stack would not see it.

    Raises:
        WrongInput: the stack's file lists folders of groups.
    """
    try:
        found = config.get_object("groups")
    except pulumi.ConfigTypeError:
        found = config.get("groups")
    if found is not None and found != listed():
        raise WrongInput("tenantry:groups is the project's; set it in Pulumi.yaml, not in the stack's file")


def runbooks(config: pulumi.Config) -> str:
    """Where the runbooks' page is.

    Raises:
        WrongInput: an anchor cannot be added to it.
    """
    address = config.get("runbooks") or RUNBOOKS
    if not re.fullmatch(r"[^\s#]{1,500}", address):
        raise WrongInput(
            f"tenantry:runbooks is {address!r}; write the address of the page, without blanks and without #"
        )
    return address
