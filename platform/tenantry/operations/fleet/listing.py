"""List the stacks, what each declares, and whether an update of it has anything to do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from tenantry.config.fleet_files import FleetFiles, load
from tenantry.config.rings import RingsFile
from tenantry.config.sites import Site
from tenantry.errors import WrongInput
from tenantry.holds import Holds
from tenantry.last_update import run_by
from tenantry.operations.fleet.records import Backend
from tenantry.operations.sites import is_emulated
from tenantry.problems import unknown
from tenantry.rollout.rings import ring_of
from tenantry.wanted import CELL, LEAVING, TENANTS, WANTED, Project, Values, tenant

Standing = Literal["as wanted", "held", "differs", "never deployed", "leaves rights"]


@dataclass(frozen=True)
class FleetStack:
    """`tenants` are slug and tier of those that it declares; `tenant` is the one that it declares alone.

    `wanted` is the digest of all that it depends on, as the files are now; `holds` what holds in its next
    update, or None where its last one says.
    """

    name: str
    cell: str
    tenant: str
    tenants: tuple[tuple[str, str], ...]
    region: str
    site: Site
    backend: Backend
    wanted: str
    ring: str
    holds: Holds | None = None

    @property
    def account(self) -> str:
        """Empty where nothing says it: whose credentials these are."""
        return self.site.account or ""

    @property
    def slugs(self) -> frozenset[str]:
        return frozenset(slug for slug, _ in self.tenants)

    @property
    def cells_stack(self) -> str:
        """The stack that has to be there before this one; its own name if it is a cell's."""
        return self.name.removesuffix(f".{self.tenant}") if self.tenant else self.name

    @cached_property
    def outputs(self) -> Mapping[str, Any]:
        """Of its last update; none before the first."""
        return self.backend.outputs(self.name)

    @property
    def recorded(self) -> str:
        """By its last update; empty before the first."""
        return str(self.outputs.get(WANTED, ""))

    @property
    def runs(self) -> dict[str, str]:
        """Ids of the releases that its tenants run, by slug."""
        return run_by(self.outputs)[0]

    @property
    def instead(self) -> dict[str, str]:
        """Of tenants that a rollback holds, ids of what they would run, by slug."""
        return run_by(self.outputs)[1]

    @property
    def standing(self) -> Standing:
        if not self.recorded:
            return "never deployed"
        if self.recorded == self.wanted:
            return "held" if self.instead else "as wanted"
        return "leaves rights" if self.recorded == self.wanted + LEAVING else "differs"

    @property
    def changed(self) -> bool:
        """Whether what it depends on is other than `wanted` by now, or cannot be read any more."""
        try:
            return Project(self.backend.project).digest(self.name) != self.wanted
        except (WrongInput, OSError, SyntaxError):
            return True

    @property
    def differs(self) -> bool:
        return self.standing not in ("as wanted", "held")


@dataclass(frozen=True)
class Fleet:
    """Stacks in the order of their names."""

    stacks: tuple[FleetStack, ...]
    rings: RingsFile = field(default_factory=RingsFile)

    @property
    def rolled_back(self) -> frozenset[str]:
        """Ids of the releases that a rollback holds any tenant off."""
        return frozenset(each for stack in self.stacks for each in stack.instead.values())

    def named(self, names: Iterable[str]) -> "Fleet":
        """Those alone; all, if none is named.

        Raises:
            WrongInput: there is no such stack.
        """
        known = {each.name: each for each in self.stacks}
        for name in names:
            if name not in known:
                raise WrongInput(unknown("stack", name, known))
        chosen = [known[name] for name in sorted(set(names))]
        return Fleet(tuple(chosen) or self.stacks, self.rings)


def fleet(project: Project) -> Fleet:
    """The stacks whose files name a cell, except the local emulator's, which are not on AWS.

    Raises:
        WrongInput: a stack's file contradicts platform.yaml, a file cannot be read, or there are several
            rings.yaml.
    """
    settings = {name: project.settings(name) for name in project.stacks()}
    of_aws = {name: each for name, each in settings.items() if CELL in each and not is_emulated(each)}
    folders = {each.get(TENANTS, "tenants") for each in of_aws.values()}
    beside = {folder: load(project.root / folder) for folder in sorted(folders)}
    rings = _rings(beside)
    name = project.name
    backends: dict[str, Backend] = {}
    stacks = []
    for stack, own in of_aws.items():
        site = beside[own.get(TENANTS, "tenants")].sites.cells.get(own[CELL], Site())
        url = site.backend or ""
        backend = backends.setdefault(url, Backend(project.root, name, url))
        stacks.append(_stack(project, stack, own, site, backend, rings))
    return Fleet(tuple(stacks), rings)


def _rings(beside: Mapping[str, FleetFiles]) -> RingsFile:
    """A rollout of the fleet has one order for all stacks.

    Args:
        beside: by folder of tenants.
    """
    found = {folder: each.rings for folder, each in beside.items() if each.rings != RingsFile()}
    if len(found) > 1:
        raise WrongInput(f"there is a rings.yaml in each of {', '.join(found)}; keep one, for all stacks")
    return next(iter(found.values()), RingsFile())


def _stack(
    project: Project, name: str, settings: Values, site: Site, backend: Backend, rings: RingsFile
) -> FleetStack:
    region = settings.get("aws:region") or site.region
    if not isinstance(region, str):
        raise WrongInput(f"Pulumi.{name}.yaml has no aws:region; write the Region that the stack is in")
    if site.region not in (None, region):
        raise WrongInput(
            f"Pulumi.{name}.yaml has aws:region {region}, and platform.yaml has cell {settings[CELL]} in "
            f"{site.region}; correct one of them"
        )
    tenants = tuple(project.tenants(name))
    return FleetStack(
        name=name,
        cell=settings[CELL],
        tenant=tenant(name),
        tenants=tenants,
        region=region,
        site=site,
        backend=backend,
        wanted=project.digest(name),
        ring=ring_of(name, tenants, rings.rings),
    )
