"""What keeps data, as expected: tables, secrets with their first values, queues, and the code's bucket."""

from collections.abc import Iterator, Mapping
from typing import Any

from agreed.declarations import Queue
from agreed.secrets import RUNTIME, SIGNING
from tenantry.components.generations import BYTES
from tenantry.components.queue import DAY, DEAD_LETTER_DAYS, VISIBILITIES
from tenantry.components.secret import FIRST
from tenantry.components.table import EXPIRY, PARTITION_KEY, SORT_KEY
from tenantry.isolation.expected.expectation import SHOWN, Expected, Free, Kept, Place, TenantPlace
from tenantry.packing.artifact import Artifact
from tenantry.releases import Piece, Release
from tenantry.rules import key_policies, naming
from tenantry.rules.key_policies import Holders
from tenantry.rules.kinds import tokens
from tenantry.rules.naming import AUTHORIZER

Values = Mapping[str, Any]


def of_cell(at: Place) -> Iterator[Expected]:
    cell = at.cell.config.name
    yield _table(at, cell, at.names.table, None)
    yield from _code(at)


def of_tenant(at: TenantPlace) -> Iterator[Expected]:
    if at.tenant.isolation == "silo":
        yield _table(at, at.slug, at.names.tenant(at.slug), at.key)
    if at.tenant.data.encryption == "kms":
        yield from _key(at)
    for queue in at.tenant.queues:
        yield from _queue(at, queue)
    yield from _secrets(at)
    if at.tenant.auth.managed:
        yield from _signing_keys(at, at.tenant.auth.managed.keys)


def _table(at: Place, logical: str, name: str, key: str | None) -> Expected:
    keys = [{"name": each, "type": "S"} for each in (PARTITION_KEY, SORT_KEY)]
    inputs = {
        "name": name,
        "billingMode": "PAY_PER_REQUEST",
        "hashKey": PARTITION_KEY,
        "rangeKey": SORT_KEY,
        "attributes": keys,
        "ttl": {"attributeName": EXPIRY, "enabled": True},
        "pointInTimeRecovery": {"enabled": True},
        "serverSideEncryption": {"enabled": key is not None, "kmsKeyArn": key},
        "deletionProtectionEnabled": True,
        "tags": at.tags,
    }
    return at.expected(tokens.TABLE, logical, inputs, retained=True)


def _code(at: Place) -> Iterator[Expected]:
    cell, deployment = at.cell.config.name, at.deployment
    bucket = at.names.bucket(at.arns.account, at.arns.region)
    yield at.expected(
        tokens.BUCKET,
        cell,
        {
            "bucket": bucket,
            "forceDestroy": Free("the program can build again what the bucket holds"),
            "tags": at.tags,
        },
    )
    blocks = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    own = {"bucket": at.id(tokens.BUCKET, cell)}
    yield at.expected(tokens.BUCKET_PUBLIC_ACCESS_BLOCK, cell, {**own, **dict.fromkeys(blocks, True)})
    packed = {("code", deployment.code.digest): deployment.code}
    for group, artifact in {"": deployment.layer, **deployment.group_layers}.items():
        packed[_layer_kind(group), artifact.digest] = artifact
    seen: set[tuple[str, Piece]] = set()
    for release in at.releases.kept:
        pieces = {"code": release.code, **{_layer_kind(name): each for name, each in release.layers.items()}}
        for kind, piece in pieces.items():
            if (kind, piece) in seen:
                continue
            seen.add((kind, piece))
            yield _packed(at, kind, piece, packed.get((kind, piece.digest)))
            if kind != "code":
                yield _layer(at, kind.removeprefix("layer").removeprefix("."), piece, release)


def _layer_kind(group: str) -> str:
    return f"layer.{group}" if group else "layer"


def _layer(at: Place, group: str, piece: Piece, release: Release) -> Expected:
    cell = at.cell.config.name
    return at.expected(
        tokens.LAYER_VERSION,
        f"{cell}.{group}{piece.mark}" if group else f"{cell}{piece.mark}",
        {
            "layerName": at.names.group_layer(group) if group else at.names.layer,
            "description": SHOWN,
            "s3Bucket": at.id(tokens.BUCKET, cell),
            "s3Key": object_key(_layer_kind(group), piece.digest),
            "compatibleRuntimes": [release.runtime],
            "compatibleArchitectures": [release.architecture],
        },
    )


def object_key(kind: str, digest: str) -> str:
    return f"{kind.replace('.', '/')}/{digest}.zip"


def _packed(at: Place, kind: str, piece: Piece, artifact: Artifact | None) -> Expected:
    """Of an earlier release what was uploaded stays, whatever the program says now."""
    inputs = {
        "bucket": at.id(tokens.BUCKET, at.cell.config.name),
        "key": object_key(kind, piece.digest),
        "source": str(artifact.path) if artifact else None,
        "contentType": "application/zip",
        "tags": at.tags,
    }
    ignored = () if artifact else ("source",)
    return at.expected(tokens.BUCKET_OBJECT, f"{kind}{piece.mark}", inputs, ignored=ignored)


def _queue(at: TenantPlace, declared: Queue) -> Iterator[Expected]:
    logical = f"{at.slug}.{declared.name}"
    name, dead = at.names.queue(at.slug, declared.name), at.names.dead_letters(at.slug, declared.name)
    yield at.expected(
        tokens.QUEUE,
        logical,
        {
            "name": name,
            "messageRetentionSeconds": declared.retention_days * DAY,
            "visibilityTimeoutSeconds": VISIBILITIES * declared.function.timeout_seconds,
            "redrivePolicy": {
                "deadLetterTargetArn": at.arns.queue(dead),
                "maxReceiveCount": declared.max_receives,
            },
            "sqsManagedSseEnabled": True,
            "tags": at.tags,
        },
    )
    yield at.expected(
        tokens.QUEUE,
        f"{logical}.dead",
        {
            "name": dead,
            "messageRetentionSeconds": DEAD_LETTER_DAYS * DAY,
            "redriveAllowPolicy": {
                "redrivePermission": "byQueue",
                "sourceQueueArns": [at.arns.queue(name)],
            },
            "sqsManagedSseEnabled": True,
            "tags": at.tags,
        },
    )


def _secrets(at: TenantPlace) -> Iterator[Expected]:
    """Each starts with values drawn for it alone, which operators may replace."""
    for declared in at.tenant.secrets:
        logical = at.slug if declared.name == RUNTIME else f"{at.slug}.{declared.name}"
        values = {}
        for value in declared.values:
            if value.size is not None:
                drawn = f"{logical}.{value.name}"
                yield at.expected(tokens.RANDOM_BYTES, drawn, {"length": value.starts_with})
                values[value.name] = value.prefix + at.computed(tokens.RANDOM_BYTES, drawn, "base64")
        name = at.names.secret(at.slug, declared.name)
        yield from _secret(at, logical, name, logical, "Tenant")
        version = {"secretString": Kept(values), "versionStages": [FIRST]}
        yield _secret_version(at, logical, version, "Tenant", ("secretString", "versionStages"))


def _signing_keys(at: TenantPlace, names: tuple[str, ...]) -> Iterator[Expected]:
    private = {}
    for key in names:
        drawn = f"{at.slug}.{key}"
        yield at.expected(tokens.PRIVATE_KEY, drawn, {"algorithm": "ED25519"})
        private[key] = at.computed(tokens.PRIVATE_KEY, drawn, "privateKeyPemPkcs8")
    yield from _secret(at, at.slug, at.names.signing_secret(at.slug), f"{at.slug}.signing", "SigningKeys")
    yield _secret_version(at, at.slug, {"secretString": Kept(private)}, "SigningKeys")


def _secret(at: TenantPlace, logical: str, name: str, drawn: str, within: str) -> Iterator[Expected]:
    yield at.expected(tokens.RANDOM_ID, drawn, {"byteLength": BYTES})
    inputs = {
        "name": naming.generation(name, at.drawn(drawn)),
        "description": SHOWN,
        "recoveryWindowInDays": Free("its values are drawn or set again"),
        "kmsKeyId": at.key,
        "tags": at.tags,
    }
    yield at.expected(tokens.SECRET, logical, inputs, within=within)


def _secret_version(
    at: TenantPlace, logical: str, inputs: Values, within: str, ignored: tuple[str, ...] = ()
) -> Expected:
    of = {"secretId": at.id(tokens.SECRET, logical, within)}
    return at.expected(tokens.SECRET_VERSION, logical, {**of, **inputs}, within=within, ignored=ignored)


def _key(at: TenantPlace) -> Iterator[Expected]:
    inputs = {
        "description": SHOWN,
        "policy": _key_policy(at),
        "enableKeyRotation": True,
        "deletionWindowInDays": key_policies.DELETION_WINDOW_DAYS,
        "tags": at.tags,
    }
    yield at.expected(tokens.KEY, at.slug, inputs, retained=True)
    alias = {"name": at.names.encryption_key(at.slug), "targetKeyId": at.id(tokens.KEY, at.slug)}
    yield at.expected(tokens.ALIAS, at.slug, alias)


def _key_policy(at: TenantPlace) -> dict[str, Any]:
    """Its own roles decrypt its own table, secrets and logs, each through the service that keeps it."""
    arns, names, slug = at.arns, at.names, at.slug
    roles = {m.name: arns.iam(f"role/{names.function(slug, m.name)}") for m in at.tenant.members}
    services = [arns.regional(service) for service in ("dynamodb", "secretsmanager", "logs")]
    users = {key_policies.items(services[0], names.tenant(slug)): list(roles.values())}
    signing = [SIGNING for m in at.tenant.members if SIGNING in m.function.secrets]
    for secret in dict.fromkeys([*(each.name for each in at.tenant.secrets), *signing]):
        readers = [roles[m.name] for m in at.tenant.members if m.function.reads(secret)]
        arn = arns.secrets(naming.generation(names.secret(slug, secret), "*"))
        users[key_policies.secret(services[1], secret, arn)] = readers
    logs = [naming.log_group(names.function(slug, each)) for each in (AUTHORIZER, *roles)]
    logs.append(names.access_log(slug))
    holders = Holders(
        account=arns.iam("root"),
        functions=arns.iam(f"role/{names.function('*', '*')}"),
        users=users,
        log_groups=[arns.log_group(each) for each in logs],
    )
    return key_policies.of_key(holders, *services)
