"""Read what the stack's own file sets, and refuse by name what cannot be meant."""

import re
from dataclasses import dataclass
from typing import Self

import pulumi

from tenantry.config import Cell
from tenantry.config.key_values import KeyName, setting
from tenantry.config.tenants import RELEASE
from tenantry.deployment import RUNBOOKS
from tenantry.errors import WrongInput
from tenantry.groups.folders import listed
from tenantry.packing import artifact
from tenantry.releases import KEPT_WORD, NEWEST
from tenantry.rules.naming import Names


@dataclass(frozen=True, slots=True)
class CellSettings:
    """What a cell's stack sets for its tenants too, even in stacks of their own. `tenants` is the folder."""

    cell: str
    tenants: str
    runtime: str
    architecture: str
    log_level: str
    runbooks: str
    mail_from: str | None = None
    plain: bool = False
    domains: bool = True

    @classmethod
    def read(cls, config: pulumi.Config) -> Self:
        return cls(
            cell=config.require("cell"),
            tenants=config.get("tenants") or "tenants",
            runtime=config.get("runtime") or artifact.this_machine().runtime,
            architecture=config.get("architecture") or "arm64",
            log_level=config.get("logLevel") or "INFO",
            runbooks=runbooks(config),
            mail_from=config.get("mailFrom"),
            plain=config.get_bool("plainArtifacts") or False,
            domains=config.get_bool("domains") is not False,
        )

    @property
    def target(self) -> artifact.LambdaTarget:
        return artifact.LambdaTarget(self.runtime, self.architecture)


OF_THE_CELL = (
    "architecture",
    "budget",
    "cell",
    "domains",
    "logLevel",
    "mailFrom",
    "manageAccount",
    "plainArtifacts",
    "runbooks",
    "runtime",
    "tenants",
    "tenantStacks",
)


def require_none_of_the_cell(config: pulumi.Config, cell: Names) -> None:
    """Two places for one setting would part sooner or later.

    Raises:
        WrongInput: the file of a tenant's stack sets what its cell's sets.
    """
    found = [f"tenantry:{name}" for name in OF_THE_CELL if config.get(name) is not None]
    if found:
        raise WrongInput(
            f"{', '.join(found)}: the tenant's stack takes it from its cell's; "
            f"set it in Pulumi.{cell.stack}.yaml and nowhere else"
        )


def allowed(config: pulumi.Config) -> list[str]:
    """Raises WrongInput: it is not a list of texts."""
    entries = texts(config, "allow")
    if entries is None:
        raise WrongInput("tenantry:allow is not a list; write one, such as [acme/api-keys/web]")
    return sorted(set(entries))


def served(cell: Cell, own: CellSettings) -> Cell:
    """The cell as this stack has it: with its domains, which lead to one place, or without."""
    return cell if own.domains else cell.without_domains()


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


def key_values(cell: Cell, config: pulumi.Config) -> dict[KeyName, pulumi.Input[str]]:
    """Those that the stack's file holds, encrypted; of keys that the files list."""
    keys = [(tenant.slug, name) for tenant in cell.tenants for name in tenant.api_keys]
    found = {key: config.get_secret(setting(key)) for key in keys}
    return {key: value for key, value in found.items() if value is not None}


def texts(config: pulumi.Config, name: str) -> list[str] | None:
    """Empty where it is not set; None where it is not a list of texts."""
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


def releases(config: pulumi.Config) -> dict[str, str]:
    """What tenants run, by slug or for everybody.

    Raises:
        WrongInput: it is not a mapping, or says something other than a release.
    """
    try:
        found = config.get_object("releases") or {}
    except pulumi.ConfigTypeError:
        found = None
    if not isinstance(found, dict):
        raise WrongInput("tenantry:releases is not a mapping; write one, such as {acme: 4f0c2d81a9be}")
    for slug, release in found.items():
        if release not in (NEWEST, KEPT_WORD) and not re.fullmatch(RELEASE, str(release)):
            raise WrongInput(
                f"tenantry:releases has {release!r} for {slug}; write {NEWEST}, {KEPT_WORD}, or the id of a "
                "release that `tenantry releases` lists, in quotation marks"
            )
    return {str(slug): str(release) for slug, release in found.items()}


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
