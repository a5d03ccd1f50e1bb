"""The fields of a file that operators write, by their full names, such as `auth.jwks.keys[].x`."""

from collections.abc import Iterator
from typing import Any

from tenantry.config.model import Model

BY_NAME = {"tiers": ".<name>", "cells": ".<cell>"}


def fields(model: type[Model], prefix: str = "") -> Iterator[str]:
    """Each before those that are in it."""
    for own, field in model.model_fields.items():
        name = field.alias or own
        yield f"{prefix}{name}"
        kind = str(field.annotation)
        step = "[]" if "tuple[" in kind else BY_NAME.get(name, "") if "dict[" in kind else ""
        for inner in models_in(field.annotation):
            yield from fields(inner, f"{prefix}{name}{step}.")


def leaves(model: type[Model]) -> list[str]:
    """Those that hold values, and no further fields."""
    names = list(fields(model))
    return [name for name in names if not any(each.startswith((f"{name}.", f"{name}[].")) for each in names)]


def models_in(annotation: Any) -> Iterator[type[Model]]:
    if isinstance(annotation, type) and issubclass(annotation, Model):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from models_in(argument)
