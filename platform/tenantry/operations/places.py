"""Say where a cell runs, and reach it: as a stack on AWS, or on this machine."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import boto3

from tenantry.errors import Failed
from tenantry.operations.aws import refusals_reported
from tenantry.operations.stacks import Stack
from tenantry.operations.trail import kept
from tenantry.operations.trail.trail import Trail
from tenantry.rules.naming import Names


def _no_trail() -> Trail:
    raise Failed("this place keeps no record, so nothing may be changed there")


@dataclass(frozen=True, slots=True)
class Place:
    """`client` makes boto3's client of a service; `cell` is None where the stack's file does not state it.

    `url` is AWS's own address of a stage, by its API's id and its name; `called` says how one by a domain is
    called from here. `trail` finds the record of what is done there; without one, whatever would be recorded
    is refused. `silence` says what it means if nothing answers.
    """

    names: Names
    region: str
    cell: str | None
    words: str
    client: Callable[[str], Any]
    url: Callable[[str, str], str]
    trail: Callable[[], Trail] = _no_trail
    silence: str = "this machine does not reach AWS there; check the network, and the stack's Region"
    called: Callable[[str], str] = str

    def __str__(self) -> str:
        return self.words


def on_aws(stack: Stack, credentials: Mapping[str, str] | None = None, backend: str | None = None) -> Place:
    """With the operator's own credentials, in the stack's Region, unless others are given.

    Args:
        credentials: as boto3's session takes them.
        backend: where the state is, if it is not where the engine finds it by itself.

    Raises:
        Failed: there is no such profile.
    """
    with refusals_reported(stack.region):
        session = boto3.Session(
            region_name=stack.region, **(credentials or {})
        )  # one, so that a role with MFA asks for one code

    def client(service: str) -> Any:
        with refusals_reported(stack.region):
            return session.client(service)

    def url(api: str, stage: str) -> str:
        return f"https://{api}.execute-api.{stack.region}.amazonaws.com/{stage}"

    def arn() -> str:
        with refusals_reported(stack.region):
            return str(client("sts").get_caller_identity()["Arn"])

    def trail() -> Trail:
        return kept.of_stack(stack.names.stack, arn, backend)

    return Place(stack.names, stack.region, stack.cell, str(stack), client, url, trail)
