"""IAM's roles and policies, KMS's keys, and what is drawn at random."""

from tenantry.rules.arns import Arns
from tenantry.rules.kinds import tokens
from tenantry.rules.kinds.kind import Kind
from tenantry.rules.rights.identity import (
    ALIASES,
    BOUNDARY,
    BOUNDED,
    KEYS,
    LIST_ALIASES,
    LOGGING_POLICY,
    LOGGING_ROLE,
    MAKE_KEYS,
    ROLES,
    USE_KEYS,
)


def _role(arns: Arns, name: str) -> str:
    return arns.iam(f"role/{name}")


def _policy(arns: Arns, name: str) -> str:
    return arns.iam(f"policy/{name}")


def _key(arns: Arns, key_id: str) -> str:
    return arns.kms(f"key/{key_id}")


KINDS = (
    Kind(
        token=tokens.ROLE,
        rights=(ROLES, BOUNDED, LOGGING_ROLE),
        name="name",
        arn=_role,
        policies=("assumeRolePolicy", "inlinePolicies.policy"),
        judged=("inlinePolicies.name", "managedPolicyArns"),
        references={"permissionsBoundary": tokens.POLICY},
        target="roles",
    ),
    Kind(
        token=tokens.POLICY,
        rights=(BOUNDARY,),
        name="name",
        arn=_policy,
        policies=("policy",),
        settings=("description",),
    ),
    Kind(
        token=tokens.ROLE_POLICY,
        rights=(ROLES, BOUNDED),
        name="name",
        unique=False,
        taggable=False,
        policies=("policy",),
        references={"role": tokens.ROLE},
    ),
    Kind(
        token=tokens.ROLE_POLICY_ATTACHMENT,
        rights=(ROLES, LOGGING_POLICY),
        taggable=False,
        judged=("policyArn",),
        references={"role": tokens.ROLE},
    ),
    Kind(
        token=tokens.KEY,
        rights=(MAKE_KEYS, KEYS, USE_KEYS),
        arn=_key,
        policies=("policy",),
        settings=("deletionWindowInDays", "description", "enableKeyRotation"),
        target="encryption keys",
        computed={"keyId": "{id}"},
        unused={"deletionWindowInDays": "it is read when the key is removed"},
    ),
    Kind(
        token=tokens.ALIAS,
        rights=(ALIASES, LIST_ALIASES, KEYS),
        name="name",
        taggable=False,
        references={"targetKeyId": tokens.KEY},
    ),
    Kind(
        token=tokens.RANDOM_BYTES,
        taggable=False,
        settings=("length",),
        computed={"base64": "base64-of-{name}"},
        secret_outputs=("base64", "hex"),
    ),
    Kind(
        token=tokens.RANDOM_ID,
        taggable=False,
        settings=("byteLength",),
        computed={"hex": "0a1b2c3d"},
    ),
    Kind(
        token=tokens.PRIVATE_KEY,
        taggable=False,
        settings=("algorithm",),
        computed={"privateKeyPemPkcs8": "PRIVATE {name}", "publicKeyPem": "{public_pem}"},
        secret_outputs=("privateKeyOpenssh", "privateKeyPem", "privateKeyPemPkcs8"),
    ),
)
