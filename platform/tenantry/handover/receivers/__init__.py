"""Two receivers of webhooks that verify before they read, each a file that runs by itself."""

from dataclasses import dataclass
from pathlib import Path

from tenantry.config import Tenant

FOLDER = Path(__file__).parent
LANGUAGES = {"receiver.py": "python", "receiver.mjs": "javascript"}


@dataclass(frozen=True, slots=True)
class Source:
    name: str
    language: str
    text: str


def sources(tenant: Tenant) -> tuple[Source, ...]:
    """None for a tenant whose route groups have no events."""
    if not any(each.webhooks for each in tenant.groups if each.name in tenant.routes):
        return ()
    return tuple(
        Source(name, language, (FOLDER / name).read_text(encoding="utf-8"))
        for name, language in LANGUAGES.items()
    )
