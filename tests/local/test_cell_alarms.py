"""The cell's alarms, as the program registers them, ring for the tenant in trouble and say which it is."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tenantry.config.tiers import Monitoring
from tenantry.local.emulator.parent import Emulator
from tenantry.local.engine.resources import MAKERS
from tenantry.operations.metering.alarm_states import alarms
from tenantry.operations.places import Place
from tests.support.console import PLACE
from tests.support.engine import demo, register

METRIC = "aws:cloudwatch/metricAlarm:MetricAlarm"
CHEAP = Monitoring(alarms="cell", metrics="free", traces="off")
SLUGS = ("acme", "acme-eu", "globex", "newcomer")  # the last was not there when the alarms were made

QUIET: dict[str, list[str]] = {slug: [] for slug in SLUGS}


@pytest.fixture
def place(scratch: Path) -> Iterator[Place]:
    """Acme has alarms of its own; the others are watched by the cell."""
    cell = demo()
    tenants = [
        each
        if each.slug == "acme"
        else each.model_copy(update={"tier": each.tier.model_copy(update={"monitoring": CHEAP})})
        for each in cell.tenants
    ]
    engine = register(cell.model_copy(update={"tenants": tuple(tenants)}))[0]
    with Emulator.start(None, scratch) as emulator:
        root = emulator.root_session()
        for each in engine.registered:
            if each.type == METRIC:
                MAKERS[METRIC].make(root.client, each.inputs)
        yield replace(PLACE, client=root.client)


def feed(root: Place, slug: str, failing: float) -> None:
    for number in range(3):
        root.client("cloudwatch").put_metric_data(
            Namespace="AWS/ApiGateway",
            MetricData=[
                {
                    "MetricName": "5XXError",
                    "Dimensions": [
                        {"Name": "ApiName", "Value": "tenantry_demo"},
                        {"Name": "Stage", "Value": slug},
                    ],
                    "Timestamp": time.time() - 30 - number * 300,
                    "Value": failing,
                }
            ],
        )


def ringing(place: Place) -> dict[str, list[str]]:
    told = alarms(place, SLUGS)
    return {slug: [each.condition for each in told.get(slug, ()) if each.state == "ALARM"] for slug in SLUGS}


def test_the_tenant_in_trouble_is_named_and_whoever_comes_later_is_watched_too(place: Place) -> None:
    for slug in SLUGS:
        feed(place, slug, 0)
    assert ringing(place) == QUIET
    feed(place, "acme-eu", 1)
    assert ringing(place) == {**QUIET, "acme-eu": ["5xx"]}
    feed(place, "newcomer", 1)
    assert ringing(place) == {**QUIET, "acme-eu": ["5xx"], "newcomer": ["5xx"]}
    [reason] = [each.reason for each in alarms(place, SLUGS)["newcomer"] if each.state == "ALARM"]
    assert "Stage newcomer" in reason


def test_a_tenant_with_alarms_of_its_own_is_told_of_once(place: Place) -> None:
    feed(place, "acme", 1)
    assert ringing(place)["acme"] == ["5xx"]
    [ring] = [each for each in alarms(place, SLUGS)["acme"] if each.state == "ALARM"]
    assert ring.meaning == "more than 1% of the calls fail"
    [cells] = place.client("cloudwatch").describe_alarms(AlarmNames=["tenantry_demo__5xx"])["MetricAlarms"]
    assert cells["StateValue"] == "OK"
