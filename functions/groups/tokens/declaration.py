"""Tokens: a program exchanges its id and secret for a token, signed by the tenant's newest managed key."""

from agreed import clients
from agreed.declarations import SIGNING, Field, Function, Group, KeyRoute, Query, Record, use

CLIENTS = Record(
    clients.CLIENT,
    fields=(
        Field(clients.CREATED_AT, "moment"),
        Field(clients.SCOPES),
        Field(clients.SECRET),
        Field(clients.EARLIER, optional=True),
        Field(clients.EARLIER_UNTIL, "moment", optional=True),
        Field(clients.ENDS_AT, "moment", optional=True),
        Field(clients.USED_AT, "moment", optional=True),
    ),
    chosen_ids=True,
    not_exported="whoever wrote a file could let themselves in by it",
)
FAILURE = Record(
    "failure",
    fields=(Field("failures", "number"),),
    chosen_ids=True,
    not_exported="it counts the failures of one minute",
    expires=True,
)

GROUP = Group(
    clients.GROUP,
    Function(
        uses=(use(CLIENTS.kind, "get", "update"), use(FAILURE.kind, "update")),
        secrets=(SIGNING,),
    ),
    records=(CLIENTS, FAILURE),
    queries=(
        Query(
            "refused-clients",
            "Which clients get no token",
            ("tokens",),
            """fields @timestamp, tenant, client, error, reason, request_id
| filter message = "token refused"
| sort @timestamp desc""",
        ),
    ),
    key_routes=(KeyRoute("POST /token", "it is where tokens come from; a client's secret opens it"),),
)
