"""Read who receives a tenant's events, by webhook or by mail, from the functions that deliver them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from agreed import environment
from agreed.declarations import Group, Queue, Webhooks
from agreed.webhooks import Receiver, of_json
from tenantry.errors import Failed, WrongInput
from tenantry.groups import current
from tenantry.operations.places import Place
from tenantry.problems import unknown


class NoReceivers(Failed):
    """The tenant has no receivers of events here."""


@dataclass(frozen=True, slots=True)
class Deployed:
    """The receivers of one group's events; an option's is the first, called as the option is."""

    tenant: str
    group: Group
    webhooks: Webhooks
    queue: Queue
    function: str
    table: str
    receivers: tuple[Receiver, ...]

    def __contains__(self, name: str) -> bool:
        return any(each.name == name for each in self.receivers)

    def mails(self, name: str) -> bool:
        """Whether that receiver is an e-mail address."""
        return "://" not in self.url(name)

    def url(self, name: str) -> str:
        """The address of one of its receivers. Raises KeyError."""
        return {each.name: each.url for each in self.receivers}[name]


def deployed(place: Place, tenant: str) -> list[Deployed]:
    """By group.

    Raises:
        NoReceivers: it has none.
    """
    found = []
    for group in current():
        for queue in group.queues:
            if group.webhooks and group.webhooks.queue == queue.name:
                function = place.names.function(tenant, queue.consumer)
                said = _environment(place, function)
                if listed := _receivers(group.webhooks, said):
                    table = said[environment.TABLE]
                    found.append(Deployed(tenant, group, group.webhooks, queue, function, table, listed))
    if not found:
        raise NoReceivers(
            f"nobody receives events of {tenant} in {place}; list a receiver in its file, and deploy"
        )
    return found


def chosen(all_: list[Deployed], name: str | None) -> list[Deployed]:
    """With the receiver of that name alone; all, if none is named.

    Raises:
        WrongInput: there is no such receiver.
    """
    if name is None:
        return all_
    if found := [each for each in all_ if name in each]:
        return found
    raise WrongInput(unknown("receiver", name, [known.name for each in all_ for known in each.receivers]))


def host(receiver: Receiver) -> str:
    """Its address without the path, which may be a secret; an e-mail address whole."""
    if "://" not in receiver.url:
        return receiver.url
    parts = urlsplit(receiver.url)
    return f"{parts.scheme}://{parts.netloc}"


def _environment(place: Place, function: str) -> Mapping[str, str]:
    """Empty where there is no such function."""
    client = place.client("lambda")
    try:
        answer: dict[str, Any] = client.get_function_configuration(FunctionName=function)
    except client.exceptions.ResourceNotFoundException:
        return {}
    variables: Mapping[str, str] = answer.get("Environment", {}).get("Variables", {})
    return variables


def _receivers(webhooks: Webhooks, said: Mapping[str, str]) -> tuple[Receiver, ...]:
    types = tuple(event.type for event in webhooks.events)
    single = json.loads(said.get(environment.OPTIONS, "{}")).get(webhooks.single, "")
    by_option = (Receiver(webhooks.single, types, single),) if single else ()
    return (*by_option, *of_json(json.loads(said.get(environment.WEBHOOKS, "[]"))))
