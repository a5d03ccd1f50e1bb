"""Refuse the options of a resource that the local engine would drop."""

from typing import Any

from tenantry.rules.kinds import Kind

OBEYED = frozenset(
    {
        "custom",
        "dependencies",
        "ignoreChanges",
        "importId",
        "name",
        "object",
        "parent",
        "propertyDependencies",
        "retainOnDelete",
        "type",
    }
)
# What the SDK sends of itself, and secret outputs: the whole record is as secret as they are.
HARMLESS = frozenset(
    {
        "acceptResources",
        "acceptSecrets",
        "accepts_byte_string",
        "additionalSecretOutputs",
        "aliases",
        "hooks",
        "parentStackTraceHandle",
        "sourcePosition",
        "stackTrace",
        "supportsPartialValues",
        "supportsResultReporting",
        "version",
    }
)


def refuse_options(request: Any, row: Kind) -> None:
    """Raises NotImplementedError: an option, or what it names, is not known here.

    Args:
        request: the registration, as the SDK sends it.
    """
    given = {option.name for option, _ in request.ListFields()}
    strange = [f"the option {name}" for name in sorted(given - OBEYED - HARMLESS)]
    strange += [
        f"{name} as a secret output"
        for name in request.additionalSecretOutputs
        if name not in row.secret_outputs
    ]
    inputs = {path.partition(".")[0] for path in row.understood}
    strange += [f"{name} as an input to ignore" for name in request.ignoreChanges if name not in inputs]
    if strange:
        raise NotImplementedError(
            f"the local platform does not know {', '.join(strange)}; leave it out, or state it in "
            "tenantry/local/engine/options.py or in the type's row in tenantry/rules/kinds"
        )
