"""Several receivers of a tenant's webhooks: a secret and an alarm each, and nothing of anybody else's."""

import json

import pytest

from agreed.webhooks import Receiver
from tenantry.config import Cell, Tenant
from tenantry.costs.inventory import inventory
from tenantry.isolation.cells import registered
from tenantry.isolation.proof import prove
from tests.support.engine import RecordingMonitor, register

CRM = Receiver("crm", ("contact.received",), "https://hooks.acme.example/crm")
ERP = Receiver("erp", ("contact.received",), "https://hooks.acme.example/erp")
WITH_CONTACT = ("acme", "globex")


def with_receivers(cell: Cell, *receivers: Receiver, slugs: tuple[str, ...] = ("acme",)) -> Cell:
    def changed(tenant: Tenant) -> Tenant:
        update = {"webhooks": {"contact": receivers}} if receivers else {}
        return tenant.model_copy(update=update) if tenant.slug in slugs else tenant

    return cell.model_copy(update={"tenants": tuple(map(changed, cell.tenants))})


@pytest.fixture(scope="module")
def several(cell: Cell) -> RecordingMonitor:
    return register(with_receivers(cell, CRM, ERP))[0]


def test_each_receiver_has_a_secret_that_the_notifier_alone_reads(several: RecordingMonitor) -> None:
    for name in ("delivery-crm", "delivery-erp"):
        secret = several.of_type("Secret")[f"acme.{name}"]
        assert secret.inputs["name"].startswith(f"tenantry/demo/acme/{name}/")
        readers = [
            function
            for function, each in several.of_type("RolePolicy").items()
            if f"/{name}/" in json.dumps(each.document("policy"))
        ]
        assert readers == ["acme.notifier"]


def test_what_calls_receivers_alone_learns_their_addresses(several: RecordingMonitor) -> None:
    functions = several.of_type("Function")
    said = {name: each.inputs["environment"]["variables"] for name, each in functions.items()}
    listed = json.loads(said["acme.notifier"]["WEBHOOKS"])
    assert listed == [CRM.as_json(), ERP.as_json()]
    assert json.loads(said["acme.contact"]["WEBHOOKS"]) == [
        {"name": each.name, "events": ["contact.received"]} for each in (CRM, ERP)
    ]
    others = {name for name, variables in said.items() if "WEBHOOKS" in variables}
    assert others == {"acme.notifier", "acme.contact"}
    assert {"DELIVERY__CRM_SECRET_ARN", "DELIVERY__ERP_SECRET_ARN"} <= said["acme.notifier"].keys()


def test_each_receiver_has_an_alarm_that_names_it(several: RecordingMonitor) -> None:
    for name in ("crm", "erp"):
        alarm = several.of_type("MetricAlarm")[f"acme.contact-{name}_switched-off"]
        assert f"its receiver {name} " in alarm.inputs["alarmDescription"]
        assert alarm.inputs["dimensions"] == {"tenant": "acme", "receiver": name}
        assert alarm.inputs["alarmActions"]


def test_receivers_without_notify_bring_queue_and_notifier(cell: Cell) -> None:
    bare = [tenant.model_copy(update={"options": {}}) for tenant in cell.tenants]
    made = register(with_receivers(cell.model_copy(update={"tenants": tuple(bare)}), CRM))[0]
    assert {"acme.contact", "acme.contact.dead"} <= made.of_type("Queue").keys()
    assert "acme.notifier" in made.of_type("Function")
    assert "acme.delivery" not in made.of_type("Secret")


def test_a_further_receiver_changes_no_other_tenant_and_no_other_secret(
    cell: Cell, several: RecordingMonitor
) -> None:
    one = register(with_receivers(cell, CRM))[0]
    before, after = one.below("acme"), several.below("acme")
    assert not before.keys() - after.keys()
    changed = {urn.rpartition("/")[2] for urn in before if before[urn] != after[urn]}
    assert changed == {
        "function:Function::acme.notifier",
        "rolePolicy:RolePolicy::acme.notifier",
        "function:Function::acme.contact",
        "dashboard:Dashboard::acme",  # which lists the alarms
    }
    for tenant in cell.tenants:
        if tenant.slug != "acme":
            assert one.below(tenant.slug) == several.below(tenant.slug)


def test_a_cell_whose_tenants_call_their_receivers_alike_leaks_nowhere(cell: Cell) -> None:
    """One of them under a key of its own."""
    proof = prove(registered(with_receivers(cell, CRM, ERP, slugs=WITH_CONTACT)))
    assert proof.leaks == []


def test_what_receivers_cost_is_counted(cell: Cell) -> None:
    one, two = (inventory(with_receivers(cell, *each).tenants[0]) for each in ((CRM,), (CRM, ERP)))
    assert (two.secrets - one.secrets, two.alarm_metrics - one.alarm_metrics) == (1, 1)
