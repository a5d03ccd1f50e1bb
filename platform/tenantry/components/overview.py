"""Declare what shows and watches a cell as a whole: dashboards, alarms, saved queries."""

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from tenantry.components.alarms import metric_alarm
from tenantry.config import Tenant
from tenantry.deployment import Deployment
from tenantry.gateway.contract import Route
from tenantry.groups import current
from tenantry.monitoring import cell_alarms, dashboards, watched
from tenantry.monitoring.dashboards import Body
from tenantry.monitoring.queries import queries
from tenantry.monitoring.watched import Watched


@dataclass(frozen=True, slots=True)
class OverviewArgs:
    """`tenants` are those that the dashboards show; no tenant's own resource depends on them."""

    deployment: Deployment
    routes: tuple[Route, ...]
    tenants: tuple[Tenant, ...]
    topic: pulumi.Output[str]


class Overview(pulumi.ComponentResource):
    """Dashboards change with the cell's tenants; alarms name those alone that they leave out."""

    def __init__(self, name: str, args: OverviewArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantry:index:Overview", name, None, opts)
        self._children = pulumi.ResourceOptions(parent=self)
        deployment, names = args.deployment, args.deployment.names
        shown = {each.slug: watched.of_tenant(names, each, args.routes) for each in args.tenants}
        bodies = dashboards.of_cell(deployment.arns, names, deployment.cell, shown.values())
        for page, body in enumerate(bodies, start=1):
            logical = name if page == 1 else f"{name}.{page}"
            self._dashboard(logical, names.cell_dashboard(page), body)
        self._shared_dashboard(name, args, shown)
        for alarm in cell_alarms.of_cell(names, shown.values()):
            description = alarm.described(deployment.cell, deployment.runbooks)
            physical = names.cell_alarm(alarm.name)
            logical = f"{name}.{alarm.name}"
            metric_alarm(logical, physical, alarm, description, [args.topic], deployment.tags(), self)
        for query in queries(current()):
            aws.cloudwatch.QueryDefinition(
                f"{name}.{query.key}",
                name=names.query(query.title),
                query_string=query.text,
                opts=self._children,
            )
        self.register_outputs({})

    def _shared_dashboard(self, name: str, args: OverviewArgs, shown: dict[str, Watched]) -> None:
        deployment = args.deployment
        sharing = [each for each in args.tenants if each.tier.dashboard == "shared"]
        if not sharing:
            return
        any_tenant = watched.of_any(deployment.names, sharing, args.routes)
        body = dashboards.shared(
            deployment.arns,
            deployment.names,
            any_tenant,
            [shown[each.slug] for each in sharing],
            deployment.runbooks,
        )
        self._dashboard(f"{name}.tenants", deployment.names.shared_dashboard, body)

    def _dashboard(self, logical_name: str, physical_name: str, body: Body) -> None:
        aws.cloudwatch.Dashboard(
            logical_name,
            dashboard_name=physical_name,
            dashboard_body=json.dumps(body),
            opts=self._children,
        )
