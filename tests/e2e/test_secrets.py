"""`secrets` on the platform that runs."""

import json
from collections.abc import Iterator

import pytest

from tests.support.command import Command, Run
from tests.support.platform import Platform


@pytest.fixture
def webhook(platform: Platform) -> Iterator[str]:
    """The secret of a tenant with a webhook, which acme is made to have."""
    client, name = platform.root.client("secretsmanager"), f"{platform.names.secret('acme', 'delivery')}/0"
    client.create_secret(Name=name, SecretString='{"webhook_secret": "whsec_old"}')
    yield name
    client.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


def test_a_webhook_secret_is_replaced_and_the_old_one_overlaps(
    platform: Platform, command: Command, run: Run, webhook: str
) -> None:
    code, out, _ = run(command, "secrets", "set", "acme", "webhook_secret", "--generate", "--show")
    assert code == 0
    told = platform.root.client("secretsmanager").get_secret_value(SecretId=webhook)["SecretString"]
    held = json.loads(told)
    assert held.pop("changed_at").endswith("Z")
    assert held == {"webhook_secret": out.strip(), "previous_webhook_secret": "whsec_old"}
    assert run(command, "secrets", "show", "acme", "webhook_secret") == (0, out, "")


def test_a_list_shows_readers_and_no_value(platform: Platform, command: Command, run: Run) -> None:
    code, out, _ = run(command, "secrets", "list", "globex", "--port", str(platform.local.record.port))
    assert code == 0
    assert all(text in out for text in ("cursor_key", "items, tools", "900 s"))
    name = platform.secret("globex")
    value = json.loads(platform.root.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"])
    assert value["cursor_key"] not in out
