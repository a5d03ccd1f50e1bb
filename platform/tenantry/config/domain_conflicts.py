"""Conflicts over domains that no file shows by itself: two claim one, none owns it, or a path is taken."""

from collections import defaultdict
from collections.abc import Iterable

from tenantry.config.conflicts import Candidate
from tenantry.config.documents import YamlDocument
from tenantry.config.domains import RESERVED_PATHS
from tenantry.config.tiers import TiersFile
from tenantry.problems import Problem

Claim = tuple[str, int, bool]
"""File, line, and whether the claimant makes the domain."""


def repeated_domains(
    candidates: Iterable[Candidate], tiers_document: YamlDocument, tiers_file: TiersFile | None
) -> Iterable[Problem]:
    """A domain is made once; cells may share one, where the paths are their tenants', and tenants may not."""
    claims: dict[str, list[Claim]] = defaultdict(list)
    for cell, options in (tiers_file.cells if tiers_file else {}).items():
        if options.domain:
            line = tiers_document.line(("cells", cell, "domain", "name"))
            claims[options.domain.name].append((tiers_document.file, line, options.domain.owned))
    for candidate in candidates:
        if candidate.settings and candidate.settings.domain:
            document, name = candidate.document, candidate.settings.domain.name
            claims[name].append((document.file, document.line(("domain", "name")), True))
    for name, own in claims.items():
        makers = [claim for claim in own if claim[2]]
        for file, line, _ in makers[1:]:
            first = f"{makers[0][0]}:{makers[0][1]}"
            remedy = "choose another, or, for a cell of the same account and Region, set owned to false"
            yield Problem(file, line, f"the domain {name} is taken by {first}", remedy)
        if not makers:
            file, line, _ = own[0]
            remedy = "leave owned out for one of its cells, and give that one the certificate"
            yield Problem(file, line, f"no cell has the domain {name}", remedy)


def reserved_paths(candidates: Iterable[Candidate], tiers_file: TiersFile | None) -> Iterable[Problem]:
    """A slug that API Gateway answers for, where the slug would be a path of the cell's domain."""
    cells = tiers_file.cells if tiers_file else {}
    for candidate in candidates:
        at, options = candidate.at, cells.get(candidate.at.cell)
        if at.slug in RESERVED_PATHS and options and options.domain:
            what = f"the slug {at.slug} is a path that API Gateway answers by itself on a domain"
            yield Problem(str(at.path), 1, what, "rename the file, or move it to a cell without a domain")
