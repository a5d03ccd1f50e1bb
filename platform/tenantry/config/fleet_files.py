"""Read what stands beside the tiers: where cells run, and how changes are rolled out; both are optional."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from tenantry.config.documents import YamlDocument
from tenantry.config.findings import suggestion, validated
from tenantry.config.model import Model
from tenantry.config.rings import RingsFile
from tenantry.config.sites import SitesFile
from tenantry.config.survey import Survey, read, survey
from tenantry.problems import ConfigErrors, Loc, Problem

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class FleetFiles:
    """A file that is missing or has problems reads as an empty one."""

    sites: SitesFile
    rings: RingsFile
    problems: tuple[Problem, ...]


def load(folder: Path) -> FleetFiles:
    """Without the tenants' files.

    Raises:
        ConfigErrors: of these two.
    """
    found = fleet_files(survey(folder), {})
    if found.problems:
        raise ConfigErrors(found.problems)
    return found


def fleet_files(found: Survey, proposed: Mapping[Path, bytes]) -> FleetFiles:
    documents: list[YamlDocument] = []

    def model(path: Path | None, kind: type[M]) -> tuple[YamlDocument, M]:
        if path is None:
            return YamlDocument(""), kind()
        documents.append(read(path, proposed))
        return documents[-1], validated(documents[-1], kind) or kind()

    document, sites = model(found.sites, SitesFile)
    _report_unknown(document, [(("cells", name), name) for name in sites.cells], found.cells, "folders")
    document, rings = model(found.rings, RingsFile)
    slugs = [each.slug for each in found.tenants]
    _report_unknown(document, _tenants(rings), slugs, "tenants")
    return FleetFiles(sites, rings, tuple(each for document in documents for each in document.problems))


def _tenants(rings: RingsFile) -> Iterator[tuple[Loc, str]]:
    for index, ring in enumerate(rings.rings):
        for at, slug in enumerate(ring.tenants):
            yield ("rings", index, "tenants", at), slug


def _report_unknown(
    document: YamlDocument, named: Iterable[tuple[Loc, str]], known: Collection[str], kind: str
) -> None:
    for loc, name in named:
        if name not in known:
            document.report(
                document.line(loc), f"{name} is not one of the {kind}", suggestion(name, known, kind)
            )
