"""A tenant's file lists the receivers of a group's events: each by name, within what an environment holds."""

from pathlib import Path

import pytest

from agreed import webhooks
from tenantry.config import Tenant, load_platform
from tenantry.config.receivers import RECEIVERS, URL_LENGTH, Name
from tenantry.problems import ConfigErrors

URL = "https://hooks.acme.example/contact"


def loaded(folder: Path, tenant_text: str, contact: str) -> Tenant:
    text = tenant_text.replace("routes: [items]", "routes: [contact]")
    below = "".join(f"  {line}\n" for line in contact.splitlines())
    (folder / "demo" / "acme.yaml").write_text(f"{text}contact:\n{below}", encoding="utf-8")
    return load_platform(folder).tenant("acme")


def listing(*entries: str) -> str:
    return "\n".join(["webhooks:", *(f"  - {{{entry}}}" for entry in entries)])


def test_a_receiver_takes_all_events_unless_it_names_some(folder: Path, tenant_text: str) -> None:
    written = listing(f"name: crm, url: {URL}", f"name: erp, url: {URL}, events: [contact.received]")
    tenant = loaded(folder, tenant_text, written)
    assert tenant.webhooks["contact"] == (
        webhooks.Receiver("crm", ("contact.received",), URL),
        webhooks.Receiver("erp", ("contact.received",), URL),
    )
    assert tenant.options["contact"] == {}
    assert [secret.name for secret in tenant.secrets] == ["runtime", "delivery-crm", "delivery-erp"]


def test_notify_is_a_receiver_beside_them_as_it_was_alone(folder: Path, tenant_text: str) -> None:
    tenant = loaded(folder, tenant_text, f"notify: {URL}\n{listing(f'name: crm, url: {URL}')}")
    group = tenant.groups.group("contact")
    assert group is not None
    assert tenant.called(group) == ("notify", "crm")
    assert [secret.name for secret in tenant.secrets] == ["runtime", "delivery", "delivery-crm"]


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ((f"name: crm, url: {URL}", f"name: crm, url: {URL}"), "repeats 'crm'"),
        ((f"name: notify, url: {URL}",), "is notify, which is the name of the receiver that notify sets"),
        ((f"name: a-b, url: {URL}",), r"webhooks\[0\].name"),
        (("name: crm, url: http://hooks.acme.example",), "not an https URL"),
        (("name: crm, url: https://127.0.0.1/x",), "not on the internet"),
        ((f"name: crm, url: {URL}, events: [contact.gone]",), r"events\[0\]"),
        ((f"name: crm, url: {URL}, events: []",), "events"),
        ((f"name: crm, url: {URL}, secret: x",), "secret"),
        ((f"name: crm, url: {URL}/{'x' * URL_LENGTH}",), r"webhooks\[0\].url"),
        (tuple(f"name: crm{n}, url: {URL}" for n in range(RECEIVERS + 1)), "contact.webhooks"),
    ],
)
def test_what_cannot_be_a_receiver_is_refused(
    folder: Path, tenant_text: str, entries: tuple[str, ...], message: str
) -> None:
    with pytest.raises(ConfigErrors, match=message):
        loaded(folder, tenant_text, listing(*entries))


def test_a_name_is_what_the_functions_take_for_one() -> None:
    [rule] = Name.__metadata__  # type: ignore[attr-defined]
    assert rule.pattern == f"^{webhooks.NAME.pattern}$"
