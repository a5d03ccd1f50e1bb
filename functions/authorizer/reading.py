"""Where an issuer's tokens say what: the standard's claims, or those that the tenant's file names."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Path = tuple[str, ...]


def path(claim: str) -> Path:
    """Of a claim by its name, or by a JSON pointer (RFC 6901) into them, such as `/realm_access/roles`."""
    if not claim.startswith("/"):
        return (claim,)
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in claim[1:].split("/"))


@dataclass(frozen=True, slots=True)
class Reading:
    """Where an issuer's tokens say what. Of several claims the first counts that is there and not empty.

    `scope_names` gives our scopes, separated by spaces, for a name of the issuer's; others keep their names.
    The fallbacks count in tokens that have no `aud` or `sub` at all.
    """

    scopes: tuple[Path, ...] = (("scope",), ("scp",))
    scope_names: Mapping[str, str] = field(default_factory=dict)
    audience_fallback: tuple[Path, ...] = ()
    subject_fallback: tuple[Path, ...] = ()
