"""Reach a stack's cell as platform.yaml says: by its role, with its state where that is kept."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import boto3

from tenantry.config.fleet_files import load
from tenantry.config.sites import Site
from tenantry.operations.aws import refusals_reported
from tenantry.wanted import CELL, TENANTS, Project, Values

_LOOPBACK = ("localhost", "127.", "::1")
_VARIABLES = {
    "aws_access_key_id": "AWS_ACCESS_KEY_ID",
    "aws_secret_access_key": "AWS_SECRET_ACCESS_KEY",
    "aws_session_token": "AWS_SESSION_TOKEN",
}


def site(project: Project, stack: str) -> Site:
    """One that says nothing where platform.yaml does not name the cell, and for the local emulator's stack.

    Raises:
        WrongInput: a file cannot be read, or is wrong.
    """
    settings = project.settings(stack)
    if is_emulated(settings):
        return Site()
    return load(project.root / settings.get(TENANTS, "tenants")).sites.cells.get(
        str(settings.get(CELL)), Site()
    )


def is_emulated(settings: Values) -> bool:
    """Whether a stack's provider is sent to this machine."""
    return any(
        (urlsplit(address).hostname or "").startswith(_LOOPBACK)
        for address in _texts(settings.get("aws:endpoints"))
    )


def credentials(site: Site, region: str) -> dict[str, str]:
    """Of its role, for an hour; none where it has no role, and this process's own are used."""
    if site.role is None:
        return {}
    with refusals_reported(region):
        answer = boto3.client("sts", region_name=region).assume_role(
            RoleArn=site.role, RoleSessionName="tenantry-fleet"
        )
    found = answer["Credentials"]
    values = (found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])
    return dict(zip(_VARIABLES, values, strict=True))


def environment(site: Site, region: str) -> dict[str, str]:
    """The engine's, with those credentials."""
    backend = {"PULUMI_BACKEND_URL": site.backend} if site.backend else {}
    return backend | {_VARIABLES[name]: value for name, value in credentials(site, region).items()}


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for each in value.values():
                yield from _texts(each)
        case list():
            for each in value:
                yield from _texts(each)
