"""The portal: web pages on which a tenant's developers see their calls, deliveries, usage and keys, and keep
the clients of its token endpoint.

`tenantry portal` prints the link that opens it.
"""

from agreed import clients, portal
from agreed.declarations import Function, Group, PageRoute, Query, Record, Secret, Value, use

SESSION, FORM = "session", "form"  # what is sealed under the key, beside links
SESSION_SECONDS = 4 * 3_600

USED = Record(
    "link",
    chosen_ids=True,
    expires=True,
    not_exported="a link opens the portal once, for minutes",
)
KEY = Secret(
    "portal",
    (
        Value(
            portal.KEY,
            "links and sessions of the portal end then; make a new link",
            size=(32, 64),
        ),
    ),
    "What links and sessions of the portal are sealed with",
)
SIGNED_IN = "a session opens it, which begins with a signed link"

GROUP = Group(
    portal.GROUP,
    Function(
        uses=(
            use(USED.kind, "put"),
            use("contact/message", "get", "query"),
            use(f"{clients.GROUP}/{clients.CLIENT}", "delete", "get", "put", "query", "update", listed=True),
        ),
        secrets=(KEY.name,),
        feeds=("contact/contact",),
        oversees=True,
    ),
    records=(USED,),
    secrets=(KEY,),
    queries=(
        Query(
            "changed-clients",
            "Which clients were changed in portals",
            (portal.GROUP,),
            """fields @timestamp, tenant, message, client, session, request_id
| filter message in ["client made", "client rolled", "client ended", "client removed"]
| sort @timestamp desc""",
        ),
    ),
    page_routes=(
        PageRoute("GET /portal/enter", "it asks whether to sign in by a signed link, and shows nothing else"),
        PageRoute("POST /portal/enter", "a signed link opens it, once"),
        PageRoute("POST /portal/leave", "it ends the session of whoever asks"),
        PageRoute("GET /portal/usage", SIGNED_IN),
        PageRoute("GET /portal/calls", SIGNED_IN),
        PageRoute("GET /portal/deliveries", SIGNED_IN),
        PageRoute("POST /portal/deliveries", SIGNED_IN),
        PageRoute("GET /portal/clients", SIGNED_IN),
        PageRoute("POST /portal/clients", "a session opens it whose link was made for changing clients"),
    ),
)
