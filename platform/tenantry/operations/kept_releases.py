"""Read which releases a stack keeps and which its tenants run, wherever these are declared; hand it on."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from tenantry.errors import WrongInput
from tenantry.last_update import INSTEAD_OF, LastUpdate, of_releases
from tenantry.operations.engine import Engine
from tenantry.rules.naming import Names

NOTHING_MORE: Mapping[str, str] = MappingProxyType({})


def of_stack(names: Names, project: Path, environment: Mapping[str, str] = NOTHING_MORE) -> LastUpdate:
    """
    Args:
        project: the folder of Pulumi.yaml.
        environment: as `Engine` has it.

    Raises:
        Failed: the stack's record cannot be read.
    """
    engine = Engine(names.stack, project, environment)
    outputs = engine.outputs(readable=True)
    tenants = dict(outputs.get("tenants", {}))
    if "listed" in outputs:
        there = engine.stacks()
        own = [names.tenant_stack(slug) for slug in outputs["listed"]]
        for stack in (each for each in own if each in there):
            tenants |= Engine(stack, project, environment).outputs().get("tenants", {})
    return of_releases({**outputs, "tenants": tenants})


def write(file: Path, names: Names, last: LastUpdate) -> None:
    """For `read`, by a role that has no right to the state: digests, ids and rights, and no secret."""
    tenants = {slug: {"release": release} for slug, release in last.runs.items()}
    for slug, release in last.instead.items():
        tenants[slug][INSTEAD_OF] = release
    releases = json.dumps([each.as_json() for each in last.releases])
    text = json.dumps({"stack": names.stack, "releases": releases, "tenants": tenants})
    file.write_text(text, encoding="utf-8")


def read(file: Path, names: Names) -> LastUpdate:
    """Raises WrongInput: `write` did not write it for this stack."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        stack, last = found["stack"], of_releases(found)
    except OSError as error:
        raise WrongInput(f"{file} cannot be read: {error.strerror}") from None
    except (AttributeError, KeyError, TypeError, ValueError):
        raise WrongInput(f"{file} is not what `tenantry releases --to` writes; give such a file") from None
    if stack != names.stack:
        raise WrongInput(f"{file} is of stack {stack}; give the one of {names.stack}")
    return last
