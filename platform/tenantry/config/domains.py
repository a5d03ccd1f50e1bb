"""Addresses that outlive the cell which serves them: a cell's domain, a path of it for each tenant, and a
tenant's own domain.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints

from tenantry.config.addresses import HOST
from tenantry.config.model import Fault, Model
from tenantry.errors import WrongInput

# API Gateway answers these by itself on a custom domain, whatever is mapped there:
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
RESERVED_PATHS = frozenset({"ping", "sping"})
_CERTIFICATE = r"^arn:aws[a-z-]*:acm:[a-z0-9-]+:[0-9]{12}:certificate/[A-Za-z0-9-]+$"


def _domain(text: str) -> str:
    last = text.rpartition(".")
    if not HOST.fullmatch(text) or len(text) > 253 or not last[1] or not re.search("[a-z]", last[2]):
        raise Fault("is not a domain", "write one in lower case and in full, such as api.example.com").error()
    return text


Name = Annotated[
    str,
    AfterValidator(_domain),
    Field(
        json_schema_extra={"pattern": r"^[a-z0-9-]+(\.[a-z0-9-]+)+$"},
        description="The domain itself, such as api.example.com.",
    ),
]
Certificate = Annotated[str, StringConstraints(pattern=_CERTIFICATE)]
ZONE = r"^Z[A-Z0-9]{1,31}$"
Zone = Annotated[str, StringConstraints(pattern=ZONE)]
_OF_CERTIFICATE = (
    "ARN of its certificate in ACM, in the stack's own Region and account. Left out where zone is given: "
    "one is made."
)
_OF_ZONE = (
    "Id of the public hosted zone that answers for the domain, in the stack's own account. The domain's "
    "records are made in it, and its certificate is validated by it unless one is given."
)


def _a_certificate(values: Mapping[str, Any]) -> Iterable[Fault]:
    if not _given(values):
        yield Fault("has no certificate", "give the ARN of one, or the id of its hosted zone")


def _whose_certificate(values: Mapping[str, Any]) -> Iterable[Fault]:
    owned = values.get("owned", True)
    if owned is True and not _given(values):
        remedy = "give the ARN of one, or the id of its hosted zone, or set owned to false"
        yield Fault("has no certificate", remedy)
    if owned is False:
        for name in _given(values):
            yield Fault("belongs to the stack that owns the domain", f"take the {name} out", (name,))


def _given(values: Mapping[str, Any]) -> list[str]:
    return [name for name in ("certificate", "zone") if values.get(name) is not None]


class Domain(Model):
    """A domain of a tenant's own."""

    rules = (_a_certificate,)

    name: Name
    certificate: Certificate | None = Field(None, description=_OF_CERTIFICATE)
    zone: Zone | None = Field(None, description=_OF_ZONE)


class CellDomain(Model):
    """The domain below which each of a cell's tenants has a path, named after the tenant."""

    rules = (_whose_certificate,)

    name: Name
    certificate: Certificate | None = Field(None, description=_OF_CERTIFICATE)
    zone: Zone | None = Field(None, description=_OF_ZONE)
    owned: bool = Field(
        True,
        description="false: another cell of the same account and Region has the domain, and this one only "
        "maps its tenants onto it.",
    )
    default_endpoint: bool = Field(
        True, description="false: the API answers only at its domains, and no longer at AWS's own address."
    )


def closed(cells: CellDomain | None) -> bool:
    """Whether the cell's API refuses every call to AWS's own address."""
    return cells is not None and not cells.default_endpoint


def addresses(slug: str, own: Domain | None, cells: CellDomain | None) -> tuple[str, ...]:
    """The tenant's addresses that stay when another cell serves it; its own domain first."""
    of_its_own = (f"https://{own.name}",) if own else ()
    return (*of_its_own, f"https://{cells.name}/{slug}") if cells else of_its_own


def require_let_go(before: Mapping[str, Iterable[str]], after: Mapping[str, Iterable[str]]) -> None:
    """A name is one domain's alone, and an update creates before it deletes.

    Args:
        before: the lasting addresses that each tenant of a cell had; `after` likewise.

    Raises:
        WrongInput: the update would take a domain from one owner to another.
    """
    had, wanted = _owners(before), _owners(after)
    moved = [name for name in sorted(had.keys() & wanted.keys()) if had[name] != wanted[name]]
    if moved:
        raise WrongInput(
            "\n".join(
                f"the domain {name} cannot move from {had[name]} to {wanted[name]} in one update, which "
                "would create the new one before it deletes the old one; let it go first, in an update of "
                "its own"
                for name in moved
            )
        )


def _owners(addresses: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """By domain. Below the cell's each tenant has a path, and its own domain is all its own."""
    owners = {}
    for slug, own in addresses.items():
        for address in own:
            name, _, path = address.removeprefix("https://").partition("/")
            owners[name] = "the cell" if path else slug
    return owners
