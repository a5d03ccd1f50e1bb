"""Answer what the installed groups have together, and which functions and stores a tenant gets of them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from agreed.declarations import Function, Group, Queue, Record, Schedule, Secret, Value
from agreed.metrics import Metric
from agreed.secrets import RUNTIME
from agreed.webhooks import Receiver
from agreed.webhooks import secret as receivers_secret

Options = Mapping[str, Mapping[str, str]]
"""What a tenant's file sets below the names of groups."""

Receivers = Mapping[str, tuple[Receiver, ...]]
"""Those of their events, by group."""

CURSORS = Secret(
    RUNTIME,
    (
        Value(
            "cursor_key",
            "cursors that clients hold are then refused as invalid-cursor; they list from the first page",
            size=(32, 32),
        ),
    ),
    "What cursors are sealed with",
)


@dataclass(frozen=True, slots=True)
class Installed:
    """A group and its folder, where its code, its contract and perhaps its requirements are."""

    group: Group
    folder: Path

    @property
    def name(self) -> str:
        return self.group.name

    @property
    def contract(self) -> Path:
        return self.folder / "openapi.yaml"

    @property
    def requirements(self) -> Path | None:
        file = self.folder / "requirements.txt"
        return file if file.exists() else None


@dataclass(frozen=True, slots=True)
class Member:
    """One function of a group: of its routes, of one of its queues, or of one of its schedules."""

    name: str
    group: Group
    function: Function
    queue: Queue | None = None
    schedule: Schedule | None = None

    @property
    def serves(self) -> bool:
        """Whether the gateway calls it."""
        return self.queue is None and self.schedule is None

    @property
    def reached(self) -> tuple[str, ...]:
        """Names of the queues that it feeds or consumes."""
        return (*self.function.fed, *((self.queue.name,) if self.queue else ()))

    @property
    def knows_receivers(self) -> bool:
        """Whether it feeds or consumes the queue of its group's webhooks."""
        return self.group.webhooks is not None and self.group.webhooks.queue in self.reached

    @property
    def calls_receivers(self) -> bool:
        webhooks, queue = self.group.webhooks, self.queue
        return bool(webhooks and queue and queue.name == webhooks.queue)

    @property
    def handler(self) -> str:
        """Lambda's name for it: `start.<group>` or `start.<group>_<function>`."""
        return f"start.{self.name}" if self.serves else f"start.{self.group.name}_{self.name}"


@dataclass(frozen=True, eq=False)
class Groups:
    """All installed groups, in the order of their names. Each reading of the folders makes another one."""

    installed: tuple[Installed, ...]

    def __iter__(self) -> Iterator[Group]:
        return (each.group for each in self.installed)

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(each.name for each in self.installed)

    @cached_property
    def members(self) -> tuple[Member, ...]:
        """Every function that a tenant can have: those of the routes first."""
        all_ = [member for group in self for member in members(group)]
        return tuple(sorted(all_, key=lambda member: not member.serves))

    @cached_property
    def queues(self) -> tuple[Queue, ...]:
        return tuple(queue for group in self for queue in group.queues)

    @cached_property
    def schedules(self) -> dict[str, Schedule]:
        return {schedule.name: schedule for group in self for schedule in group.schedules}

    @cached_property
    def secrets(self) -> tuple[Secret, ...]:
        return (CURSORS, *(secret for group in self for secret in group.secrets))

    @cached_property
    def metrics(self) -> tuple[Metric, ...]:
        return tuple(metric for group in self for metric in group.metrics)

    def group(self, name: str) -> Group | None:
        return next((group for group in self if group.name == name), None)

    def member(self, name: str) -> Member | None:
        return next((member for member in self.members if member.name == name), None)

    def record(self, group: str, kind: str) -> Record | None:
        found = self.group(group)
        return next((each for each in found.records if each.kind == kind), None) if found else None

    def of_tenant(self, routes: Iterable[str], options: Options, receivers: Receivers) -> tuple[Member, ...]:
        """The functions of a tenant that switches these groups on and sets these options."""
        on = set(routes)
        return tuple(
            member
            for member in self.members
            if member.group.name in on
            and (_there(member, options.get(member.group.name, {})) or _delivers(member, receivers))
        )

    def queues_of(self, routes: Iterable[str], options: Options, receivers: Receivers) -> tuple[Queue, ...]:
        return tuple(member.queue for member in self.of_tenant(routes, options, receivers) if member.queue)

    def secrets_of(self, routes: Iterable[str], options: Options, receivers: Receivers) -> tuple[Secret, ...]:
        """The runtime secret first, which every tenant has; behind each group's, those of its receivers."""
        found = [CURSORS]
        for group in filter(None, map(self.group, routes)):
            for secret in group.secrets:
                if secret.when is None or secret.when.holds(options.get(group.name, {})):
                    found.append(secret)
                if group.webhooks and group.webhooks.secret == secret.name:
                    found += [_of_receiver(secret, each) for each in receivers.get(group.name, ())]
        return tuple(found)


def members(group: Group) -> Iterator[Member]:
    yield Member(group.name, group, group.function)
    for queue in group.queues:
        yield Member(queue.consumer, group, queue.function, queue=queue)
    for schedule in group.schedules:
        yield Member(schedule.name, group, schedule.function, schedule=schedule)


def _there(member: Member, options: Mapping[str, str]) -> bool:
    declared = member.queue or member.schedule
    return declared is None or declared.when is None or declared.when.holds(options)


def _delivers(member: Member, receivers: Receivers) -> bool:
    return member.calls_receivers and bool(receivers.get(member.group.name))


def _of_receiver(secret: Secret, receiver: Receiver) -> Secret:
    name = receivers_secret(secret.name, receiver.name)
    return replace(secret, name=name, description=f"{secret.description} to {receiver.name}", when=None)
