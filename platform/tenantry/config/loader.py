"""Load a folder of tenants: as a whole, or report every problem of every file; or for one tenant alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tenantry.config.cells import Cell, Platform
from tenantry.config.conflicts import (
    Candidate,
    addresses_without_alarms,
    full_cells,
    groups_of_others,
    keys_of_pooled,
    options_of_no_group,
    removed_early,
    repeated_slugs,
    shares_of_no_group,
    signing_without_keys,
)
from tenantry.config.documents import YamlDocument
from tenantry.config.domain_conflicts import repeated_domains, reserved_paths
from tenantry.config.domains import CellDomain
from tenantry.config.findings import suggestion, validated
from tenantry.config.fleet_files import FleetFiles, fleet_files
from tenantry.config.quotas import STAGES_PER_API
from tenantry.config.survey import TIERS, Survey, TenantPath, read, survey
from tenantry.config.tenant_files import tenant_file
from tenantry.config.tenants import Tenant
from tenantry.config.tiers import Tier, TiersFile
from tenantry.config.trust import shared_tokens, unknown_scopes
from tenantry.groups import Groups, current
from tenantry.problems import ConfigErrors, Problem, shown


@dataclass(frozen=True, slots=True)
class Reading:
    """What a folder holds: a platform of the valid files, and the problems of the others.

    `platform` is None where tiers.yaml is wrong; `files` are all tenants' files, valid or not.
    """

    platform: Platform | None
    problems: tuple[Problem, ...]
    files: tuple[TenantPath, ...]

    def around(self, slug: str) -> tuple[Platform, tuple[Problem, ...]]:
        """The platform for a look at this tenant, and the problems elsewhere.

        Raises:
            ConfigErrors: a file of this tenant's is wrong, or tiers.yaml.
        """
        own = {str(each.path) for each in self.files if each.slug == slug}
        hindering = [each for each in self.problems if each.file in own]
        if self.platform is None or hindering:
            raise ConfigErrors(hindering or self.problems)
        return self.platform, self.problems


def load_platform(
    folder: Path, proposed: Mapping[Path, bytes] | None = None, groups: Groups | None = None
) -> Platform:
    """The platform that the files describe, if all of them are right.

    Args:
        proposed: contents to take in place of what the files hold, by path below `folder`.
        groups: the route groups that there are; by default those that are installed.

    Raises:
        ConfigErrors: the problems name files below `folder` as it is written here.
    """
    found = read_platform(folder, proposed, groups)
    if found.problems or found.platform is None:
        raise ConfigErrors(found.problems)
    return found.platform


def read_platform(
    folder: Path, proposed: Mapping[Path, bytes] | None = None, groups: Groups | None = None
) -> Reading:
    """As `load_platform`, but with the problems beside what is valid instead of raising them."""
    contents, known = proposed or {}, groups or current()
    found = survey(folder)
    tiers_document = (
        read(found.tiers, contents, required=True) if found.tiers else YamlDocument(str(folder / TIERS))
    )
    tiers_file = validated(tiers_document, TiersFile)
    beside = fleet_files(found, contents)
    quotas = _stages_quotas(found, tiers_document, tiers_file)
    tenants = [_candidate(at, contents, _names(tiers_document), known) for at in found.tenants]
    standing = [tenant for tenant in tenants if not tenant.is_removed]
    problems: list[Problem] = [
        *found.problems,
        *tiers_document.problems,
        *beside.problems,
        *(problem for tenant in tenants for problem in tenant.document.problems),
        *repeated_slugs(found.tenants),
        *full_cells([each.at for each in standing], found.cells, quotas, tiers_document.file),
        *removed_early(tenants, datetime.now(UTC).date()),
        *shared_tokens(standing),
        *unknown_scopes(tenants, known),
        *keys_of_pooled(tenants, tiers_file.tiers if tiers_file else {}),
        *groups_of_others(tenants, known),
        *signing_without_keys(tenants, known),
        *shares_of_no_group(tenants),
        *options_of_no_group(tenants, known),
        *addresses_without_alarms(tenants, tiers_file.tiers if tiers_file else {}),
        *repeated_domains(standing, tiers_document, tiers_file),
        *reserved_paths(standing, tiers_file),
    ]
    listed = tuple(sorted(set(problems)))
    if tiers_file is None:
        return Reading(None, listed, tuple(found.tenants))
    domains = {name: options.domain for name, options in tiers_file.cells.items()}
    wrong = {each.file for each in problems}
    right = [tenant for tenant in tenants if tenant.document.file not in wrong]
    platform = _platform(tiers_file.named(), quotas, domains, right, known, beside)
    return Reading(platform, listed, tuple(found.tenants))


def _names(tiers_document: YamlDocument) -> tuple[str, ...]:
    """The tiers' names as written, so that a fault in one tier is not reported again for its tenants."""
    tiers = tiers_document.values.get("tiers") if isinstance(tiers_document.values, dict) else None
    return tuple(tiers) if isinstance(tiers, dict) else ()


def _candidate(
    at: TenantPath, proposed: Mapping[Path, bytes], tier_names: Iterable[str], groups: Groups
) -> Candidate:
    document = read(at.path, proposed)
    settings = validated(document, tenant_file(groups))
    tier = document.values.get("tier") if isinstance(document.values, dict) else None
    if isinstance(tier, str) and tier_names and tier not in tier_names:
        remedy = suggestion(tier, tier_names, "tiers")
        document.report(document.line(("tier",)), f"tier is {shown(tier)}, which is not in {TIERS}", remedy)
    return Candidate(at, document, settings)


def _stages_quotas(found: Survey, document: YamlDocument, tiers_file: TiersFile | None) -> dict[str, int]:
    options = tiers_file.cells if tiers_file else {}
    for cell in options:
        if cell not in found.cells:
            remedy = suggestion(cell, found.cells, "folders")
            document.report(document.line(("cells", cell)), f"cells.{cell} has no folder", remedy)
    return {cell: options[cell].stages_quota if cell in options else STAGES_PER_API for cell in found.cells}


def _platform(
    tiers: dict[str, Tier],
    quotas: dict[str, int],
    domains: Mapping[str, CellDomain | None],
    candidates: list[Candidate],
    groups: Groups,
    beside: FleetFiles,
) -> Platform:
    placed: dict[str, list[Tenant]] = {cell: [] for cell in quotas}
    removed: dict[str, list[str]] = {cell: [] for cell in quotas}
    for candidate in sorted(candidates, key=lambda candidate: candidate.at.slug):
        settings, at = candidate.settings, candidate.at
        if candidate.is_removed:
            removed[at.cell].append(at.slug)
        elif settings:
            placed[at.cell].append(settings.placed(at.slug, at.cell, tiers[settings.tier], groups))
    cells = tuple(
        Cell(
            name=name,
            tenants=tuple(tenants),
            stages_quota=quotas[name],
            removed=tuple(removed[name]),
            domain=domains.get(name),
        )
        for name, tenants in placed.items()
    )
    ordered = tuple(tiers[name] for name in sorted(tiers))
    return Platform(tiers=ordered, cells=cells, sites=beside.sites.cells, rings=beside.rings)
