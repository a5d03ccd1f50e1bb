"""One alarm for each condition watches the tenants of a cell whose tiers say so, and nobody else's."""

import pytest

from tenantry.config.tiers import AlarmsOf
from tenantry.errors import WrongInput
from tenantry.monitoring import alarms, cell_alarms
from tenantry.monitoring.watched import Watched
from tests.support.watched import NAMES, watched

LONGEST = 32  # letters of a slug


def tenant(slug: str, of: AlarmsOf = "cell") -> Watched:
    return watched(slug, alarms=of)


def queries(*tenants: Watched) -> dict[str, str]:
    return {
        each.condition: str(each.expression) for each in cell_alarms.of_cell(NAMES, tenants) if each.is_query
    }


def test_a_cell_whose_tenants_have_alarms_of_their_own_has_no_query() -> None:
    assert queries(tenant("acme", "own"), tenant("globex", "none")) == queries() == {}


def test_a_query_names_the_cell_and_the_conditions_metric_and_gives_each_tenant_a_series() -> None:
    assert queries(tenant("acme")) == {
        "5xx": 'SELECT AVG("5XXError") FROM SCHEMA("AWS/ApiGateway", ApiName, Stage) '
        "WHERE ApiName = 'tenantry_demo' GROUP BY Stage",
        "latency": 'SELECT AVG("Latency") FROM SCHEMA("AWS/ApiGateway", ApiName, Stage) '
        "WHERE ApiName = 'tenantry_demo' GROUP BY Stage",
    }
    assert tuple(queries(tenant("acme"))) == cell_alarms.CONDITIONS


def test_a_new_tenant_joins_without_a_change_of_the_alarm() -> None:
    assert queries(tenant("acme")) == queries(tenant("acme"), tenant("acme-eu"))


def test_whoever_has_alarms_of_its_own_or_wants_none_is_left_out() -> None:
    query = queries(tenant("acme"), tenant("acme-eu", "own"), tenant("globex", "none"))["5xx"]
    assert "'tenantry_demo' AND Stage != 'acme-eu' AND Stage != 'globex' GROUP BY" in query
    assert "'acme'" not in query


def test_a_query_that_would_be_too_long_is_refused_with_what_to_do() -> None:
    others = [tenant(f"tenant-{number}".ljust(LONGEST, "x"), "own") for number in range(30)]
    assert all(len(each) <= cell_alarms.QUERY_LENGTH for each in queries(tenant("acme"), *others).values())
    with pytest.raises(WrongInput, match="into a cell of their own"):
        queries(tenant("acme"), *others, *(tenant(f"other-{number}", "own") for number in range(30)))


def test_what_the_gateway_does_not_show_stays_with_the_tenant_and_notifies_by_itself() -> None:
    own = alarms.of_tenant(tenant("acme"))
    assert {each.condition for each in own} == {
        "table-throttles",
        "dead-letters",
        "delivery-delay",
        "only-failures",
        "switched-off",
    }
    assert all(each.lasting for each in own)
    assert alarms.of_tenant(watched(alarms="cell", silo=None, queues=(), receivers=())) == []


def test_no_alarm_watches_a_metric_that_the_tenant_does_not_write() -> None:
    uncounted = watched(counted=False)
    namespaces = {given.metric.namespace for each in alarms.of_tenant(uncounted) for given in each.inputs}
    assert "Tenantry" not in namespaces
    assert {each.condition for each in alarms.of_tenant(watched())} - {
        each.condition for each in alarms.of_tenant(uncounted)
    } == {"authorizer-errors", "only-failures", "switched-off"}


def test_who_wants_no_alarm_has_none() -> None:
    assert alarms.of_tenant(watched(alarms="none")) == alarms.conditions(watched(alarms="none")) == []
