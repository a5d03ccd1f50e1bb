"""Nothing that is shown or watched names what is not there: every name is held to what is registered."""

import itertools
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from agreed.metrics import REASONS
from tenantry.config import Cell, Tenant
from tenantry.config.tiers import Monitoring, Quota
from tenantry.gateway import contract
from tenantry.groups import current
from tenantry.monitoring.queries import queries
from tenantry.monitoring.watched import ANY_TENANT
from tenantry.rules.naming import AUTHORIZER, Names
from tests.support import dashboards
from tests.support.dashboards import Named
from tests.support.engine import ARNS, RecordingMonitor, register

NAMES = Names("demo")
MEMBERS = current().members
ROUTES = {*map(str, contract.installed_routes()), *(each.name for each in MEMBERS if not each.serves)}
OPTIONS = ("dedicated", "shared", "none")


def of_tier(tenant: Tenant, **options: Any) -> Tenant:
    return tenant.model_copy(update={"tier": tenant.tier.model_copy(update=options)})


def of_every_shape(cell: Cell) -> Cell:
    """Pooled and silo, delivering or not, with each option of a tier, with acme's routes and globex's."""
    tenants = []
    for of, isolation, notify, option in itertools.product(
        ("acme", "globex"), ("pooled", "silo"), (None, "https://hooks.example.com/"), OPTIONS
    ):
        tenant = next(each for each in cell.tenants if each.slug == of)
        changes = {
            "slug": f"t{len(tenants):02}-{option}",
            "data": tenant.data.model_copy(update={"isolation": isolation, "encryption": "aws-owned"}),
            "options": {"contact": {"notify": notify}} if notify else {},
        }
        tenants.append(of_tier(tenant.model_copy(update=changes), dashboard=option))
    return cell.model_copy(update={"tenants": tuple(tenants)})


@pytest.fixture(scope="module")
def many(cell: Cell) -> Cell:
    return of_every_shape(cell)


@pytest.fixture(scope="module")
def registered(many: Cell) -> RecordingMonitor:
    return register(many)[0]


def bodies(engine: RecordingMonitor) -> dict[str, dict[str, Any]]:
    """Dashboards by their physical names."""
    made = engine.of_type("Dashboard").values()
    return {each.inputs["dashboardName"]: each.document("dashboardBody") for each in made}


def there(engine: RecordingMonitor) -> dict[str, set[str]]:
    """Which values each dimension can take."""

    def named(kind: str, name: str = "name") -> set[str]:
        return {each.inputs[name] for each in engine.of_type_all(kind)}

    return {
        "ApiName": named("RestApi"),
        "Stage": named("Stage", "stageName"),
        "FunctionName": named("Function"),
        "QueueName": named("Queue"),
        "TableName": named("Table"),
        "Operation": {"BatchGetItem", "GetItem", "Query", "UpdateItem", "TransactWriteItems"},
        "LogGroupName": named("LogGroup"),
        "tenant": named("Stage", "stageName"),
        "receiver": {"notify"},
        "route": ROUTES,
        "reason": set(REASONS),
        "function": {AUTHORIZER, *(each.name for each in MEMBERS)},
    }


def as_each_sees_it(body: dict[str, Any]) -> list[dict[str, Any]]:
    """The shared dashboard, as CloudWatch shows it for each value of its variable."""
    [variable] = body["variables"]
    assert (variable["type"], variable["inputType"], variable["visible"]) == ("pattern", "select", True)
    values = [each["value"] for each in variable["values"]]
    assert variable["defaultValue"] in values
    text = json.dumps({"widgets": body["widgets"]})
    return [json.loads(re.sub(variable["pattern"], value, text)) for value in values]


def alarms(engine: RecordingMonitor) -> Iterator[tuple[str, list[Named]]]:
    for alarm in engine.of_type("MetricAlarm").values():
        yield alarm.inputs["name"], dashboards.of_alarm(alarm.inputs)


def test_no_widget_is_empty_for_a_wrong_name(registered: RecordingMonitor) -> None:
    known = there(registered)
    arns = {ARNS.alarm(name) for name, _ in alarms(registered)}
    arns |= {ARNS.alarm(each.inputs["alarmName"]) for each in registered.of_type("CompositeAlarm").values()}
    shown = bodies(registered)
    shown.pop(NAMES.shared_dashboard)
    assert len(shown) == 8 + 1  # those of dedicated tenants, the cell's
    for body in shown.values():
        for named in dashboards.metrics(body):
            dashboards.assert_emitted(named)
            for dimension, value in named.dimensions.items():
                assert value in known[dimension], named
        assert dashboards.log_groups(body) <= known["LogGroupName"]
        assert dashboards.alarm_arns(body) <= arns


def test_every_name_on_the_shared_dashboard_is_there_for_a_tenant_that_has_it(
    registered: RecordingMonitor,
) -> None:
    """What a tenant lacks stays empty for it; what nobody has would be a wrong name."""
    known = there(registered)
    seen = as_each_sees_it(bodies(registered)[NAMES.shared_dashboard])
    assert len(seen) == 8
    for line_of_each in zip(*(dashboards.metrics(body) for body in seen), strict=True):
        for named in line_of_each:
            dashboards.assert_emitted(named)
        for dimension in line_of_each[0].dimensions:
            assert {named.dimensions[dimension] for named in line_of_each} & known[dimension], line_of_each[0]
    for body in seen:
        assert dashboards.log_groups(body) <= known["LogGroupName"]
        assert ANY_TENANT not in json.dumps(body)


def test_one_variable_drives_every_name_on_the_shared_dashboard(
    registered: RecordingMonitor, many: Cell
) -> None:
    """No widget keeps showing the tenant that was chosen before."""
    slugs = [each.slug for each in many.tenants if each.tier.dashboard == "shared"]
    for slug, body in zip(slugs, as_each_sees_it(bodies(registered)[NAMES.shared_dashboard]), strict=True):
        graphs = json.dumps([each for each in body["widgets"] if each["type"] != "text"])
        assert slug in graphs
        assert not [other for other in slugs if other != slug and other in graphs]


def test_an_expression_names_lines_of_its_own_graph(registered: RecordingMonitor) -> None:
    for body in bodies(registered).values():
        for widget in dashboards.of_kind(body, "metric"):
            ids = [each.options["id"] for each in dashboards.in_graph(widget) if "id" in each.options]
            assert len(ids) == len(set(ids))
            for expression in dashboards.expressions(widget):
                dashboards.assert_defined(expression, set(ids))


def test_every_alarm_watches_what_is_emitted_by_what_is_there(registered: RecordingMonitor) -> None:
    known = there(registered)
    for name, watched in alarms(registered):
        assert 1 <= len(watched) <= 10  # CloudWatch's most in an expression
        for named in watched:
            dashboards.assert_emitted(named)
            for dimension, value in named.dimensions.items():
                assert value in known[dimension], name


def test_an_alarms_expression_is_the_one_thing_it_returns(registered: RecordingMonitor) -> None:
    computed = [each for each in registered.of_type("MetricAlarm").values() if "metricQueries" in each.inputs]
    assert computed
    for alarm in computed:
        *given, result = alarm.inputs["metricQueries"]
        dashboards.assert_defined(result["expression"], {each["id"] for each in given})
        assert [each["returnData"] for each in (*given, result)] == [False] * len(given) + [True]


def test_a_tier_says_which_dashboard_shows_a_tenant(registered: RecordingMonitor, many: Cell) -> None:
    shown = bodies(registered)
    by_option = {
        option: [each.slug for each in many.tenants if each.tier.dashboard == option] for option in OPTIONS
    }
    own = {NAMES.tenant(slug) for slug in by_option["dedicated"]}
    assert shown.keys() == own | {NAMES.cell, NAMES.shared_dashboard}
    [variable] = shown[NAMES.shared_dashboard]["variables"]
    assert [each["value"] for each in variable["values"]] == by_option["shared"]
    side_by_side = {each.dimensions.get("Stage") for each in dashboards.metrics(shown[NAMES.cell])} - {None}
    assert side_by_side == {each.slug for each in many.tenants}


def test_where_no_tier_says_shared_there_is_no_shared_dashboard(cell: Cell) -> None:
    tenants = tuple(of_tier(each, dashboard="none") for each in cell.tenants)
    made = bodies(register(cell.model_copy(update={"tenants": tenants}))[0])
    assert set(made) == {NAMES.cell}


def test_every_fault_is_told_once(registered: RecordingMonitor) -> None:
    """By the tenant's composite alarm, or by the alarm itself; never by both, never by none."""
    metric_alarms = {each.inputs["name"]: each.inputs for each in registered.of_type("MetricAlarm").values()}
    joined = {
        name
        for each in registered.of_type("CompositeAlarm").values()
        for name in re.findall(r'ALARM\("([^"]+)"\)', each.inputs["alarmRule"])
    }
    assert joined < metric_alarms.keys()
    for name, inputs in metric_alarms.items():
        assert bool(inputs["alarmActions"]) == (name not in joined), name
        assert inputs["alarmActions"] == inputs["okActions"]


def test_a_tenants_composite_alarm_joins_its_own_alarms_and_comes_after_them(
    registered: RecordingMonitor,
) -> None:
    by_name = {each.inputs["name"]: each for each in registered.of_type("MetricAlarm").values()}
    for composite in registered.of_type("CompositeAlarm").values():
        slug = composite.name.partition(".")[0]
        for name in re.findall(r'ALARM\("([^"]+)"\)', composite.inputs["alarmRule"]):
            assert name.startswith(NAMES.alarm(slug, ""))
            assert by_name[name].urn in composite.dependencies


def test_alarms_tell_the_operator_and_the_tenant_that_has_an_address(engine: RecordingMonitor) -> None:
    topics = {name: each.arn for name, each in engine.of_type("Topic").items()}
    heard = {each.name: each.inputs["alarmActions"] for each in engine.of_type("CompositeAlarm").values()}
    assert heard == {
        "acme.unhealthy": [topics["demo"], topics["acme"]],
        "acme-eu.unhealthy": [topics["demo"]],
        "globex.unhealthy": [topics["demo"]],
    }


def test_the_pooled_table_is_watched_for_the_whole_cell(engine: RecordingMonitor) -> None:
    alarm = engine.of_type("MetricAlarm")["demo.table-throttles"]
    assert {each.dimensions["TableName"] for each in dashboards.of_alarm(alarm.inputs)} == {NAMES.table}
    assert alarm.inputs["alarmActions"] == [engine.of_type("Topic")["demo"].arn]


def test_every_description_ends_with_a_link_to_the_page_that_the_stack_names(cell: Cell) -> None:
    page = "https://example.com/runbooks.md"
    made = register(cell, runbooks=page)[0]
    for kind in ("MetricAlarm", "CompositeAlarm"):
        for name, alarm in made.of_type(kind).items():
            condition = name.partition(".")[2].rpartition("_")[2]
            assert alarm.inputs["alarmDescription"].endswith(f" Runbook: {page}#{condition}")
            assert len(alarm.inputs["alarmDescription"]) <= 1024  # PutMetricAlarm


def test_a_changed_quota_changes_its_own_tenants_alarm_alone(cell: Cell, engine: RecordingMonitor) -> None:
    acme = next(each for each in cell.tenants if each.slug == "acme")
    limits = acme.limits.model_copy(update={"quota": Quota(limit=1_000, period="week")})
    others = [each for each in cell.tenants if each.slug != "acme"]
    tenants = (acme.model_copy(update={"limits": limits}), *others)
    after = register(cell.model_copy(update={"tenants": tenants}))[0]
    made = set(after.of_type("MetricAlarm")) - set(engine.of_type("MetricAlarm"))
    assert made == {"acme.quota"}
    for tenant in others:
        assert engine.below(tenant.slug) == after.below(tenant.slug)


CHEAP = Monitoring(alarms="cell", metrics="free", traces="off")


def of_cells_alarms(cell: Cell, *slugs: str) -> Cell:
    """Acme as it is, and tenants that the cell watches."""
    acme, small, _ = cell.tenants
    watched = (
        of_tier(small.model_copy(update={"slug": slug}), monitoring=CHEAP, cursors="unsealed")
        for slug in slugs
    )
    return cell.model_copy(update={"tenants": (acme, *watched)})


def test_a_tenant_that_the_cell_watches_has_no_alarm_trace_metric_or_secret_of_its_own(cell: Cell) -> None:
    made = register(of_cells_alarms(cell, "small"))[0]
    alarms_by_name = made.of_type("MetricAlarm")
    assert not [name for name in alarms_by_name if name.startswith("small.")]
    assert set(made.of_type("CompositeAlarm")) == {"acme.unhealthy"}
    assert {"demo.5xx", "demo.latency"} < alarms_by_name.keys()
    assert alarms_by_name["demo.5xx"].inputs["alarmActions"] == [made.of_type("Topic")["demo"].arn]
    assert made.of_type("Stage")["small"].inputs["xrayTracingEnabled"] is False
    assert not [name for name in made.of_type("Secret") if name.startswith("small")]
    for function in ("small.items", "small.authorizer"):
        inputs = made.of_type("Function")[function].inputs
        assert inputs["tracingConfig"] == {"mode": "PassThrough"}
        assert inputs["environment"]["variables"]["METRICS"] == "free"
        assert "xray" not in made.of_type("RolePolicy")[function].inputs["policy"]
    assert "METRICS" not in made.of_type("Function")["acme.items"].inputs["environment"]["variables"]


def test_one_more_tenant_that_the_cell_watches_changes_no_alarm(cell: Cell) -> None:
    before, after = (
        {
            name: each.inputs
            for name, each in register(of_cells_alarms(cell, *slugs))[0].of_type("MetricAlarm").items()
        }
        for slugs in (("small",), ("small", "small-2"))
    )
    assert before == after


def test_the_queries_are_saved_once_for_the_cell(registered: RecordingMonitor) -> None:
    saved = {each.inputs["name"]: each for each in registered.of_type("QueryDefinition").values()}
    assert set(saved) == {NAMES.query(query.title) for query in queries(current())}
    assert all("logGroupNames" not in each.inputs for each in saved.values())
