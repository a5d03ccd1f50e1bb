"""Contact messages reach the tenant's receiver: signed, once for each id, and after failures too."""

import json
import signal
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import standardwebhooks

from agreed import webhooks
from tenantry import groups
from tenantry.local import platform as local
from tenantry.local.clients import ACCOUNT
from tenantry.operations.redrive import redrive
from tests.support.command import TENANTS, Command, Run, eventually
from tests.support.engine import demo
from tests.support.platform import Platform, Tenant
from tests.support.receivers import Received, Receiver, receiver
from tests.support.signed import mails

FORM = {"email": "ada@example.com", "name": "Ada", "message": "Do you ship to Malta?"}


@pytest.fixture(scope="module")
def hook() -> Iterator[Receiver]:
    with receiver() as kept:
        yield kept


@pytest.fixture(scope="module")
def crm() -> Iterator[Receiver]:
    with receiver() as kept:
        yield kept


@pytest.fixture(scope="module")
def posting(hook: Receiver, crm: Receiver, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A platform of acme alone, whose messages are posted to `hook`, and to its receiver crm."""
    home = tmp_path_factory.mktemp("posting")
    acme = next(tenant for tenant in demo().tenants if tenant.slug == "acme")
    webhook = {"contact": {"notify": "https://hooks.acme.example/contact"}}
    listed = {"contact": (webhooks.Receiver("crm", ("contact.received",), "https://crm.acme.example/"),)}
    changed = acme.model_copy(update={"options": webhook, "webhooks": listed})
    cell = demo().model_copy(update={"tenants": (changed,)})
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TENANTRY_STATE", str(home))
        here = {"acme/notify": hook.url, "acme/crm": crm.url}
        emulator, running = local.start(cell, TENANTS, None, lambda _: None, here)
    platform = Platform(running)
    with emulator, platform.http:
        yield platform


@pytest.fixture
def acme_posts(posting: Platform) -> Tenant:
    return posting.tenants["acme"]


def send(tenant: Tenant, **form: str) -> str:
    answer = tenant.call("POST", "/contact", FORM | form, token=None)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def delivery(tenant: Tenant, message: str) -> dict[str, Any]:
    listed = tenant.call("GET", "/tools/contacts?limit=100").json()["contacts"]
    found: dict[str, Any] = next(each["delivery"] for each in listed if each["id"] == message)
    return found


def delivered(tenant: Tenant, message: str) -> bool:
    return eventually(lambda: delivery(tenant, message)["state"] == "delivered", seconds=30)


def of(hook: Receiver, message: str) -> list[Received]:
    return [each for each in hook.received if each.headers["webhook-id"] == message]


def put_aside(platform: Platform, *bodies: str) -> None:
    """As SQS does with what no attempt could deliver."""
    sqs = platform.root.client("sqs")
    for body in bodies:
        sqs.send_message(
            QueueUrl=url(platform, platform.names.dead_letters("acme", "contact")), MessageBody=body
        )


def url(platform: Platform, queue: str) -> str:
    return f"{platform.local.endpoint}/{ACCOUNT}/{queue}"


def test_a_message_is_posted_with_a_signature_that_its_secret_verifies(
    posting: Platform, acme_posts: Tenant, hook: Receiver
) -> None:
    message = send(acme_posts)
    assert delivered(acme_posts, message)
    [got] = of(hook, message)
    name = posting.secret("acme", "delivery")
    stored = posting.root.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
    verified = standardwebhooks.Webhook(json.loads(stored)["webhook_secret"]).verify(got.body, got.headers)
    assert (verified["type"], verified["data"]["id"]) == ("contact.received", message)
    assert verified["data"].items() >= FORM.items()


def test_what_a_receiver_refused_is_redriven_under_its_id_and_then_delivered(
    posting: Platform, acme_posts: Tenant, hook: Receiver, run: Run
) -> None:
    """The rest after a failure is most of a minute at least; an operator need not wait for it."""
    hook.answers.append((500, {}))
    message = send(acme_posts)
    assert eventually(lambda: delivery(acme_posts, message)["attempts"] == 1, seconds=30)
    assert delivery(acme_posts, message)["state"] == "pending"
    put_aside(posting, json.dumps({"id": message}))
    command = Command(posting.local.record.directory.parent)
    code, out, _ = run(command, "redrive", "acme", "--json")
    assert (code, json.loads(out)) == (0, {"tenant": "acme", "moved": 1, "left": 0})
    assert delivered(acme_posts, message)
    assert len(of(hook, message)) == 2


def test_what_was_delivered_is_not_sent_again_and_what_names_no_message_is_dropped(
    posting: Platform, acme_posts: Tenant, hook: Receiver
) -> None:
    message = send(acme_posts)
    assert delivered(acme_posts, message)
    put_aside(posting, json.dumps({"id": message}), "garbage")
    done = redrive(
        posting.names, "acme", groups.current().queues, posting.root.client("sqs"), lambda *_: None
    )
    assert (done.moved, done.left) == (2, 0)
    assert eventually(lambda: waiting(posting) == 0, seconds=30)
    assert len(of(hook, message)) == 1


def test_what_a_receiver_answers_410_to_is_a_dead_letter_at_once_and_can_be_put_back(
    posting: Platform, acme_posts: Tenant, hook: Receiver, run: Run
) -> None:
    hook.answers.append((410, {}))
    message = send(acme_posts)
    dead = posting.names.dead_letters("acme", "contact")
    assert eventually(lambda: waiting(posting, dead) == 1, seconds=60)
    assert delivery(acme_posts, message) == {
        "state": "gone",
        "attempts": 1,
        "error": "the receiver answered 410",
    }
    assert len(of(hook, message)) == 1
    command = Command(posting.local.record.directory.parent)
    assert run(command, "webhooks", "enable", "acme", "notify")[0] == 0
    assert run(command, "redrive", "acme")[0] == 0
    assert delivered(acme_posts, message)


def test_what_has_receivers_is_not_redriven_by_its_id_but_resent(
    platform: Platform, command: Command, run: Run
) -> None:
    message = "01JD3Z6K0V8Q4T7M2N5P9R1S3W"
    code, _, err = run(command, "redrive", "acme", "--message", message)
    assert (code, f"tenantry webhooks resend acme --id {message}" in " ".join(err.split())) == (2, True)
    code, _, err = run(command, "redrive", "acme", "--message", message.lower())
    assert (code, "--message is" in err) == (2, True)
    assert platform.local.alive


def waiting(platform: Platform, queue: str = "") -> int:
    """What is in the queue, acme's if none is named, for now; what rests after a failure is not."""
    sqs, name = platform.root.client("sqs"), "ApproximateNumberOfMessages"
    address = url(platform, queue or platform.names.queue("acme", "contact"))
    told = sqs.get_queue_attributes(QueueUrl=address, AttributeNames=["All"])["Attributes"]
    return int(told[name])


def test_a_tenant_without_delivery_has_nothing_to_redrive(
    platform: Platform, command: Command, run: Run
) -> None:
    code, _, err = run(command, "redrive", "acme-eu")
    assert (code, "acme-eu has no queue in stack demo (tenantry_demo_acme-eu_contact)" in err) == (1, True)
    code, _, err = run(command, "redrive", "nobody")
    assert (code, "it has acme, acme-eu, globex" in err) == (2, True)
    assert platform.local.alive


def test_the_local_receiver_shows_what_a_webhook_would_get(platform: Platform, globex: Tenant) -> None:
    address = globex.local.shown["options"]["contact"]["notify"]
    message = send(globex, message="To globex")
    ids = lambda: [each["headers"]["webhook-id"] for each in shown(address)]  # noqa: E731 - asked repeatedly
    assert eventually(lambda: message in ids(), seconds=30)
    [got] = [each for each in shown(address) if each["headers"]["webhook-id"] == message]
    assert json.loads(got["body"])["data"]["message"] == "To globex"
    assert address.startswith(f"http://127.0.0.1:{platform.local.record.issuer_port}/")


def shown(address: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = httpx.get(address, trust_env=False).json()["deliveries"]
    return found


def test_mail_goes_out_from_the_platforms_sender_to_the_tenant_and_answers_to_the_visitor(
    platform: Platform, acme: Tenant
) -> None:
    message = send(acme, message="By mail, please")
    assert delivered(acme, message)
    kept = mails(platform.local.endpoint, platform.root)[ACCOUNT]
    sent = [each for each in kept if "By mail, please" in each["BodyText"]]
    assert [(each["Source"], each["To"]) for each in sent] == [(local.MAIL_FROM, ["office@acme.example"])]


def test_mail_is_listed_and_sent_again_by_the_messages_id_and_gets_no_test(
    platform: Platform, acme: Tenant, command: Command, run: Run
) -> None:
    message = send(acme, message="By mail, twice")
    assert delivered(acme, message)
    code, out, _ = run(command, "webhooks", "list", "acme", "--json")
    [listed] = json.loads(out)["receivers"]
    assert (code, listed["host"], listed["state"]) == (0, "office@acme.example", "on")
    code, out, _ = run(command, "webhooks", "resend", "acme", "--id", message, "--json")
    assert (code, json.loads(out)["sent"]) == (0, 1)

    def sent() -> int:
        kept = mails(platform.local.endpoint, platform.root)[ACCOUNT]
        return sum("By mail, twice" in each["BodyText"] for each in kept)

    assert eventually(lambda: sent() == 2, seconds=30)
    code, _, err = run(command, "webhooks", "test", "acme")
    assert (code, "go by e-mail" in err) == (2, True)


def told(run: Run, posting: Platform, *arguments: str) -> tuple[int, Any, str]:
    code, out, err = run(Command(posting.local.record.directory.parent), "webhooks", *arguments, "--json")
    return code, json.loads(out) if out else None, err


def states(run: Run, posting: Platform) -> dict[str, str]:
    code, listed, _ = told(run, posting, "list", "acme")
    assert code == 0
    return {each["name"]: each["state"] for each in listed["receivers"]}


def test_each_receiver_is_posted_the_message_under_a_secret_of_its_own(
    posting: Platform, acme_posts: Tenant, hook: Receiver, crm: Receiver, run: Run
) -> None:
    message = send(acme_posts)
    assert eventually(lambda: bool(of(hook, message) and of(crm, message)), seconds=30)
    command = Command(posting.local.record.directory.parent)
    code, secret, _ = run(command, "secrets", "show", "acme", "webhook_secret", "--receiver", "crm")
    assert code == 0
    [got] = of(crm, message)
    standardwebhooks.Webhook(secret.strip()).verify(got.body, got.headers)
    [other] = of(hook, message)
    with pytest.raises(standardwebhooks.webhooks.WebhookVerificationError):
        standardwebhooks.Webhook(secret.strip()).verify(other.body, other.headers)
    assert states(run, posting) == {"notify": "on", "crm": "on"}


def test_a_test_event_is_sent_by_the_notifier_itself_and_its_answer_shown(
    posting: Platform, crm: Receiver, run: Run
) -> None:
    code, sent, _ = told(run, posting, "test", "acme", "crm")
    [result] = sent["results"]
    assert (code, result["receiver"], result["problem"]) == (0, "crm", None)
    [got] = of(crm, result["id"])
    assert json.loads(got.body)["type"] == "contact.test"
    crm.answers.append((500, {}))
    code, sent, _ = told(run, posting, "test", "acme", "crm")
    assert (code, sent["results"][0]["problem"]) == (1, "the receiver answered 500")
    assert told(run, posting, "test", "acme", "crn")[0] == 2


def test_what_one_that_was_switched_off_missed_is_sent_again_since_a_moment_and_to_it_alone(
    posting: Platform, acme_posts: Tenant, hook: Receiver, crm: Receiver, run: Run
) -> None:
    crm.answers.append((410, {}))
    first = send(acme_posts)
    assert eventually(lambda: states(run, posting)["crm"] == "off", seconds=30)
    second = send(acme_posts)
    assert delivered(acme_posts, second)
    dead = posting.names.dead_letters("acme", "contact")
    assert eventually(lambda: waiting(posting, dead) == 2, seconds=60)
    assert of(crm, second) == []
    code, _, err = told(run, posting, "resend", "acme", "--since", "1h", "--receiver", "crm")
    assert (code, "tenantry webhooks enable acme crm" in err) == (1, True)
    code, enabled, _ = told(run, posting, "enable", "acme", "crm")
    assert (code, enabled["receivers"][0]["was"]["reason"]) == (0, "the receiver answered 410")
    code, sent, _ = told(run, posting, "resend", "acme", "--since", "1h", "--receiver", "crm")
    assert (code, sent["sent"] >= 2, sent["switched_off"]) == (0, True, [])
    assert eventually(lambda: len(of(crm, first)) == 2 and len(of(crm, second)) == 1, seconds=30)
    assert waiting(posting, dead) == 0
    assert (len(of(hook, first)), len(of(hook, second))) == (1, 1)
    code, sent, _ = told(run, posting, "resend", "acme", "--id", second)
    assert (code, sent["sent"]) == (0, 2)
    assert eventually(lambda: len(of(crm, second)) == len(of(hook, second)) == 2, seconds=30)


def test_what_is_delivered_here_is_forwarded_to_a_server_of_ones_own(
    platform: Platform, globex: Tenant, command: Command
) -> None:
    with receiver() as own:
        own.answers.append((202, {}))
        forward = f"http://127.0.0.1:{own.port}/mine"
        started = command.started("webhooks", "listen", "globex", "--forward", forward, "--json")
        with started as listening:
            assert listening.stderr is not None
            assert listening.stdout is not None
            assert "Ctrl-C stops it" in listening.stderr.readline()
            message = send(globex, message="To be forwarded")
            assert eventually(lambda: bool(of(own, message)), seconds=30)
            line = json.loads(listening.stdout.readline())
            listening.send_signal(signal.SIGINT)
            assert listening.wait(10) == 0
    assert (line["receiver"], line["id"], line["status"]) == ("notify", message, 202)
    [got] = of(own, message)
    stored = platform.root.client("secretsmanager").get_secret_value(
        SecretId=platform.secret("globex", "delivery")
    )
    secret = json.loads(stored["SecretString"])["webhook_secret"]
    assert standardwebhooks.Webhook(secret).verify(got.body, got.headers)["data"]["id"] == message
    assert (got.path, got.headers["content-type"]) == ("/mine", "application/json")
