"""What a route group declares of itself: plain frozen data, from which both sides derive the rest.

A group's `declaration.py` makes one `Group`, `GROUP`, of these and imports nothing else beside the standard
library. The group is called as its folder is; routes, scopes and schemas stand in its `openapi.yaml`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

# These stand apart because the authorizer needs none of what follows here, and each frozen dataclass takes a
# millisecond of a cold start.
from agreed.metrics import Metric as Metric
from agreed.secrets import RECEIVER_MARK
from agreed.secrets import RUNTIME as RUNTIME
from agreed.secrets import SIGNING as SIGNING

Action = Literal["batch_get", "delete", "get", "put", "query", "update"]
Form = Literal["deliveries", "document", "flag", "moment", "number", "text", "version"]
OptionForm = Literal["email", "email or https", "https", "text"]

IDEMPOTENCY = "idempotency"  # kind of the records that make a repeated request answer as the first did
COUNT = "count"  # kind of the records that count others
RECEIVER = "receiver"  # kind of the records of how a tenant's receivers of webhooks are doing


@dataclass(frozen=True, slots=True)
class Field:
    """An attribute of a record beside its keys; an import checks it as if an enemy had written it.

    Attributes:
        form: "document" is a JSON object as text, "moment" RFC 3339 in UTC with milliseconds, "version" a
            number from 1 on, "deliveries" how the record's delivery to each receiver went
            (`agreed.webhooks`).
        choices: the only texts that it may hold; of "deliveries", their states; empty for any.
        excluded: members that a document may not have, since the API adds its own under these names.
    """

    name: str
    form: Form = "text"
    choices: tuple[str, ...] = ()
    optional: bool = False
    excluded: tuple[str, ...] = ()

    @property
    def type(self) -> Literal["BOOL", "M", "N", "S"]:
        """The attribute's, in DynamoDB."""
        if self.form == "deliveries":
            return "M"
        return "BOOL" if self.form == "flag" else "N" if self.form in ("number", "version") else "S"


@dataclass(frozen=True, slots=True)
class Record:
    """A kind of record that a group keeps, one item of the table each; the sort key is its id.

    Attributes:
        kind: with tenant and group, the partition key: `<tenant>#<group>#<kind>`.
        subset: what the partition key goes on with, such as "collection"; empty where it ends there. Subsets
            are found by their counts, so a kind that has some is counted by them.
        counted_by: the field, or the subset, whose values are counted; empty where nothing is.
        listed_by: the field by whose values records are listed: each value has a partition of entries.
        chosen_ids: whether clients may choose its ids; else they are all ULIDs of the server's.
        not_exported: why an export leaves it out; empty where it is exported.
        expires: whether DynamoDB deletes it by its attribute `expires_at`.
    """

    kind: str
    fields: tuple[Field, ...] = ()
    subset: str = ""
    counted_by: str = ""
    listed_by: str = ""
    chosen_ids: bool = False
    not_exported: str = ""
    expires: bool = False

    @property
    def entries(self) -> str:
        """The kind of the entries that list its records; empty where `listed_by` is."""
        return f"{self.kind}-{self.listed_by}" if self.listed_by else ""

    def field(self, name: str) -> Field:
        """Raises KeyError: there is no such field."""
        return {each.name: each for each in self.fields}[name]


@dataclass(frozen=True, slots=True)
class Use:
    """Actions of a function on the records of one kind.

    Attributes:
        kind: of its own group's records, their entries (`message-state`), `COUNT` or `IDEMPOTENCY`; of
            another group's, with its name before a slash (`contact/message`). A use of a group that is not
            there grants nothing.
        listed: whether it grants nothing either where the tenant's file does not list that other group.
    """

    kind: str
    actions: tuple[Action, ...]
    listed: bool = False

    @property
    def of(self) -> str:
        """The other group; empty where it is the function's own."""
        return self.kind.rpartition("/")[0]


def use(kind: str, *actions: Action, listed: bool = False) -> Use:
    return Use(kind, actions, listed)


@dataclass(frozen=True, slots=True)
class Given:
    """Holds for a tenant whose file sets the group's option, in that form if one is named."""

    option: str
    form: Literal["", "email", "https"] = ""

    def holds(self, options: Mapping[str, str]) -> bool:
        value = options.get(self.option)
        if not value or not self.form:
            return bool(value)
        return ("://" in value) == (self.form == "https")


@dataclass(frozen=True, slots=True)
class Value:
    """A value in a secret: random bytes in base64 behind a prefix, or whatever an operator sets.

    Attributes:
        size: least and most random bytes; None for text that only an operator can know.
        starts_with: how many random bytes the platform makes at first.
        after: what a change of the value does.
        overlaps: the value before stays beside the new one, for the reader to bound.
    """

    name: str
    after: str
    size: tuple[int, int] | None = None
    starts_with: int = 32
    prefix: str = ""
    overlaps: bool = False


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret of the tenant's in Secrets Manager, a JSON object of values by name.

    Attributes:
        when: None for every tenant that has the group.
    """

    name: str
    values: tuple[Value, ...]
    description: str
    when: Given | None = None


@dataclass(frozen=True, slots=True)
class Function:
    """What one function may do and needs; nothing more is granted to its role.

    Attributes:
        secrets: names of the secrets that it reads: its group's own, `RUNTIME`, or `SIGNING`, by which it may
            issue tokens of the tenant's; a group with such a function needs managed keys.
        feeds: names of queues that it puts messages into: its group's, or another group's with that group's
            name before a slash (`contact/contact`), whose records it then uses too.
        calls: addresses beyond AWS that it may call: https origins, or names of the group's options that
            hold one.
        mails: where it may send mail from the platform's sender through SES.
        oversees: whether it reads its tenant's access log and what the usage plan has counted, and knows the
            tenant's limits, the names of its API keys and the groups that its file lists; of a route's
            function alone.
        memory_mb: None takes the tier's.
        timeout_seconds: of a route's function far below the gateway's 29 s, so that the client is answered.
    """

    uses: tuple[Use, ...] = ()
    secrets: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    mails: Given | None = None
    oversees: bool = False
    memory_mb: int | None = None
    timeout_seconds: int = 10

    @property
    def fed(self) -> tuple[str, ...]:
        """The names of the queues that it feeds; no two groups have one of the same name."""
        return tuple(each.rpartition("/")[2] for each in self.feeds)

    def reads(self, secret: str) -> bool:
        """Whether it reads this secret of the tenant's: one that it names, or a receiver's one like it."""
        return secret.partition(RECEIVER_MARK)[0] in self.secrets


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue of the tenant's, its dead letters, and the function that takes from it.

    Attributes:
        holds: what waits in it, for people, such as "contact messages".
        consumer: name of the function; its code is `<consumer>/handler.py` below the group's folder.
        when: None for every tenant that has the group; a suspended tenant's queue is worked off all the same.
            Whatever it says, the queue of `Group.webhooks` is there for a tenant with receivers.
        max_receives: after so many the message is a dead letter.
        concurrency: the most batches at once; AWS takes 2 at least.
        counts: metrics by tenant alone by which the consumer counts the messages that it took. An alarm
            watches the first, of those that succeeded. Its invocations stand for all where there are none.
    """

    name: str
    holds: str
    consumer: str
    function: Function
    when: Given | None = None
    batch: int = 10
    max_receives: int = 12
    retention_days: int = 4
    concurrency: int = 2
    counts: tuple[Metric, ...] = ()


@dataclass(frozen=True, slots=True)
class Schedule:
    """A function that runs by the clock, once a tenant.

    Attributes:
        name: of the function; its code is `<name>/handler.py` below the group's folder.
        rate: EventBridge's expression, such as "rate(1 hour)" or "cron(0 3 * * ? *)", in UTC.
    """

    name: str
    rate: str
    function: Function
    when: Given | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """A key below the group's name in a tenant's file."""

    name: str
    form: OptionForm
    description: str
    example: str


@dataclass(frozen=True, slots=True)
class Event:
    """A kind of event that receivers may choose, such as "contact.received"."""

    type: str
    description: str


@dataclass(frozen=True, slots=True)
class Webhooks:
    """Receivers of a group's events: a tenant's file lists them below the group's name, as `webhooks`.

    Attributes:
        queue: name of the group's queue. Its entries are a record and a receiver; its consumer delivers.
        record: kind of the records that events tell of; one of its fields is of the form "deliveries".
        secret: name of the group's secret; each receiver gets another one like it, `<secret>-<receiver>`.
        single: the option that may hold the address of one more receiver, which is called as the option is
            and reads the secret itself; empty where there is none.
        single_state: the field of the record that keeps the state of the delivery there.
        off: counted by tenant and receiver, when one is switched off and for what ends because it is.
    """

    events: tuple[Event, ...]
    queue: str
    record: str
    secret: str
    off: Metric
    single: str = ""
    single_state: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """A query of CloudWatch Logs Insights that is saved for whoever is on call.

    Attributes:
        functions: names of the group's functions whose logs it reads.
    """

    key: str
    title: str
    functions: tuple[str, ...]
    commands: str


@dataclass(frozen=True, slots=True)
class KeyRoute:
    """A route that an API key opens without a token, and why it may."""

    route: str
    reason: str


@dataclass(frozen=True, slots=True)
class PageRoute:
    """A route of web pages: a browser that is led there sends neither key nor token, so the group's code says
    who may read it, by what the reason names. Clients' documents leave it out."""

    route: str
    reason: str


@dataclass(frozen=True, slots=True)
class Group:
    """A route group, whole.

    Attributes:
        name: the folder's; 2 to 10 of a-z and 0-9, a letter first, since names of functions hold it.
        function: of the group's routes.
        tenants: the only ones that may switch it on; None for any.
        webhooks: None where it has no events.
    """

    name: str
    function: Function
    records: tuple[Record, ...] = ()
    queues: tuple[Queue, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    secrets: tuple[Secret, ...] = ()
    options: tuple[Option, ...] = ()
    metrics: tuple[Metric, ...] = ()
    queries: tuple[Query, ...] = ()
    key_routes: tuple[KeyRoute, ...] = ()
    page_routes: tuple[PageRoute, ...] = ()
    tenants: tuple[str, ...] | None = None
    webhooks: Webhooks | None = None

    @property
    def signs(self) -> bool:
        """Whether one of its functions may sign tokens."""
        workers = [*(each.function for each in self.queues), *(each.function for each in self.schedules)]
        return any(SIGNING in each.secrets for each in (self.function, *workers))
