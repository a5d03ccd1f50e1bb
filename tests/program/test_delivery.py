"""Contact messages of a tenant leave it by what is its own, or not at all."""

import json
from typing import Any

from pulumi.runtime import rpc

from tenantry.config import Cell, Tenant
from tenantry.groups import current
from tenantry.rules.naming import Names, generation, log_group
from tests.support.engine import ARNS, RecordingMonitor, register

NAMES = Names("demo")
DELIVERING = ("acme", "globex")
[QUEUE] = current().queues


def with_notify(cell: Cell, slug: str, notify: str | None) -> Cell:
    def changed(tenant: Tenant) -> Tenant:
        options = {"contact": {"notify": notify}} if notify else {}
        return tenant.model_copy(update={"options": options}) if tenant.slug == slug else tenant

    return cell.model_copy(update={"tenants": tuple(map(changed, cell.tenants))})


def variables(engine: RecordingMonitor, function: str) -> dict[str, Any]:
    said: dict[str, Any] = engine.of_type("Function")[function].inputs["environment"]["variables"]
    return said


def test_what_cannot_be_delivered_is_kept_aside_for_longer_than_the_queue_keeps_anything(
    engine: RecordingMonitor,
) -> None:
    queues = engine.of_type("Queue")
    for slug in DELIVERING:
        queue, dead = queues[f"{slug}.contact"].inputs, queues[f"{slug}.contact.dead"].inputs
        assert json.loads(queue["redrivePolicy"]) == {
            "deadLetterTargetArn": ARNS.queue(NAMES.dead_letters(slug, "contact")),
            "maxReceiveCount": QUEUE.max_receives,
        }
        allowed = json.loads(dead["redriveAllowPolicy"])
        assert allowed == {
            "redrivePermission": "byQueue",
            "sourceQueueArns": [ARNS.queue(NAMES.queue(slug, "contact"))],
        }
        assert queue["messageRetentionSeconds"] < dead["messageRetentionSeconds"] == 14 * 86_400
        assert queue["sqsManagedSseEnabled"] is dead["sqsManagedSseEnabled"] is True


def test_a_queue_feeds_its_tenants_notifier_which_tells_of_each_message_by_itself(
    engine: RecordingMonitor,
) -> None:
    for name, mapping in engine.of_type("EventSourceMapping").items():
        slug = name.removesuffix(".contact")
        assert mapping.inputs["eventSourceArn"] == ARNS.queue(NAMES.queue(slug, "contact"))
        assert mapping.inputs["functionName"] == ARNS.function(NAMES.function(slug, "notifier"))
        assert mapping.inputs["functionResponseTypes"] == ["ReportBatchItemFailures"]
    assert set(engine.of_type("EventSourceMapping")) == {f"{slug}.contact" for slug in DELIVERING}


def test_a_message_stays_hidden_for_as_long_as_a_delivery_may_take(engine: RecordingMonitor) -> None:
    for slug in DELIVERING:
        timeout = engine.of_type("Function")[f"{slug}.notifier"].inputs["timeout"]
        assert engine.of_type("Queue")[f"{slug}.contact"].inputs["visibilityTimeoutSeconds"] >= 6 * timeout
        assert timeout > engine.of_type("Function")[f"{slug}.contact"].inputs["timeout"]


def test_one_tenants_backlog_takes_little_of_the_accounts_concurrency(engine: RecordingMonitor) -> None:
    for mapping in engine.of_type("EventSourceMapping").values():
        assert mapping.inputs["scalingConfig"] == {"maximumConcurrency": QUEUE.concurrency}
    assert QUEUE.concurrency == 2, "AWS's least"


def test_nobody_may_invoke_a_notifier(engine: RecordingMonitor) -> None:
    assert not [name for name in engine.of_type("Permission") if name.endswith(".notifier")]


def test_the_functions_are_told_where_messages_go(engine: RecordingMonitor) -> None:
    for slug in DELIVERING:
        url = f"https://sqs.example/{NAMES.queue(slug, 'contact')}"
        assert variables(engine, f"{slug}.contact")["CONTACT_QUEUE_URL"] == url
        assert (
            variables(engine, f"{slug}.notifier").items()
            >= {"CONTACT_QUEUE_URL": url, "MAX_RECEIVES": str(QUEUE.max_receives)}.items()
        )
    posted, mailed = variables(engine, "globex.notifier"), variables(engine, "acme.notifier")
    assert json.loads(posted["OPTIONS"]) == {"notify": "https://hooks.globex.example/contact"}
    assert json.loads(posted["CALLS"]) == ["https://hooks.globex.example/contact"]
    assert "MAIL_FROM" not in posted
    assert posted["TABLE"] == "tenantry_demo_globex"
    options = {"notify": "office@acme.example", "redirect": "https://www.acme.example/thanks"}
    assert json.loads(mailed["OPTIONS"]) == options
    assert (json.loads(mailed["CALLS"]), mailed["MAIL_FROM"]) == ([], "contact@example.com")
    assert "DELIVERY_SECRET_ARN" not in mailed


def test_webhooks_are_signed_with_a_random_key_that_operators_may_replace(engine: RecordingMonitor) -> None:
    secrets = {each.inputs["name"].rpartition("/")[0]: each for each in engine.of_type_all("Secret")}
    secret = secrets[NAMES.secret("globex", "delivery")]
    assert NAMES.secret("acme", "delivery") not in secrets
    [version] = [each for each in engine.of_type_all("SecretVersion") if secret.urn in each.dependencies]
    assert version.ignored == ("secretString", "versionStages")
    assert version.inputs["versionStages"] == ["TENANTRY_FIRST"]
    said = json.loads(rpc.unwrap_rpc_secret(version.inputs["secretString"]))
    assert said == {"webhook_secret": "whsec_base64-of-globex.delivery.webhook_secret"}
    key = engine.of_type("RandomBytes")["globex.delivery.webhook_secret"]
    assert (key.inputs["length"], key.parent) == (32, secret.parent)


def test_starting_and_stopping_to_deliver_changes_no_other_tenant(
    cell: Cell, engine: RecordingMonitor
) -> None:
    for slug, notify in (("acme", None), ("globex", None), ("acme", "https://hooks.acme.example/")):
        after = register(with_notify(cell, slug, notify))[0]
        assert engine.below(slug) != after.below(slug)
        for tenant in cell.tenants:
            if tenant.slug != slug:
                assert engine.below(tenant.slug) == after.below(tenant.slug)
        before, shared = engine.below("demo"), after.below("demo")
        assert before.keys() == shared.keys()
        assert not [urn for urn in before if before[urn] != shared[urn] and ":Dashboard::" not in urn]


def test_a_tenant_that_does_not_deliver_has_no_queue_no_notifier_and_no_right_to_either(cell: Cell) -> None:
    engine = register(with_notify(cell, "globex", None))[0]
    assert "globex.contact" not in engine.of_type("Queue")
    assert "globex.notifier" not in engine.of_type("Function")
    assert "CONTACT_QUEUE_URL" not in variables(engine, "globex.contact")
    assert "sqs:" not in engine.of_type("RolePolicy")["globex.contact"].inputs["policy"]


def test_without_the_route_group_nothing_is_delivered(cell: Cell) -> None:
    engine = register(with_notify(cell, "acme-eu", "https://hooks.acme.example/"))[0]
    assert not [name for name in engine.of_type("Queue") if name.startswith("acme-eu.")]


def test_what_a_suspended_tenant_has_accepted_is_delivered(cell: Cell, engine: RecordingMonitor) -> None:
    suspended = [tenant.model_copy(update={"status": "suspended"}) for tenant in cell.tenants]
    after = register(cell.model_copy(update={"tenants": tuple(suspended)}))[0]
    mappings = {name: each.inputs for name, each in after.of_type("EventSourceMapping").items()}
    assert mappings == {name: each.inputs for name, each in engine.of_type("EventSourceMapping").items()}


def test_under_a_key_of_the_tenants_own_the_notifier_decrypts_what_it_reads_and_nothing_else(
    engine: RecordingMonitor,
) -> None:
    key = ARNS.kms("key/globex-id")
    secret = engine.of_type("Secret")["globex.delivery"]
    assert (secret.inputs["name"], secret.inputs["kmsKeyId"]) == (
        generation(NAMES.secret("globex", "delivery"), "0a1b2c3d"),
        key,
    )
    role = ARNS.iam(f"role/{NAMES.function('globex', 'notifier')}")
    granted = engine.of_type("RolePolicy")["globex.notifier"].document("policy")["Statement"]
    decrypts = {each["Sid"] for each in granted if each["Action"] == "kms:Decrypt"}
    assert decrypts == {"DecryptItems", "DecryptDeliverySecret"}
    own = engine.of_type("Key")["globex"].document("policy")["Statement"]
    allowed = {each["Sid"] for each in own if role in str(each.get("Condition"))}
    assert allowed == decrypts
    logs = next(each for each in own if each["Sid"] == "Logs")
    assert ARNS.log_group(log_group(NAMES.function("globex", "notifier"))) in str(logs["Condition"])
