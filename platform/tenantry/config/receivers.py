"""Receivers of a group's events, as a tenant's file lists them below the group's name."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, create_model

from agreed.declarations import Webhooks
from agreed.webhooks import NAME, Receiver
from tenantry.config.addresses import Https
from tenantry.config.model import Fault, Model, ModelRule, unrepeated

RECEIVERS = 5  # of a group; with their secrets' ARNs they share a function's environment of 4 KB
URL_LENGTH = 200  # for the same reason
KEY = "webhooks"

Name = Annotated[str, StringConstraints(pattern=f"^{NAME.pattern}$")]
Url = Annotated[Https, StringConstraints(max_length=URL_LENGTH)]


class _Receiver(Model):
    """Takes events of one route group, signed with a secret of its own."""

    rules = (unrepeated("events"),)

    name: Name = Field(
        description="Its name in commands, logs and alarms. Changing the name makes another receiver.",
        examples=["crm"],
    )
    url: Url = Field(description="Where events are posted.", examples=["https://hooks.example.com/contact"])


class Listing(Model):
    """A group's keys in a tenant's file, where the group has events."""

    rules = (unrepeated(KEY, "name"),)


def listing(webhooks: Webhooks) -> tuple[type[Model], Any]:
    """The base of the group's keys, and the field that lists receivers."""
    types: Any = Literal.__getitem__(tuple(event.type for event in webhooks.events))
    said = "; ".join(f"{event.type}: {event.description}" for event in webhooks.events)
    events: Any = (
        Annotated[tuple[types, ...], AfterValidator(_sorted)] | None,
        Field(
            None,
            min_length=1,
            description=f"Which events it takes. Left out: all of them. {said}",
            json_schema_extra={"uniqueItems": True},
        ),
    )
    receiver = create_model("Receiver", __base__=_Receiver, __doc__=_Receiver.__doc__, events=events)
    rules = (*Listing.rules, *([_not_called(webhooks.single)] if webhooks.single else []))
    base = type("Listing", (Listing,), {"rules": rules, "__doc__": Listing.__doc__})
    example = {"name": "crm", "url": "https://hooks.example.com/contact"}
    field = Field(
        (),
        alias=KEY,
        max_length=RECEIVERS,
        description="Where its events go: https webhooks, each signed with a secret of its own.",
        examples=[[example]],
    )
    return base, (tuple[receiver, ...], field)


def receivers(webhooks: Webhooks, listed: Iterable[Any]) -> tuple[Receiver, ...]:
    all_ = tuple(event.type for event in webhooks.events)
    return tuple(Receiver(each.name, each.events or all_, each.url) for each in listed)


def _sorted(events: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(events))


def _not_called(single: str) -> ModelRule:
    def rule(values: Mapping[str, Any]) -> Iterable[Fault]:
        listed = values.get(KEY)
        for index, each in enumerate(listed if isinstance(listed, tuple) else ()):
            if isinstance(each, dict) and each.get("name") == single:
                what = f"is {single}, which is the name of the receiver that {single} sets"
                yield Fault(what, "choose another name", (KEY, index, "name"))

    return rule
