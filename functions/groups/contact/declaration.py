"""Messages of a contact form: taken by an API key alone, stored, and delivered where the tenant says so."""

from typing import Literal, get_args

from agreed.declarations import (
    COUNT,
    IDEMPOTENCY,
    RECEIVER,
    Event,
    Field,
    Function,
    Given,
    Group,
    KeyRoute,
    Metric,
    Option,
    Query,
    Queue,
    Record,
    Secret,
    Value,
    Webhooks,
    use,
)

State = Literal["new", "open", "done"]
STATES: tuple[State, ...] = get_args(State)
DeliveryState = Literal["pending", "delivered", "failed", "gone"]
DELIVERY_STATES: tuple[DeliveryState, ...] = get_args(DeliveryState)

MESSAGE = Record(
    "message",
    fields=(
        Field("created_at", "moment"),
        Field("updated_at", "moment"),
        Field("version", "version"),
        Field("email"),
        Field("name", optional=True),
        Field("subject", optional=True),
        Field("message"),
        Field("state", choices=STATES),
        Field("note", optional=True),
        Field("updated_by", optional=True),
        Field("delivery", choices=DELIVERY_STATES, optional=True),
        Field("delivery_attempts", "number", optional=True),
        Field("delivered_at", "moment", optional=True),
        Field("delivery_error", optional=True),
        Field("deliveries", "deliveries", choices=DELIVERY_STATES, optional=True),
    ),
    counted_by="state",
    listed_by="state",
)
RECEIVERS = Record(
    RECEIVER,
    fields=(
        Field("failing_since", "moment", optional=True),
        Field("off_since", "moment", optional=True),
        Field("reason", optional=True),
    ),
    not_exported="it is how an address is doing now, as this platform reaches it",
)

NOTIFY = Option(
    "notify",
    "email or https",
    "Where contact messages go: an e-mail address, or the https webhook of a file from before `webhooks`.",
    "office@example.com",
)
REDIRECT = Option(
    "redirect",
    "https",
    "The page that a contact form may lead its sender to, by a field `redirect` that holds the same address.",
    "https://www.example.com/thanks",
)
DELIVERY = Secret(
    "delivery",
    (
        Value(
            "webhook_secret",
            "calls are then signed by both for 24 hours: give the receiver the new one within that time",
            size=(24, 64),
            prefix="whsec_",  # Standard Webhooks
            overlaps=True,
        ),
    ),
    "What webhooks are signed with",
    when=Given("notify", "https"),
)

RECEIVED = Metric("ContactsReceived", operations=("sendMessage",))
DELIVERED = Metric("MessagesDelivered", ("tenant",), title="delivered")
FAILED = Metric("DeliveryFailures", ("tenant",), title="failed attempts")
SWITCHED_OFF = Metric("ReceiversSwitchedOff", ("tenant", "receiver"))

EVENT = Event("contact.received", "A visitor has sent a message.")
TEST_EVENT = "contact.test"  # sent by `tenantry webhooks test` alone, whatever a receiver chose
WEBHOOKS = Webhooks(
    events=(EVENT,),
    queue="contact",
    record=MESSAGE.kind,
    secret=DELIVERY.name,
    off=SWITCHED_OFF,
    single=NOTIFY.name,
    single_state="delivery",
)

GROUP = Group(
    "contact",
    Function(
        uses=(
            use(MESSAGE.kind, "put"),
            use(MESSAGE.entries, "put"),
            use(IDEMPOTENCY, "put"),
            use(COUNT, "update"),
        ),
        feeds=("contact",),
    ),
    records=(MESSAGE, RECEIVERS),
    queues=(
        Queue(
            "contact",
            "contact messages",
            "notifier",
            Function(
                uses=(
                    use(MESSAGE.kind, "batch_get", "update"),
                    use(RECEIVERS.kind, "batch_get", "update"),
                ),
                secrets=("delivery",),
                calls=("notify",),
                mails=Given("notify", "email"),
                timeout_seconds=70,
            ),
            when=Given("notify"),
            max_receives=17,  # over three days: `notifier.backoff` says when
            retention_days=8,  # longer than any Retry-After can stretch them
            counts=(DELIVERED, FAILED),
        ),
    ),
    secrets=(DELIVERY,),
    options=(NOTIFY, REDIRECT),
    webhooks=WEBHOOKS,
    metrics=(RECEIVED, DELIVERED, FAILED, SWITCHED_OFF),
    queries=(
        Query(
            "failed-deliveries",
            "Which deliveries fail",
            ("notifier",),
            """fields @timestamp, tenant, message, receiver, reason, cause, receives, rest_seconds, message_id
| filter message in ["not delivered", "broken", "no receiver", "switched off", "unreadable", "not stored"]
| sort @timestamp desc""",
        ),
    ),
    key_routes=(KeyRoute("POST /contact", "visitors of a page write it, and have no token"),),
)
