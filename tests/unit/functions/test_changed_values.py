"""A value that an operator sets reaches the functions when their cached one is too old, and not later."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from moto.secretsmanager.models import SecretsManagerBackend

from api import secrets
from tenantry.operations.named_values import TenantSecrets
from tenantry.rules.named_values import named
from tenantry.rules.naming import Names, generation
from tests.support import tenant_api
from tests.support.tenant_api import TenantApi

COLLECTION = "/items/{collection}"
CURSOR = named("cursor_key")


@pytest.fixture
def acme() -> Iterator[TenantApi]:
    """Its secret is named as on AWS, where the commands find it."""
    name = generation(Names("picked-up").secret("acme"), "0a1b2c3d")
    made = tenant_api.client("secretsmanager").create_secret(
        Name=name, SecretString=f'{{"cursor_key": "{CURSOR.generate()}"}}'
    )
    yield TenantApi("acme", made["ARN"])
    tenant_api.client("secretsmanager").delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


@pytest.fixture
def _current_is_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS answers with the version labelled AWSCURRENT; moto does only after it is moved by a put."""
    move = SecretsManagerBackend.update_secret_version_stage

    def moved(self: SecretsManagerBackend, secret_id: str, **how: str) -> tuple[str, str]:
        answer = move(self, secret_id, **how)
        secret = self.secrets[secret_id]
        [current] = [key for key, each in secret.versions.items() if "AWSCURRENT" in each["version_stages"]]
        secret.set_default_version_id(current)
        return answer

    monkeypatch.setattr(SecretsManagerBackend, "update_secret_version_stage", moved)


def page(acme: TenantApi, query: str) -> tuple[int, str]:
    answer = acme.call("GET", COLLECTION, path={"collection": "orders"}, query=query)
    return answer.status, str(answer.json.get("next_cursor") or answer.json.get("type"))


@pytest.mark.usefixtures("_current_is_default")
def test_a_new_cursor_key_seals_cursors_once_the_old_one_is_900_seconds_old(
    acme: TenantApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [5_000.0]
    monkeypatch.setattr(secrets, "monotonic", lambda: clock[0])
    for _ in range(2):
        acme.call("POST", COLLECTION, {}, path={"collection": "orders"})
    _, cursor = page(acme, "limit=1")
    values = TenantSecrets(tenant_api.client("secretsmanager"), Names("picked-up"), "acme")
    assert values.set(CURSOR, CURSOR.generate(), lambda: datetime.now(UTC))
    clock[0] += CURSOR.picked_up_seconds - 1
    assert page(acme, f"limit=1&cursor={cursor}")[0] == 200
    clock[0] += 1
    assert page(acme, f"limit=1&cursor={cursor}") == (400, "urn:tenantry:problem:invalid-cursor")
    _, renewed = page(acme, "limit=1")
    assert page(acme, f"limit=1&cursor={renewed}")[0] == 200
