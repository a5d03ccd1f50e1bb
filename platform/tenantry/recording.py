"""Record in the stack's outputs what an update was made of, once all that it declares is there.

The engine writes outputs down as soon as their values are known, so those of an update that fails may be new.
"""

import pulumi

from tenantry.wanted import WANTED


class Recording:
    """To be made before the first resource."""

    def __init__(self) -> None:
        self._declared: list[pulumi.Resource] = []
        pulumi.runtime.register_stack_transformation(self._add)

    def export(self, digest: pulumi.Input[str]) -> None:
        """What `tenantry fleet` compares with the files."""
        made = pulumi.Output.all(*(each.urn for each in self._declared))
        pulumi.export(
            WANTED, pulumi.Output.unsecret(pulumi.Output.all(digest, made).apply(lambda each: each[0]))
        )

    def _add(self, arguments: pulumi.ResourceTransformationArgs) -> None:
        self._declared.append(arguments.resource)
