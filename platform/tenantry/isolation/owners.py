"""Say whose is what a leak names: another tenant's, another account's, or nobody's in particular."""

import re

from tenantry.isolation.cells import RegisteredCell
from tenantry.isolation.leaks import Leak

_WORDS = re.compile(r"[a-z0-9-]+")
_ACCOUNT = re.compile(r"(?<!\d)\d{12}(?!\d)")


def named(cell: RegisteredCell, leak: Leak) -> str:
    """A slug counts as a whole word, which is how names are joined."""
    words = set(_WORDS.findall(f"{leak.resource} {leak.by}"))
    own = set(_WORDS.findall(leak.who))
    tenants = [slug for slug in cell.slugs if slug in words - own]
    accounts = [f"account {each}" for each in set(_ACCOUNT.findall(leak.resource)) - {cell.arns.account}]
    return ", ".join(tenants + sorted(accounts))
