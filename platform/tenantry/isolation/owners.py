"""Find the owner of what a leak names: another tenant, another account, or nobody in particular."""

import re

from tenantry.isolation.cells import RegisteredCell
from tenantry.isolation.leaks import Leak

_BETWEEN = re.compile(r"[\s,;\"'{}\[\]()]+")
_WORD = re.compile(r"[a-z0-9-]+")
_ACCOUNT = re.compile(r"(?<!\d)\d{12}(?!\d)")


def named(cell: RegisteredCell, leak: Leak) -> str:
    """By what is registered so, and by slugs that stand as whole words, which is how names are joined."""
    text = f"{leak.resource} {leak.by}"
    spelt = set(_BETWEEN.split(text))
    owners = {cell.owner(each) for each in cell.resources if spelt & each.spellings}
    words = set(_WORD.findall(text))
    owners |= {slug for slug in cell.slugs if slug in words}
    others = owners - set(_WORD.findall(leak.who)) - {None}
    accounts = {f"account {each}" for each in _ACCOUNT.findall(text) if each != cell.arns.account}
    return ", ".join(sorted(str(each) for each in others | accounts))
