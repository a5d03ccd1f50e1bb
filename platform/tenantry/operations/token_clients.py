"""Keep the programs that a tenant's token endpoint knows: records in the tenant's own partition, read at each
request, so that what is changed here holds at once. A secret is answered once, and kept as its digest.

What a client is and how one changes, `agreed.clients` says: the tenant's portal makes and changes them too.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from agreed import clients, environment
from agreed.clients import Change, Clients, Known, Refused
from agreed.declarations import Group
from tenantry.errors import Failed, WrongInput
from tenantry.gateway import contract
from tenantry.groups import current
from tenantry.operations.patience import patiently
from tenantry.operations.places import Place
from tenantry.problems import unknown


class NoEndpoint(Failed):
    """The tenant has no token endpoint here; the message says how it gets one."""


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
                ExpressionAttributeValues={":partition": {"S": self._clients.partition}},
                ConsistentRead=True,
            )
        )
        return [clients.known(each) for each in answer["Items"]]  # so few are far from a page's 1 MB

    def add(self, client: str, scopes: Sequence[str], days: int | None) -> str:
        """Its secret.

        Raises:
            WrongInput: there is one of that name, or of too many; or a scope opens none of its routes.
        """
        secret, now = clients.new_secret(), datetime.now(UTC)
        try:
            ends, there = clients.end(days, now), len(self.listed())
            change = self._clients.made(client, scopes, secret, ends, there, now)
        except Refused as refused:
            raise WrongInput(str(refused)) from None
        if not self._done(change):
            raise WrongInput(f"{self.tenant} has a client {client}; choose another name, or roll it")
        return secret

    def roll(self, client: str, hours: int) -> tuple[str, str | None]:
        """A new secret, and until when the one of now is good beside it; None for no longer.

        Raises:
            WrongInput: there is no such client, or it cannot be good for so long.
            Failed: somebody else changed it meanwhile.
        """
        secret = clients.new_secret()
        try:
            until = clients.grace_end(hours, datetime.now(UTC))
        except Refused as refused:
            raise WrongInput(str(refused)) from None
        if not self._done(self._clients.rolled(self._found(client), secret, until)):
            raise Failed(f"somebody else changed {client} meanwhile; nothing was rolled, look at it")
        return secret, until

    def end(self, client: str, days: int | None) -> str | None:
        """From when on it gets no tokens; None for never.

        Raises:
            WrongInput: there is no such client, or it cannot last for so long.
            Failed: somebody else changed it meanwhile.
        """
        try:
            ends = clients.end(days, datetime.now(UTC), least=0)
        except Refused as refused:
            raise WrongInput(str(refused)) from None
        if not self._done(self._clients.ended(self._found(client), ends)):
            raise Failed(f"somebody else changed {client} meanwhile; its end is as it was, look at it")
        return ends

    def remove(self, client: str) -> None:
        """It gets no more tokens from now on.

        Raises:
            WrongInput: there is no such client.
            Failed: somebody else changed it meanwhile.
        """
        if not self._done(self._clients.removed(self._found(client))):
            raise Failed(f"somebody else changed {client} meanwhile; nothing was removed, look at it")

    @property
    def _clients(self) -> Clients:
        return Clients(self.tenant, self.scopes, self.group)

    def _done(self, change: Change) -> bool:
        """False where its condition does not hold."""
        writes = {
            "Put": self.dynamodb.put_item,
            "Update": self.dynamodb.update_item,
            "Delete": self.dynamodb.delete_item,
        }
        try:
            writes[change.kind](TableName=self.table, **change.request)
        except self.dynamodb.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def _found(self, client: str) -> dict[str, Any]:
        key = self._clients.key(client)
        answer = patiently(lambda: self.dynamodb.get_item(TableName=self.table, Key=key, ConsistentRead=True))
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


def _issues(group: Group) -> bool:
    return group.signs and any(record.kind == clients.CLIENT for record in group.records)
