"""What watches, as expected: alarms, dashboards, saved queries, topics, and what the cell may cost."""

from collections.abc import Iterator
from typing import Any

from tenantry.components.budget import NOTICES
from tenantry.gateway import contract
from tenantry.groups import current
from tenantry.isolation.expected.expectation import SHOWN, Expected, Inputs, Place, TenantPlace
from tenantry.monitoring import alarms, cell_alarms, dashboards, watched
from tenantry.monitoring.alarms import UNHEALTHY, Alarm, Input
from tenantry.monitoring.queries import queries
from tenantry.rules import policies
from tenantry.rules.kinds import tokens


def of_cell(at: Place) -> Iterator[Expected]:
    cell, names, arns, budget = at.cell.config, at.names, at.arns, at.deployment.budget
    yield from _topic(at, cell.name, names.cell, names.cell if budget else None)
    if budget:
        yield _budget(at, budget)
    tenants = [watched.of_tenant(names, each, contract.installed_routes()) for each in cell.tenants]
    for alarm in cell_alarms.of_cell(names, tenants):
        notified = [arns.topic(names.cell)]
        yield _alarm(at, cell.name, names.cell_alarm(alarm.name), alarm, notified)
    for query in queries(current()):
        inputs = {"name": names.query(query.title), "queryString": query.text}
        yield at.expected(tokens.QUERY_DEFINITION, f"{cell.name}.{query.key}", inputs)
    yield from _dashboards(at)


def of_tenant(at: TenantPlace) -> Iterator[Expected]:
    slug, names, tenant = at.slug, at.names, at.tenant
    own = watched.of_tenant(names, tenant, contract.installed_routes())
    notified = [at.arns.topic(names.cell)]
    if tenant.alarms.email:
        physical = names.tenant(slug)
        yield from _topic(at, slug, physical)
        topic = at.arns.topic(physical)
        inputs = {"topic": topic, "protocol": "email", "endpoint": tenant.alarms.email}
        yield at.expected(tokens.TOPIC_SUBSCRIPTION, slug, inputs)
        notified.append(topic)
    declared = alarms.of_tenant(own)
    for alarm in declared:
        physical = names.alarm(slug, alarm.name)
        yield _alarm(at, slug, physical, alarm, notified if alarm.lasting else [])
    if tenant.tier.monitoring.alarms == "own":
        yield _composite(at, declared, notified)
    if tenant.tier.dashboard == "dedicated":
        body = dashboards.of_tenant(at.arns, names, own, at.deployment.runbooks)
        yield _dashboard(at, slug, names.tenant(slug), body)


def _composite(at: TenantPlace, declared: list[Alarm], notified: list[str]) -> Expected:
    slug, names = at.slug, at.names
    joined = [names.alarm(slug, alarm.name) for alarm in declared if not alarm.lasting]
    return at.expected(
        tokens.COMPOSITE_ALARM,
        f"{slug}.{UNHEALTHY}",
        {
            "alarmName": names.alarm(slug, UNHEALTHY),
            "alarmDescription": alarms.unhealthy(slug, at.deployment.runbooks),
            "alarmRule": alarms.rule(joined),
            "alarmActions": notified,
            "okActions": notified,
            "tags": at.tags,
        },
    )


def _dashboards(at: Place) -> Iterator[Expected]:
    cell, names, arns, routes = at.cell.config, at.names, at.arns, contract.installed_routes()
    shown = {each.slug: watched.of_tenant(names, each, routes) for each in cell.tenants}
    bodies = dashboards.of_cell(arns, names, cell.name, shown.values())
    for page, body in enumerate(bodies, start=1):
        logical = cell.name if page == 1 else f"{cell.name}.{page}"
        yield _dashboard(at, logical, names.cell_dashboard(page), body)
    sharing = [each for each in cell.tenants if each.tier.dashboard == "shared"]
    if sharing:
        any_tenant = watched.of_any(names, sharing, routes)
        own = [shown[each.slug] for each in sharing]
        body = dashboards.shared(arns, names, any_tenant, own, at.deployment.runbooks)
        yield _dashboard(at, f"{cell.name}.tenants", names.shared_dashboard, body)


def _dashboard(at: Place, logical: str, name: str, body: dashboards.Body) -> Expected:
    return at.expected(tokens.DASHBOARD, logical, {"dashboardName": name, "dashboardBody": body})


def _topic(at: Place, logical: str, name: str, budget: str | None = None) -> Iterator[Expected]:
    """Open to this stack's alarms, and to its budget where that notifies people by it."""
    topic, account = at.arns.topic(name), at.arns.account
    policy = policies.alarm_topic(topic, account, at.arns.alarm(at.names.tenant("*")))
    if budget:
        notices = policies.budget_notices(topic, account, at.arns.budget(budget))
        policy = policies.extended(policy, [notices])
    yield at.expected(tokens.TOPIC, logical, {"name": name, "tags": at.tags})
    yield at.expected(tokens.TOPIC_POLICY, logical, {"arn": topic, "policy": policy})


def _alarm(at: Place, whose: str, name: str, alarm: Alarm, notified: list[str]) -> Expected:
    """Its description sends people to a page, so that is compared too."""
    logical = f"{whose}.{alarm.name}"
    inputs = {
        "name": name,
        "alarmDescription": alarm.described(whose, at.deployment.runbooks),
        "evaluationPeriods": alarm.periods,
        "threshold": alarm.threshold,
        "comparisonOperator": alarm.comparison,
        "treatMissingData": alarm.missing_data,
        "alarmActions": notified,
        "okActions": notified,
        "tags": at.tags,
        **_looked_at(alarm),
    }
    return at.expected(tokens.METRIC_ALARM, logical, inputs)


def _looked_at(alarm: Alarm) -> Inputs:
    if alarm.expression is not None:
        parts = [
            {"id": each.id, "returnData": False, "metric": _queried(each, alarm)} for each in alarm.inputs
        ]
        whole = {"id": "result", "expression": alarm.expression, "label": SHOWN, "returnData": True}
        if not alarm.inputs:
            whole["period"] = alarm.period
        return {"metricQueries": [*parts, whole]}
    [only] = alarm.inputs
    statistic = "extendedStatistic" if only.statistic.startswith("p") else "statistic"
    return {**_metric(only, alarm), statistic: only.statistic}


def _queried(given: Input, alarm: Alarm) -> Inputs:
    return {**_metric(given, alarm), "stat": given.statistic}


def _metric(given: Input, alarm: Alarm) -> dict[str, Any]:
    metric = given.metric
    return {
        "namespace": metric.namespace,
        "metricName": metric.name,
        "dimensions": dict(metric.dimensions),
        "period": alarm.period,
    }


def _budget(at: Place, limit: int) -> Expected:
    """The budget of the cell's own costs, which notifies the cell's topic."""
    notices = [
        {
            "notificationType": kind,
            "comparisonOperator": "GREATER_THAN",
            "threshold": percent,
            "thresholdType": "PERCENTAGE",
            "subscriberSnsTopicArns": [at.arns.topic(at.names.cell)],
        }
        for kind, percent in NOTICES.items()
    ]
    inputs = {
        "name": at.names.cell,
        "budgetType": "COST",
        "limitAmount": str(limit),
        "limitUnit": "USD",
        "timeUnit": "MONTHLY",
        "costFilters": [{"name": "TagKeyValue", "values": [f"user:cell${at.cell.config.name}"]}],
        "notifications": notices,
        "tags": at.tags,
    }
    return at.expected(tokens.BUDGET, at.cell.config.name, inputs)
