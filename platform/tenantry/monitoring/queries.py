"""Save the queries that whoever is on call asks first, as CloudWatch Logs Insights has them.

They name no log group: a query takes 50 at most, fewer than a cell has, and no tenant's coming or going
should change them. Each says in its first line which groups to choose.
"""

from typing import NamedTuple

from tenantry.groups import Groups

PLACEHOLDER = "REQUEST-ID"
EVERY_LOG = ("*",)  # stands for all that a request passes


class Query(NamedTuple):
    """`groups`: whose log groups it reads; `access` are the gateway's access logs."""

    key: str
    title: str
    groups: tuple[str, ...]
    commands: str

    @property
    def text(self) -> str:
        where = {"access": "/tenantry/<stack>/<tenant>/access"}
        chosen = [where.get(each, f"/aws/lambda/tenantry_<stack>_<tenant>_{each}") for each in self.groups]
        return f"# Choose {', '.join(chosen)}\n{self.commands}"


OF_EVERY_PLATFORM = (
    Query(
        "failing-calls",
        "Which calls fail now, and why",
        ("access",),
        """filter status like /^[45]/
| stats count(*) as calls, latest(request_id) as example by tenant, status, error, method, route
| sort calls desc""",
    ),
    Query(
        "slow-routes",
        "Which routes are slow",
        ("access",),
        """stats count(*) as calls, pct(latency_ms, 50) as p50, pct(latency_ms, 99) as p99,
    pct(integration_latency_ms, 99) as function_p99 by tenant, method, route
| sort p99 desc""",
    ),
    Query(
        "callers",
        "Who calls, and who is told 429",
        ("access",),
        """fields strcontains(status, "429") as refused
| stats count(*) as calls, sum(refused) as told_429 by tenant, api_key_id, subject
| sort calls desc""",
    ),
    Query(
        "one-request",
        "What happened to one request",
        EVERY_LOG,
        f"""fields @timestamp, @log, level, method, route, status, error, message, reason, cause
| filter @message like "{PLACEHOLDER}"
| sort @timestamp asc""",
    ),
    Query(
        "refused-tokens",
        "Which tokens are refused, and why",
        ("authorizer",),
        """filter message = "refused"
| stats count(*) as refusals by tenant, reason, route
| sort refusals desc""",
    ),
)


def queries(groups: Groups) -> tuple[Query, ...]:
    """Those of every platform, then those that its groups declare, numbered in this order."""
    declared = [each for group in groups for each in group.queries]
    everywhere = ("access", "authorizer", *(member.name for member in groups.members))
    found = [
        *(
            each._replace(groups=everywhere) if each.groups == EVERY_LOG else each
            for each in OF_EVERY_PLATFORM
        ),
        *(Query(each.key, each.title, each.functions, each.commands) for each in declared),
    ]
    return tuple(each._replace(title=f"{number} {each.title}") for number, each in enumerate(found, start=1))


LATEST_FAILURES = """fields @timestamp, method, route, status, error, api_key_id, subject, request_id
| filter status like /^5/
| sort @timestamp desc
| limit 20"""
