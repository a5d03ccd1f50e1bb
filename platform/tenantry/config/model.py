"""Every model is frozen and strict, refuses unknown keys, and reports all that is wrong with it at once.

Pydantic runs a validator over a whole model only when each of its fields is valid, so one fault would
hide another. The rules of a model therefore look at the values as they were written, beside the
fields' own validation, and the findings of both are joined.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NoReturn, Self, TypeVar

from pydantic import BaseModel, ConfigDict, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from tenantry.problems import shown

K = TypeVar("K")
V = TypeVar("V")

FAULT = "fault"  # pydantic's error type of our own findings


@dataclass(frozen=True, slots=True)
class Fault:
    """A finding that reads `<field> <what>; <remedy>`; `loc` is relative to the model that found it."""

    what: str
    remedy: str
    loc: tuple[int | str, ...] = ()

    def error(self) -> PydanticCustomError:
        return PydanticCustomError(FAULT, "{what}; {remedy}", {"what": self.what, "remedy": self.remedy})


ModelRule = Callable[[Mapping[str, Any]], Iterable[Fault]]
"""Takes the values as written, of which nothing is certain yet."""


class Model(BaseModel):
    # An error's text must not repeat what was written: it may be a private key.
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", hide_input_in_errors=True)

    rules: ClassVar[tuple[ModelRule, ...]] = ()

    @model_validator(mode="wrap")
    @classmethod
    def _report_together(cls, values: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        faults = [fault for rule in cls.rules for fault in rule(values)] if isinstance(values, dict) else []
        errors = [InitErrorDetails(type=fault.error(), loc=fault.loc, input=None) for fault in faults]
        try:
            valid = handler(values)
        except ValidationError as error:
            if not errors:
                raise
            errors += _again(error)
        else:
            if not errors:
                return valid
        raise ValidationError.from_exception_data(cls.__name__, errors, hide_input=True)


def _again(error: ValidationError) -> list[InitErrorDetails]:
    found = []
    for details in error.errors(include_url=False):
        context = details.get("ctx", {})
        kind: str | PydanticCustomError = details["type"]
        if kind == FAULT:
            kind = Fault(context["what"], context["remedy"]).error()
        found.append(InitErrorDetails(type=kind, loc=details["loc"], input=details["input"], ctx=context))
    return found


class Fixed(dict[K, V]):
    """A mapping in a frozen model: it never changes, and so has a hash as the model does."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self.items()))

    def _refused(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("a mapping of a frozen model does not change; copy the model with another")

    __setitem__ = __delitem__ = __ior__ = _refused
    clear = pop = popitem = setdefault = update = _refused


def unrepeated(field: str, member: str | None = None) -> ModelRule:
    """No two items of the list alike or, with `member`, alike in that member."""

    def rule(values: Mapping[str, Any]) -> Iterable[Fault]:
        items = values.get(field)
        seen: set[str] = set()
        for index, item in enumerate(items if isinstance(items, tuple) else ()):
            loc: tuple[int | str, ...] = (field, index)
            if member:
                item, loc = (item.get(member) if isinstance(item, dict) else None), (*loc, member)
            if isinstance(item, str) and item in seen:
                yield Fault(f"repeats {shown(item)}", "name each once", loc)
            elif isinstance(item, str):
                seen.add(item)

    return rule
