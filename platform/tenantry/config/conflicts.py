"""Conflicts that no file shows by itself: two tenants of one name, a full cell, options of a group that is
off.

Asking for an encryption key of one's own on a table that the tier shares is such a conflict too, and so is an
address for alarms that the tier does not have.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tenantry.config.documents import YamlDocument
from tenantry.config.survey import TenantPath
from tenantry.config.tenant_files import TenantFile
from tenantry.config.tiers import TierOptions
from tenantry.groups import Groups
from tenantry.problems import Problem, shown


@dataclass(frozen=True, slots=True)
class Candidate:
    """A tenant's file as read; `settings` is None when the file alone is wrong already."""

    at: TenantPath
    document: YamlDocument
    settings: TenantFile | None

    @property
    def is_removed(self) -> bool:
        return self.settings is not None and self.settings.status == "removed"


def repeated_slugs(tenants: Iterable[TenantPath]) -> Iterable[Problem]:
    """A slug names a tenant over all cells, so that one can be moved and found again."""
    first: dict[str, Path] = {}
    for tenant in tenants:
        before = first.setdefault(tenant.slug, tenant.path)
        if before != tenant.path:
            what = f"the slug {tenant.slug} is taken by {before}"
            yield Problem(str(tenant.path), 1, what, "rename one of the files")


def full_cells(
    tenants: Sequence[TenantPath], cells: Mapping[str, Path], quotas: Mapping[str, int], tiers_file: str
) -> Iterable[Problem]:
    """Each tenant is a stage of its cell's one API."""
    count = Counter(tenant.cell for tenant in tenants)
    for cell, folder in cells.items():
        used, quota = count[cell], quotas[cell]
        if used > quota:
            what = f"cell {cell} has {used} tenants, and its stages quota is {quota}"
            remedy = f"move {used - quota} to another cell, or have AWS raise the quota and set "
            yield Problem(str(folder), 1, what, f"{remedy}cells.{cell}.stages_quota in {tiers_file}")


def removed_early(candidates: Iterable[Candidate], today: date) -> Iterable[Problem]:
    """Data that was promised until a day is kept until the end of that day, in UTC."""
    for candidate in candidates:
        settings = candidate.settings
        if (
            settings
            and candidate.is_removed
            and settings.until
            and date.fromisoformat(settings.until) >= today
        ):
            document = candidate.document
            what = f"status is removed, and its data is to be kept until {settings.until}"
            remedy = "leave the status offboarding until that day has passed"
            yield Problem(document.file, document.line(("status",)), what, remedy)


def keys_of_pooled(candidates: Iterable[Candidate], tiers: Mapping[str, TierOptions]) -> Iterable[Problem]:
    """A table is encrypted under one key, so a tenant's key needs a table of the tenant's."""
    for candidate in candidates:
        settings = candidate.settings
        if settings is None or settings.data.encryption != "kms":
            continue
        own, tier = settings.data.isolation, tiers.get(settings.tier)
        if (own or (tier and tier.isolation)) == "pooled":
            whose = "data.isolation" if own else f"the isolation of tier {settings.tier}"
            what = f"data.encryption is 'kms', and {whose} is pooled: tenants of one table share its key"
            remedy = "set data.isolation to silo, or leave data.encryption out"
            line = candidate.document.line(("data", "encryption"))
            yield Problem(candidate.document.file, line, what, remedy)


def addresses_without_alarms(
    candidates: Iterable[Candidate], tiers: Mapping[str, TierOptions]
) -> Iterable[Problem]:
    """Alarms that watch all tenants of a cell must not notify one of them."""
    for candidate in candidates:
        settings = candidate.settings
        tier = tiers.get(settings.tier) if settings else None
        if settings and tier and settings.alarms.email and tier.monitoring.alarms != "own":
            line = candidate.document.line(("alarms", "email"))
            whose = tier.monitoring.alarms
            what = f"alarms.email is set, and tier {settings.tier} has monitoring.alarms: {whose}"
            remedy = "take it out, or choose a tier whose tenants have alarms of their own"
            yield Problem(candidate.document.file, line, what, remedy)


def groups_of_others(candidates: Iterable[Candidate], groups: Groups) -> Iterable[Problem]:
    """A group may be declared for named tenants only."""
    for candidate in candidates:
        for index, name in enumerate(candidate.settings.routes if candidate.settings else ()):
            group = groups.group(name)
            if group and group.tenants is not None and candidate.at.slug not in group.tenants:
                who = f"only {', '.join(group.tenants)}" if group.tenants else "no tenant"
                what = f"routes lists {name}, which {who} may have"
                line = candidate.document.line(("routes", index))
                remedy = "take it out, or name the tenant in the group's declaration"
                yield Problem(candidate.document.file, line, what, remedy)


def signing_without_keys(candidates: Iterable[Candidate], groups: Groups) -> Iterable[Problem]:
    """A group that signs tokens needs private keys that the platform has."""
    for candidate in candidates:
        settings = candidate.settings
        for index, name in enumerate(settings.routes if settings else ()):
            group = groups.group(name)
            if settings and group and group.signs and settings.auth.managed is None:
                what = f"routes lists {name}, which signs tokens, and auth is {settings.auth.mode}"
                line = candidate.document.line(("routes", index))
                remedy = "take it out, or set auth.managed so that the platform makes the keys"
                yield Problem(candidate.document.file, line, what, remedy)


def shares_of_no_group(candidates: Iterable[Candidate]) -> Iterable[Problem]:
    for candidate in candidates:
        settings = candidate.settings
        for name in settings.workload.percent_by_group if settings else ():
            if settings and name not in settings.routes:
                line = candidate.document.line(("workload", "percent_by_group", name))
                remedy = f"name one of {', '.join(settings.routes)}"
                what = f"workload.percent_by_group names {shown(name)}, which routes does not list"
                yield Problem(candidate.document.file, line, what, remedy)


def options_of_no_group(candidates: Iterable[Candidate], groups: Groups) -> Iterable[Problem]:
    """Options of a group that is off would be silently dropped."""
    for candidate in candidates:
        settings, values = candidate.settings, candidate.document.values
        for group in groups:
            if settings and group.name not in settings.routes and values.get(group.name):
                line = candidate.document.line((group.name,))
                what = f"{group.name} is set, and routes does not list it"
                remedy = f"add {group.name} to routes, or take it out"
                yield Problem(candidate.document.file, line, what, remedy)
