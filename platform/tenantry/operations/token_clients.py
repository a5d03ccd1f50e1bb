"""Keep the programs that a tenant's token endpoint knows: records in the tenant's own partition, read at each
request, so that what is changed here holds at once. A secret is answered once, and kept as its digest."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from agreed import clients, environment, partitions
from agreed.declarations import Group
from tenantry.errors import Failed, WrongInput
from tenantry.gateway import contract
from tenantry.groups import current
from tenantry.operations.patience import patiently
from tenantry.operations.places import Place
from tenantry.problems import unknown

MOST = 50  # of a tenant; whoever needs one for each of many users wants an identity provider


class NoEndpoint(Failed):
    """The tenant has no token endpoint here; the message says how it gets one."""


class Known(NamedTuple):
    """Moments are in RFC 3339; until `earlier_until` the secret before the last roll is good too."""

    id: str
    scopes: tuple[str, ...]
    created_at: str
    used_at: str | None
    ends_at: str | None
    earlier_until: str | None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`scopes` are those of the routes that the tenant has."""

    tenant: str
    group: str
    table: str
    scopes: tuple[str, ...]
    dynamodb: Any

    def listed(self) -> list[Known]:
        """By id."""
        answer = patiently(
            lambda: self.dynamodb.query(
                TableName=self.table,
                KeyConditionExpression="pk = :partition",
                ExpressionAttributeValues={":partition": {"S": self._partition}},
                ConsistentRead=True,
            )
        )
        return [_known(each) for each in answer["Items"]]  # MOST of them are far from a page's 1 MB

    def add(self, client: str, scopes: Sequence[str], days: int | None) -> str:
        """Its secret.

        Raises:
            WrongInput: there is one of that name, or of too many; or a scope opens none of its routes.
        """
        if not clients.ID.fullmatch(client):
            raise WrongInput(
                f"{client!r} cannot name a client; use 1 to 63 of a-z, 0-9, . and -, a letter or digit first"
            )
        for scope in scopes:
            if scope not in self.scopes:
                raise WrongInput(unknown("scope", scope, self.scopes))
        if len(self.listed()) >= MOST:
            raise WrongInput(f"{self.tenant} has {MOST} clients, the most that it may have; remove one")
        secret, now = new_secret(), datetime.now(UTC)
        ends = {} if days is None else {clients.ENDS_AT: moment(now + timedelta(days=days))}
        texts = {
            clients.CREATED_AT: moment(now),
            clients.SCOPES: " ".join(sorted(set(scopes))),
            clients.SECRET: clients.digest(secret),
            **ends,
        }
        try:
            self.dynamodb.put_item(
                TableName=self.table,
                Item={**self._key(client), **{name: {"S": text} for name, text in texts.items()}},
                ConditionExpression="attribute_not_exists(pk)",
            )
        except self.dynamodb.exceptions.ConditionalCheckFailedException:
            raise WrongInput(
                f"{self.tenant} has a client {client}; choose another name, or roll it"
            ) from None
        return secret

    def roll(self, client: str, grace: timedelta) -> tuple[str, str | None]:
        """A new secret, and until when the one of now is good beside it; None for no longer.

        Raises:
            WrongInput: there is no such client.
            Failed: somebody else rolled it meanwhile.
        """
        found = self._found(client)
        secret, until = new_secret(), moment(datetime.now(UTC) + grace) if grace else None
        values = {":new": clients.digest(secret), ":read": found[clients.SECRET]["S"]}
        change = f"SET {clients.SECRET} = :new"
        if until:
            change += f", {clients.EARLIER} = :read, {clients.EARLIER_UNTIL} = :until"
            values[":until"] = until
        else:
            change += f" REMOVE {clients.EARLIER}, {clients.EARLIER_UNTIL}"
        try:
            self.dynamodb.update_item(
                TableName=self.table,
                Key=self._key(client),
                UpdateExpression=change,
                ConditionExpression=f"{clients.SECRET} = :read",
                ExpressionAttributeValues={name: {"S": text} for name, text in values.items()},
            )
        except self.dynamodb.exceptions.ConditionalCheckFailedException:
            raise Failed(
                f"somebody else changed {client} meanwhile; nothing was rolled, look at it"
            ) from None
        return secret, until

    def remove(self, client: str) -> None:
        """Raises WrongInput: there is no such client."""
        self._found(client)
        self.dynamodb.delete_item(TableName=self.table, Key=self._key(client))

    @property
    def _partition(self) -> str:
        return partitions.records(self.tenant, self.group, clients.CLIENT)

    def _key(self, client: str) -> dict[str, Any]:
        return {"pk": {"S": self._partition}, "sk": {"S": client}}

    def _found(self, client: str) -> dict[str, Any]:
        answer = patiently(
            lambda: self.dynamodb.get_item(TableName=self.table, Key=self._key(client), ConsistentRead=True)
        )
        if found := answer.get("Item"):
            return dict(found)
        raise WrongInput(unknown("client", client, [each.id for each in self.listed()]))


def endpoint(place: Place, tenant: str) -> Endpoint:
    """What runs there, by the environment of the function that issues.

    Raises:
        NoEndpoint: none does.
    """
    for group in filter(_issues, current()):
        function, lambda_ = place.names.function(tenant, group.name), place.client("lambda")
        try:
            answer = lambda_.get_function_configuration(FunctionName=function)
        except lambda_.exceptions.ResourceNotFoundException:
            continue
        said = answer["Environment"]["Variables"]
        own = contract.scopes(contract.load(), json.loads(said[environment.ISSUES])["groups"])
        return Endpoint(tenant, group.name, said[environment.TABLE], tuple(own), place.client("dynamodb"))
    known = ", ".join(group.name for group in current() if _issues(group)) or "a group that issues tokens"
    raise NoEndpoint(
        f"{tenant} has no token endpoint in {place}; list {known} in its file's routes, which takes "
        "auth.managed, and deploy"
    )


def new_secret() -> str:
    return clients.PREFIX + secrets.token_urlsafe(clients.SECRET_BYTES)


def moment(when: datetime) -> str:
    return when.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _issues(group: Group) -> bool:
    return group.signs and any(record.kind == clients.CLIENT for record in group.records)


def _known(record: dict[str, Any]) -> Known:
    texts = {name: value["S"] for name, value in record.items() if "S" in value}
    return Known(
        texts["sk"],
        tuple(texts[clients.SCOPES].split(" ")),
        texts[clients.CREATED_AT],
        texts.get(clients.USED_AT),
        texts.get(clients.ENDS_AT),
        texts.get(clients.EARLIER_UNTIL),
    )
