"""The value of an API key, where an operator gives one: it then outlives a move, a return, a new stack."""

import re
from typing import Final

from tenantry.config.tenants import Tenant
from tenantry.errors import WrongInput
from tenantry.problems import meant

MAX_BYTES: Final = 128
_VALUE: Final = re.compile(r"[A-Za-z0-9-]{20,128}")  # API Gateway's bounds; it gives 40 letters and digits

KeyName = tuple[str, str]
"""Of a tenant's slug and its key's name in the file."""


def setting(key: KeyName) -> str:
    """The stack's setting that holds the value, encrypted, without its namespace."""
    return f"apiKey.{'.'.join(key)}"


def checked(value: bytes) -> str:
    """The value without blanks around it.

    Raises:
        WrongInput: API Gateway would not take it. The message does not show it.
    """
    text = value.decode("ascii", errors="replace").strip()
    if not _VALUE.fullmatch(text):
        raise WrongInput("an API key's value has 20 to 128 letters, digits and hyphens; give another one")
    return text


def require_listed(tenant: Tenant, name: str) -> None:
    """Raises WrongInput: its file lists no such key."""
    if name not in tenant.api_keys:
        listed = ", ".join(tenant.api_keys)
        raise WrongInput(
            f"{tenant.slug} has no API key {name}; {meant(name, tenant.api_keys)}it has {listed}"
        )
