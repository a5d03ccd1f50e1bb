"""A tenant's life, and its keys', as its file declares it: what ends is named before it goes."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints

from tenantry.config.model import Fault, Model, unrepeated
from tenantry.config.slugs import KeyName
from tenantry.problems import shown

Status = Literal["active", "suspended", "offboarding", "removed"]
ENDING: tuple[Status, ...] = ("offboarding", "removed")


def _is_a_day(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise Fault("is not a day of the calendar", "write YEAR-MONTH-DAY").error() from None
    return text


Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$"), AfterValidator(_is_a_day)]


class Retired(Model):
    """Names of keys that are out of use for good."""

    rules = (unrepeated("api_keys"), unrepeated("signing_keys"))

    api_keys: tuple[KeyName, ...] = Field(
        (), description="API keys that were in use once.", json_schema_extra={"uniqueItems": True}
    )
    signing_keys: tuple[KeyName, ...] = Field(
        (), description="Signing keys that were in use once.", json_schema_extra={"uniqueItems": True}
    )


def ends_when_it_says(values: Mapping[str, Any]) -> Iterable[Fault]:
    status, until = values.get("status"), values.get("until")
    if status in ENDING and until is None:
        yield Fault(
            f"is {status}, and until is missing", "add the last day on which its data is kept", ("status",)
        )
    if until is not None and status not in ENDING:
        yield Fault(
            "is set, but the tenant is neither offboarding nor removed",
            "take it out, or offboard the tenant",
            ("until",),
        )


def retired_are_out_of_use(values: Mapping[str, Any]) -> Iterable[Fault]:
    retired, auth = values.get("retired"), values.get("auth")
    managed = auth.get("managed") if isinstance(auth, dict) else None
    in_use = {
        "api_keys": values.get("api_keys"),
        "signing_keys": managed.get("keys") if isinstance(managed, dict) else None,
    }
    for field, names in in_use.items():
        listed = retired.get(field) if isinstance(retired, dict) else None
        for index, name in enumerate(listed if isinstance(listed, tuple) else ()):
            if isinstance(names, tuple) and name in names:
                what = f"is {shown(name)}, which is also in use"
                yield Fault(what, "take it out of one of the two lists", ("retired", field, index))
