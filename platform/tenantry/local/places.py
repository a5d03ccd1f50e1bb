"""The local platform as a place, so that what works on AWS works on it by the same code."""

from functools import partial

from tenantry.local.clients import REGION, domain_url, stage_url
from tenantry.local.state import LocalPlatform
from tenantry.operations.places import Place
from tenantry.operations.trail import kept
from tenantry.rules.naming import Names


def place(platform: LocalPlatform) -> Place:
    return Place(
        names=Names(platform.cell),
        region=REGION,
        cell=platform.cell,
        words=f"the local platform {platform.endpoint}",
        client=platform.root_session().client,
        url=partial(stage_url, platform.endpoint),
        called=partial(domain_url, platform.endpoint),
        trail=partial(kept.of_cell, platform.cell),
        silence="it has ended; `tenantry up` starts it again, with what it kept",
    )
