"""Gather what functions are made of: the kit, the authorizer, every group's modules, and the route table."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tenantry import paths
from tenantry.gateway import contract
from tenantry.groups import Groups
from tenantry.groups.sources import modules
from tenantry.packing import artifact, route_table
from tenantry.packing.artifact import Artifact, LambdaTarget


def sources(groups: Groups) -> dict[str, bytes]:
    """By path in the artifact, wherever a group's folder is. A group's tests stay out."""
    own = {
        file.relative_to(paths.FUNCTIONS): file
        for file in modules(paths.FUNCTIONS)
        if not file.is_relative_to(paths.GROUPS) or file.parent == paths.GROUPS
    }
    for installed in groups.installed:
        for file in modules(installed.folder):
            own[Path("groups", installed.name, file.relative_to(installed.folder))] = file
    found = {name.as_posix(): file.read_bytes() for name, file in sorted(own.items())}
    return found | {route_table.FILE: route_table.source(contract.routes(contract.load(groups)))}


def origin(groups: Groups, name: str) -> Path:
    """The file that a module of the artifact comes from, by its path there."""
    top, _, rest = name.partition("/")
    group, _, below = rest.partition("/")
    for installed in groups.installed:
        if top == "groups" and below and installed.name == group:
            return installed.folder / below
    return paths.FUNCTIONS / name


@dataclass(frozen=True, slots=True)
class Packed:
    """What a deployment uploads; `group_layers` are of the groups that have requirements of their own."""

    code: Artifact
    layer: Artifact
    group_layers: Mapping[str, Artifact]

    @property
    def artifacts(self) -> tuple[Artifact, ...]:
        return (self.code, self.layer, *self.group_layers.values())


def pack(groups: Groups, target: LambdaTarget, build: Path = paths.BUILD, *, plain: bool = False) -> Packed:
    """Build what is not built already.

    Args:
        build: where the code is kept; layers, which take a package index, are kept for all.

    Raises:
        ArtifactError, ConfigErrors: what cannot be packed, and why.
    """
    return Packed(
        artifact.code(sources(groups), build, target, plain=plain),
        artifact.layer(paths.LAYER_REQUIREMENTS, paths.BUILD, target, plain=plain),
        group_layers(groups, target, plain=plain),
    )


def group_layers(groups: Groups, target: LambdaTarget, *, plain: bool = False) -> dict[str, Artifact]:
    """By the names of the groups that have requirements of their own. They are packed whole: what the group
    imports of them is not known here.

    Raises:
        ArtifactError: pip could not fetch or verify a package.
    """
    return {
        each.name: artifact.layer(each.requirements, paths.BUILD, target, plain=plain, trimmed=False)
        for each in groups.installed
        if each.requirements
    }
