"""What a tenant's own staff work with: the inbox of contact messages, and the counts of everything."""

from agreed.declarations import COUNT, IDEMPOTENCY, RUNTIME, Function, Group, use

STATES = ("new", "open", "done")  # of contact messages, in the order of the summary

GROUP = Group(
    "tools",
    Function(
        uses=(
            use("contact/message", "batch_get", "get", "query", "update"),
            use("contact/message-state", "delete", "put", "query"),
            use(f"contact/{COUNT}", "query", "update"),
            use(f"items/{COUNT}", "query"),
            use(IDEMPOTENCY, "put"),
        ),
        secrets=(RUNTIME,),
    ),
)
