"""List everything of a tenant's that could be reached, in each spelling that a policy could use."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from agreed.secrets import SIGNING
from tenantry.execution.registration import Registered
from tenantry.groups import current
from tenantry.isolation.cells import RegisteredCell
from tenantry.isolation.partitions import partition_keys
from tenantry.rules import kinds, naming
from tenantry.rules.kinds.tokens import API_KEY, BUCKET, REST_API, USAGE_PLAN
from tenantry.rules.naming import AUTHORIZER, Names

INDEX = "/index/any"  # no table has one: LeadingKeys would not hold what is written into it


class TargetKind(StrEnum):
    """A column of the matrix."""

    KEYS = "keys"
    TABLES = "whole tables"
    SECRETS = "secrets"
    LOGS = "logs"
    FUNCTIONS = "functions"
    STAGES = "stages"
    ROLES = "roles"
    TOPICS = "topics"
    QUEUES = "queues"
    SENDERS = "senders"
    USAGE = "usage"
    ARTIFACTS = "artifacts"
    ENCRYPTION = "encryption keys"
    REST = "anything else"


SERVICES = {
    TargetKind.KEYS: ("dynamodb",),
    TargetKind.TABLES: ("dynamodb",),
    TargetKind.SECRETS: ("secretsmanager",),
    TargetKind.LOGS: ("logs",),
    TargetKind.FUNCTIONS: ("lambda",),
    TargetKind.STAGES: ("execute-api", "apigateway"),
    TargetKind.ROLES: ("iam", "sts"),
    TargetKind.TOPICS: ("sns",),
    TargetKind.QUEUES: ("sqs",),
    TargetKind.SENDERS: ("ses",),
    TargetKind.USAGE: ("apigateway",),
    TargetKind.ARTIFACTS: ("s3",),
    TargetKind.ENCRYPTION: ("kms",),
}

KINDS = {row.token: TargetKind(row.target) for row in kinds.KINDS.values() if row.target}


@dataclass(frozen=True, slots=True)
class Target:
    kind: TargetKind
    resource: str
    keys: tuple[str, ...] | None = None

    def __str__(self) -> str:
        if self.keys is None:
            return self.resource
        return f"{self.resource} key {self.keys[0]}" + (" beside its own" if self.keys[1:] else "")


@dataclass(frozen=True, slots=True)
class TenantPlace:
    """Where a tenant's resources are, whether it exists or might."""

    cell: RegisteredCell
    names: Names
    slug: str

    def __str__(self) -> str:
        if self.names != self.cell.names:
            return f"{self.slug} of a stack {self.names.stack}"
        return self.slug if self.slug in self.cell.slugs else f"a possible tenant {self.slug}"

    def targets(self) -> Iterator[Target]:
        yield from self._data()
        arns, names, slug = self.cell.arns, self.names, self.slug
        groups = current()
        for each in known_secrets(self.cell):
            yield secret(self.cell, names.secret(slug, each))
        for queue in groups.queues:
            for name in (names.queue(slug, queue.name), names.dead_letters(slug, queue.name)):
                yield Target(TargetKind.QUEUES, arns.queue(name))
        known = (AUTHORIZER, *(member.name for member in groups.members))
        functions = [names.function(slug, name) for name in known]
        for group in (*map(naming.log_group, functions), names.access_log(slug)):
            for below in ("", ":*", ":log-stream:2026/01/01/[$LATEST]0f"):
                yield Target(TargetKind.LOGS, arns.log_group(group) + below)
        for function in functions:
            for version in ("", ":$LATEST", ":1"):
                yield Target(TargetKind.FUNCTIONS, arns.function(function) + version)
            yield Target(TargetKind.ROLES, arns.iam(f"role/{function}"))
        yield Target(TargetKind.TOPICS, arns.topic(names.tenant(slug)))
        # Ids of a plan and a key are AWS's to choose; these stand for any that the tenant may have.
        yield Target(TargetKind.USAGE, arns.usage(f"of-{names.tenant(slug)}"))
        for key in (f"key/of-{names.tenant(slug)}", names.encryption_key(slug)):
            yield Target(TargetKind.ENCRYPTION, arns.kms(key))
        if names == self.cell.names:
            yield from self._stage()
            yield from self._registered()

    def _data(self) -> Iterator[Target]:
        shared, own = (
            self.cell.arns.table(name) for name in (self.names.table, self.names.tenant(self.slug))
        )
        for table in (shared, own):
            for key in partition_keys(self.slug):
                yield Target(TargetKind.KEYS, table, (key,))
                yield Target(TargetKind.KEYS, table + INDEX, (key,))
        yield from whole_table(own)

    def _stage(self) -> Iterator[Target]:
        arns = self.cell.arns
        for api in self.cell.of(REST_API):
            yield Target(TargetKind.STAGES, arns.execute_api(api.id, f"{self.slug}/GET/items/orders"))
            yield Target(TargetKind.STAGES, arns.gateway(f"/restapis/{api.id}/stages/{self.slug}"))
            log = arns.log_group(f"API-Gateway-Execution-Logs_{api.id}/{self.slug}")
            yield Target(TargetKind.LOGS, f"{log}:*")
        for plan in self._of(USAGE_PLAN):
            yield Target(TargetKind.USAGE, arns.usage(plan.id))
            for path in ("", "/keys"):  # the keys of a plan are listed with their values
                yield Target(TargetKind.STAGES, arns.gateway(f"/usageplans/{plan.id}{path}"))
        for key in self._of(API_KEY):
            yield Target(TargetKind.STAGES, arns.gateway(f"/apikeys/{key.id}"))

    def _registered(self) -> Iterator[Target]:
        """What the program really makes for it, by whatever name."""
        for resource in self._of(*KINDS):
            yield Target(KINDS[resource.type], resource.arn)

    def _of(self, *types: str) -> Iterator[Registered]:
        return (each for each in self.cell.of(*types) if self.cell.owner(each) == self.slug)


def known_secrets(cell: RegisteredCell) -> list[str]:
    """All that any tenant can have, and those of the receivers that the cell's tenants list."""
    listed = {each.name for tenant in cell.config.tenants for each in tenant.secrets}
    declared = [SIGNING, *(each.name for each in current().secrets)]
    return [*declared, *sorted(listed - set(declared))]


def withheld_secrets(names: Names, tenant: str, function: str, known: Iterable[str]) -> list[str]:
    """Secrets of its own tenant that a function has no business with: what its declaration does not name.

    As `Names` spells them, without a generation.
    """
    member = current().member(function)
    kept = [each for each in known if member is None or not member.function.reads(each)]
    return [names.secret(tenant, each) for each in kept]


def withheld(cell: RegisteredCell, tenant: str, function: str) -> list[Target]:
    known = known_secrets(cell)
    return [secret(cell, name) for name in withheld_secrets(cell.names, tenant, function, known)]


def shared(cell: RegisteredCell) -> Iterator[Target]:
    """What belongs to all tenants, so that no one of them may have it."""
    yield from whole_table(cell.arns.table(cell.names.table))
    for kind, services in SERVICES.items():
        if services and kind is not TargetKind.KEYS:
            yield Target(kind, "*")
    for path in ("/apikeys", "/usageplans", "/account"):
        yield Target(TargetKind.STAGES, cell.arns.gateway(path))
    for bucket in cell.of(BUCKET):
        yield Target(TargetKind.ARTIFACTS, bucket.arn)
        yield Target(TargetKind.ARTIFACTS, f"{bucket.arn}/code/0.zip")
    yield Target(TargetKind.TOPICS, cell.arns.topic(cell.names.cell))
    yield Target(TargetKind.SENDERS, cell.arns.identity("another.example"))
    yield Target(TargetKind.ROLES, cell.arns.iam(f"role/{cell.names.gateway_role('0a1b2c3d')}"))


def secret(cell: RegisteredCell, name: str) -> Target:
    """Some generation of it: no policy distinguishes one from another."""
    made = naming.generation(name, "0a1b2c3d")
    return Target(TargetKind.SECRETS, cell.arns.secrets(made).replace("??????", "AbCdEf"))


def whole_table(table: str) -> Iterator[Target]:
    """Requests that name no partition key, on the table and on what hangs below it."""
    for below in ("", INDEX, "/stream/2026", "/backup/01", "/export/01", "/import/01"):
        yield Target(TargetKind.TABLES, table + below)
