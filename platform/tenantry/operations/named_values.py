"""Read and set a tenant's named values in Secrets Manager, and never lose one that somebody else sets.

PutSecretValue takes no condition. A change is therefore put beside the current version, and then made current
by UpdateSecretVersionStage, which fails unless the version that was read is the current one still.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from agreed.secrets import RECEIVER_MARK
from tenantry.errors import Failed
from tenantry.operations import generations
from tenantry.operations.aws import refusals_reported
from tenantry.rules.named_values import NamedValue, SecretValues, named_values, of_receivers
from tenantry.rules.naming import Names

CURRENT = "AWSCURRENT"
CANDIDATE = "TENANTRY_CANDIDATE"  # keeps a version that is not current yet from counting as deprecated


class NoValue(Failed):
    """The tenant's secret cannot be read, or does not hold the value; the message says what to do."""


class Outrun(Failed):
    """Somebody else set a value of the same secret between reading and writing it."""


@dataclass(frozen=True, slots=True)
class ListedValue:
    """`changed` is None where the tenant has no such secret; a `leaving` one is scheduled for deletion.

    `secret` is the name of its newest generation; without one, what its names would begin with.
    """

    value: NamedValue
    secret: str
    changed: datetime | None
    leaving: bool


@dataclass(frozen=True, slots=True)
class TenantSecrets:
    """The secrets of one tenant.

    Args:
        client: boto3's `secretsmanager` client.
    """

    client: Any
    names: Names
    tenant: str

    def listed(self) -> list[ListedValue]:
        """All that a tenant can have; no value is read for it.

        Raises:
            Failed: AWS refuses.
        """
        with refusals_reported(self._region):
            own = [self._listed(value) for value in named_values()]
            return own + [self._listed(value) for value in self._of_receivers()]

    def _of_receivers(self) -> Iterator[NamedValue]:
        """Of those whose secrets there are, also of one that was taken out and can be restored."""
        for value in of_receivers():
            beginning = self.names.secret(self.tenant, f"{value.secret.name}{RECEIVER_MARK}")
            found = generations.below(self.client, beginning)
            names = {each.name.removeprefix(beginning).partition("/")[0] for each in found}
            yield from (replace(value, receiver=name) for name in sorted(names))

    def value(self, value: NamedValue) -> str:
        """Raises NoValue, or Failed where AWS refuses."""
        with refusals_reported(self._region):
            document, _ = self._read(self._secret(value))
        if value.name not in document:
            secret = value.place(self.names, self.tenant)
            raise NoValue(
                f"{secret} has no value {value.name}; `tenantry secrets set {self.tenant} {value.name}"
                + (f" --receiver {value.receiver}` sets it" if value.receiver else "` sets it")
            )
        return document[value.name]

    def set(self, value: NamedValue, new: str, now: Callable[[], datetime]) -> bool:
        """Whether it was another value before; if not, nothing is written.

        Raises:
            NoValue: there is no such secret, or it is being deleted.
            Outrun: nothing was changed; set it again.
            Failed: AWS refuses.
        """
        with refusals_reported(self._region):
            secret = self._secret(value)
            document, version = self._read(secret)
            if document.get(value.name) == new:
                return False
            self._replace(secret, value.changed(document, new, now()), version)
        return True

    @property
    def _region(self) -> str:
        return str(self.client.meta.region_name)

    def _secret(self, value: NamedValue) -> str:
        """The name of the generation that functions read."""
        secret = value.place(self.names, self.tenant)
        found = generations.newest(self.client, secret)
        if found is None:
            raise NoValue(f"there is no secret {secret} in Region {self._region}; {value.origin}")
        if found.leaving:
            raise NoValue(
                f"{found.name} is scheduled for deletion in Region {self._region}; restore it by `aws "
                f"secretsmanager restore-secret --secret-id {found.name}`"
            )
        return found.name

    def _read(self, secret: str) -> tuple[SecretValues, str]:
        answer = self.client.get_secret_value(SecretId=secret, VersionStage=CURRENT)
        try:
            document = json.loads(answer["SecretString"])
        except (KeyError, ValueError):
            document = None
        if not isinstance(document, dict):
            raise NoValue(f"{secret} does not hold a JSON object; store one in it by other means") from None
        return document, str(answer["VersionId"])

    def _replace(self, secret: str, document: SecretValues, version: str) -> None:
        candidate = self.client.put_secret_value(
            SecretId=secret, SecretString=json.dumps(document), VersionStages=[CANDIDATE]
        )["VersionId"]
        try:
            self.client.update_secret_version_stage(
                SecretId=secret,
                VersionStage=CURRENT,
                RemoveFromVersionId=version,
                MoveToVersionId=candidate,
            )
        except self.client.exceptions.InvalidParameterException:
            raise Outrun(
                f"{secret} was changed by somebody else meanwhile; nothing was set, try again"
            ) from None

    def _listed(self, value: NamedValue) -> ListedValue:
        secret = value.place(self.names, self.tenant)
        found = generations.newest(self.client, secret)
        if found is None:
            return ListedValue(value, secret, changed=None, leaving=False)
        # The secret's own date of change also moves with its tags; a version's never does.
        versions = self.client.list_secret_version_ids(SecretId=found.name)["Versions"]
        made = [each["CreatedDate"] for each in versions if CURRENT in each["VersionStages"]]
        return ListedValue(value, found.name, made[0] if made else None, found.leaving)
