"""Rotate a tenant's keys by editing its file: add a name, let both work, retire the old one.

The file is replaced as a whole, and only by one that the loader takes.
"""

import os
import re
import stat
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from tenantry.config import key_lists
from tenantry.config.auth import MANAGED_KEYS
from tenantry.config.loader import read_platform
from tenantry.config.slugs import KEY_PATTERN, KEY_RULE
from tenantry.config.survey import content, survey
from tenantry.config.tenants import API_KEYS, Tenant
from tenantry.errors import Failed, WrongInput
from tenantry.problems import ConfigErrors, Loc, Problem, dotted

KeyKind = Literal["api", "signing"]
KINDS: tuple[KeyKind, ...] = ("api", "signing")


class Changed(Failed):
    """Somebody else wrote the file between reading it and replacing it."""


_LISTS: dict[KeyKind, Loc] = {"api": ("api_keys",), "signing": ("auth", "managed", "keys")}
_RETIRED: dict[KeyKind, Loc] = {kind: ("retired", f"{kind}_keys") for kind in KINDS}
_MOST: dict[KeyKind, int] = {"api": API_KEYS, "signing": MANAGED_KEYS}


@dataclass(frozen=True, slots=True)
class Rotation:
    """A step that is in the file now; `names` are those that the file lists after it.

    `beside` are problems of other files, which did not prevent the step.
    """

    tenant: str
    file: Path
    kind: KeyKind
    name: str
    names: tuple[str, ...]
    beside: tuple[Problem, ...]


def keys(tenant: Tenant, kind: KeyKind) -> tuple[str, ...]:
    """In the file's order; of the signing keys, the last signs new tokens. None in another mode."""
    if kind == "api":
        return tenant.api_keys
    return tenant.auth.managed.keys if tenant.auth.managed else ()


def retired(tenant: Tenant, kind: KeyKind) -> tuple[str, ...]:
    """Names of keys that were in use once."""
    return tenant.retired.api_keys if kind == "api" else tenant.retired.signing_keys


def add(folder: Path, slug: str, kind: KeyKind, name: str | None, today: date) -> Rotation:
    """List a name after those that are there; None takes one made of the date.

    Raises:
        ConfigErrors: the tenant's file is wrong already, or tiers.yaml.
        WrongInput: there is no such tenant, it cannot have the key, or its list is left to people.
        Changed: somebody else changed the file meanwhile.
        Failed: the folder cannot be written. In all cases, the file is as it was.
    """
    opened = _open(folder, slug, kind)
    name = _proposed((*opened.names, *opened.retired), today) if name is None else name
    if not re.fullmatch(KEY_PATTERN[1:-1], name):
        raise WrongInput(f"{name!r} cannot be a key's name; use {KEY_RULE}")
    if name in opened.names:
        raise WrongInput(f"{opened} lists {name} already; it lists {', '.join(opened.names)}")
    if name in opened.retired:
        raise WrongInput(f"{opened.file} says that {name} is retired; choose another name")
    if len(opened.names) >= _MOST[kind]:
        raise WrongInput(f"{opened} lists {len(opened.names)} keys, which is the maximum; retire one first")
    return opened.written(name, key_lists.added(str(opened.file), opened.content, opened.loc, name))


def retire(folder: Path, slug: str, kind: KeyKind, name: str) -> Rotation:
    """Take a name out of those in use, and list it among those that were. Raises as `add` does."""
    opened = _open(folder, slug, kind)
    if name not in opened.names:
        raise WrongInput(f"{opened} does not list {name!r}; it lists {', '.join(opened.names)}")
    if len(opened.names) == 1:
        raise WrongInput(f"{name} is the last key that {opened} lists; add its successor first, and deploy")
    file = str(opened.file)
    rest = key_lists.retired(file, opened.content, opened.loc, name)
    return opened.written(name, key_lists.listed(file, rest, _RETIRED[kind], name))


def can_retire(tenant: Tenant, kind: KeyKind, name: str) -> bool:
    """Whether the name is in use, and is not the last one."""
    return name in (names := keys(tenant, kind)) and len(names) > 1


@dataclass(frozen=True, slots=True)
class _Opened:
    """A tenant's file as it was read and found valid."""

    folder: Path
    file: Path
    content: bytes
    tenant: Tenant
    kind: KeyKind

    def __str__(self) -> str:
        return f"{self.file}: {dotted(self.loc)}"

    @property
    def loc(self) -> Loc:
        return _LISTS[self.kind]

    @property
    def names(self) -> tuple[str, ...]:
        return keys(self.tenant, self.kind)

    @property
    def retired(self) -> tuple[str, ...]:
        return retired(self.tenant, self.kind)

    def written(self, name: str, edited: bytes) -> Rotation:
        slug = self.tenant.slug
        platform, beside = read_platform(self.folder, {self.file: edited}).around(slug)
        tenant = platform.tenant(slug)
        try:
            _replace(self.file, self.content, edited)
        except OSError as error:
            raise Failed(f"{self.file} cannot be replaced: {error.strerror}; nothing was changed") from error
        return Rotation(slug, self.file, self.kind, name, keys(tenant, self.kind), beside)


def _open(folder: Path, slug: str, kind: KeyKind) -> _Opened:
    """What is edited is what was checked: the loader is given the very bytes."""
    file = next((each.path for each in survey(folder).tenants if each.slug == slug), None)
    found = content(file) if file else b""
    if isinstance(found, Problem):
        raise ConfigErrors([found])
    platform, _ = read_platform(folder, {file: found} if file else {}).around(slug)
    tenant = platform.tenant(slug)
    if kind == "signing" and tenant.auth.managed is None:
        what = f"{slug} is in {tenant.auth.mode} mode: its tokens are signed elsewhere"
        raise WrongInput(f"{what}; only signing keys of managed mode are rotated here")
    return _Opened(folder, folder / tenant.cell / f"{slug}.yaml", found, tenant, kind)


def _replace(file: Path, before: bytes, after: bytes) -> None:
    """In one step: a concurrent reader finds the old file or the new one, never a part of one."""
    # A hidden file is not part of the platform, so a check that runs meanwhile passes this one over.
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as written:
            os.fchmod(written.fileno(), stat.S_IMODE(file.stat().st_mode))
            written.write(after)
            written.flush()
            os.fsync(written.fileno())
        if content(file) != before:
            raise Changed(f"{file} has changed since it was read; nothing was written, run the command again")
        part.replace(file)
    except BaseException:  # Ctrl-C too: nothing may stay behind
        part.unlink(missing_ok=True)
        raise


def _proposed(listed: tuple[str, ...], today: date) -> str:
    month = f"{today:%Y-%m}"
    candidates = (month, *(f"{month}-{number}" for number in range(2, len(listed) + 2)))
    return next(each for each in candidates if each not in listed)
