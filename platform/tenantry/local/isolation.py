"""Try for real, with the credentials of every function of a local platform, to reach the other tenants.

A refusal must be IAM's: authorization comes first, so any other answer means that the role got through.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from agreed.secrets import SIGNING
from tenantry.errors import Failed
from tenantry.groups import current
from tenantry.isolation.partitions import inbox, partition_keys
from tenantry.isolation.targets import withheld_secrets
from tenantry.local import attempts
from tenantry.local.attempts import Attempt, RefusedInside
from tenantry.local.clients import ACCOUNT, Credentials, Session, session
from tenantry.local.state import LocalPlatform
from tenantry.operations import generations
from tenantry.rules.naming import Names, generation

DENIED = frozenset({"AccessDenied", "AccessDeniedException"})
UNRECOGNIZED = frozenset(
    {"ExpiredTokenException", "InvalidClientTokenId", "SignatureDoesNotMatch", "UnrecognizedClientException"}
)
SERVICES = ("dynamodb", "iam", "lambda", "secretsmanager", "sqs", "sts")
Probes = list[dict[str, Any]]
"""Each as DeleteItem takes it."""


class NotTried(Failed):
    """The attempts prove nothing; the message says why."""


@dataclass(frozen=True, slots=True)
class TriedFunction:
    name: str
    tenant: str
    role: str

    @property
    def group(self) -> str:
        return self.name.rpartition("_")[2]


@dataclass(frozen=True, slots=True)
class Trial:
    """One attempt on what is not the function's tenant's; `answer` is `done`, or an error's code."""

    function: TriedFunction
    operation: str
    on: str
    answer: str

    @property
    def leaked(self) -> bool:
        return self.answer not in DENIED

    def __str__(self) -> str:
        return f"{self.function.name}: {self.operation} on {self.on}, LEAKED: {self.answer}"


def functions(platform: LocalPlatform) -> list[TriedFunction]:
    """Those that run, with the roles that they run under."""
    pages = platform.root_session().client("lambda").get_paginator("list_functions").paginate()
    found = [
        TriedFunction(each["FunctionName"], each["Environment"]["Variables"]["TENANT"], each["Role"])
        for page in pages
        for each in page["Functions"]
    ]
    if not found:
        raise NotTried(
            "the local platform has no function whose role could be tried; run `tenantry up` again"
        )
    return sorted(found, key=lambda function: function.name)


def trials(
    platform: LocalPlatform, tested: Iterable[TriedFunction], tried: Callable[[TriedFunction], None]
) -> Iterator[Trial]:
    """Every attempt, one after the other; what leaked through is removed again.

    Args:
        tested: the functions whose roles to try.
        tried: called with each function whose attempts are done.

    Raises:
        NotTried: the emulator does not accept a role's credentials.
    """
    root, others = platform.root_session(), functions(platform)
    cleaner = root.client("dynamodb")
    for function in tested:
        taken = root.client("sts").assume_role(RoleArn=function.role, RoleSessionName="isolation")
        own = _session(platform, taken["Credentials"])
        clients = {service: own.client(service) for service in SERVICES}
        for on, attempt, clean in (*_foreign(platform, function, root), *_of_functions(function, others)):
            answer = _answer(attempt, clients[attempt.service])
            if attempt.writes and answer not in DENIED:
                for probe in clean:
                    cleaner.delete_item(**probe)
            yield Trial(function, attempt.operation, on, answer)
        tried(function)


def _session(platform: LocalPlatform, credentials: dict[str, str]) -> Session:
    parts = (credentials[name] for name in ("AccessKeyId", "SecretAccessKey", "SessionToken"))
    return session(platform.endpoint, Credentials(*parts))


def _foreign(
    platform: LocalPlatform, function: TriedFunction, root: Session
) -> Iterator[tuple[str, Attempt, Probes]]:
    """What is tried on what, and the probes that it may leave there."""
    names, known = Names(platform.cell), _known_secrets(platform)
    for secret in withheld_secrets(names, function.tenant, function.group, known):
        yield from ((secret, each, []) for each in attempts.on_secret(_made(root, secret)))
    for tenant in platform.tenants:
        if tenant.slug == function.tenant:
            continue
        silo = tenant.shown["isolation"] == "silo"
        table = names.tenant(tenant.slug) if silo else names.table
        for key in partition_keys(tenant.slug):
            clean = _probes(table, key)
            yield from ((f"{table} {key}", each, clean) for each in attempts.on_partition(table, key))
        theirs, own = inbox(tenant.slug), inbox(function.tenant)
        if theirs and own:
            clean = _probes(table, *theirs, *own)
            for each in attempts.on_inbox(table, theirs, own):
                yield f"{table} inbox of {tenant.slug}", each, clean
        yield from ((table, each, []) for each in attempts.on_table(table))
        for secret in (names.secret(tenant.slug), *withheld_secrets(names, tenant.slug, "", known)):
            yield from ((secret, each, []) for each in attempts.on_secret(_made(root, secret)))
        for declared in current().queues_of(tenant.shown["routes"], tenant.shown["options"], tenant.webhooks):
            for queue in (
                names.queue(tenant.slug, declared.name),
                names.dead_letters(tenant.slug, declared.name),
            ):
                url = f"{platform.endpoint}/{ACCOUNT}/{queue}"
                yield from ((queue, each, []) for each in attempts.on_queue(url))


def _of_functions(
    function: TriedFunction, others: Iterable[TriedFunction]
) -> Iterator[tuple[str, Attempt, Probes]]:
    for other in others:
        if other.tenant != function.tenant:
            yield from ((other.name, each, []) for each in attempts.on_function(other.name, other.role))


def _known_secrets(platform: LocalPlatform) -> list[str]:
    """All that a tenant here can have, and those of the receivers that some have."""
    groups = current()
    own = [
        secret.name
        for tenant in platform.tenants
        for secret in groups.secrets_of(tenant.shown["routes"], tenant.shown["options"], tenant.webhooks)
    ]
    return list(dict.fromkeys([SIGNING, *(secret.name for secret in groups.secrets), *own]))


def _made(root: Session, secret: str) -> str:
    """The name of its generation; of a secret that the tenant does not have, one that it might."""
    found = generations.newest(root.client("secretsmanager"), secret)
    return found.name if found else generation(secret, "0a1b2c3d")


def _probes(table: str, *partitions: str) -> Probes:
    return [{"TableName": table, "Key": attempts.probe(each)} for each in partitions]


def _answer(attempt: Attempt, client: Any) -> str:
    try:
        attempt.way(client)
    except RefusedInside as refused:
        return refused.code
    except ClientError as error:
        code = str(error.response["Error"]["Code"])
        if code in UNRECOGNIZED:
            raise NotTried(
                f"the credentials of a role are not accepted ({code}); run `tenantry up` again"
            ) from None
        return code
    return "done"
