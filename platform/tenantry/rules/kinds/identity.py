"""IAM's roles and policies, KMS's keys, and what is drawn at random."""

from tenantry.rules.arns import Arns
from tenantry.rules.kinds.kind import Calls, Kind
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

ALIAS = "aws:kms/alias:Alias"
KEY = "aws:kms/key:Key"
POLICY = "aws:iam/policy:Policy"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
ROLE_POLICY_ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
PRIVATE_KEY = "tls:index/privateKey:PrivateKey"
RANDOM_ID = "random:index/randomId:RandomId"
RANDOM_BYTES = "random:index/randomBytes:RandomBytes"

DRAWN = Calls()  # by the engine's own providers


def _role(arns: Arns, name: str) -> str:
    return arns.iam(f"role/{name}")


def _policy(arns: Arns, name: str) -> str:
    return arns.iam(f"policy/{name}")


def _key(arns: Arns, key_id: str) -> str:
    return arns.kms(f"key/{key_id}")


KINDS: tuple[Kind, ...] = (
    Kind(
        token=ROLE,
        calls=Calls.of(
            "iam", "CreateRole", "UpdateAssumeRolePolicy PutRolePermissionsBoundary TagRole", "DeleteRole"
        ),
        rights=(ROLES, BOUNDED, LOGGING_ROLE),
        name="name",
        arn=_role,
        policies=("assumeRolePolicy", "inlinePolicies.policy"),
        judged=("inlinePolicies.name", "managedPolicyArns"),
        references={"permissionsBoundary": POLICY},
        target="roles",
    ),
    Kind(
        token=POLICY,
        calls=Calls.of(
            "iam",
            "CreatePolicy",
            "CreatePolicyVersion ListPolicyVersions DeletePolicyVersion TagPolicy",
            "ListPolicyVersions DeletePolicy",
        ),
        rights=(BOUNDARY,),
        name="name",
        arn=_policy,
        policies=("policy",),
        settings=("description",),
    ),
    Kind(
        token=ROLE_POLICY,
        calls=Calls.of("iam", "PutRolePolicy", "PutRolePolicy", "DeleteRolePolicy"),
        rights=(ROLES, BOUNDED),
        name="name",
        unique=False,
        taggable=False,
        policies=("policy",),
        references={"role": ROLE},
    ),
    Kind(
        token=ROLE_POLICY_ATTACHMENT,
        calls=Calls.of("iam", "AttachRolePolicy", "", "DetachRolePolicy"),
        rights=(ROLES, LOGGING_POLICY),
        taggable=False,
        judged=("policyArn",),
        references={"role": ROLE},
    ),
    Kind(
        token=KEY,
        calls=Calls.of(
            "kms",
            "CreateKey EnableKeyRotation",
            "PutKeyPolicy UpdateKeyDescription TagResource EnableKeyRotation",
            "ScheduleKeyDeletion",
        ),
        rights=(MAKE_KEYS, KEYS, USE_KEYS),
        arn=_key,
        policies=("policy",),
        settings=("deletionWindowInDays", "description", "enableKeyRotation"),
        target="encryption keys",
        computed={"keyId": "{id}"},
        unused={"deletionWindowInDays": "it is read when the key is removed"},
    ),
    Kind(
        token=ALIAS,
        calls=Calls.of("kms", "CreateAlias", "UpdateAlias", "DeleteAlias"),
        rights=(ALIASES, LIST_ALIASES, KEYS),
        name="name",
        taggable=False,
        references={"targetKeyId": KEY},
    ),
    Kind(
        token=RANDOM_BYTES,
        calls=DRAWN,
        taggable=False,
        settings=("length",),
        computed={"base64": "base64-of-{name}"},
        secret_outputs=("base64", "hex"),
    ),
    Kind(
        token=RANDOM_ID,
        calls=DRAWN,
        taggable=False,
        settings=("byteLength",),
        computed={"hex": "0a1b2c3d"},
    ),
    Kind(
        token=PRIVATE_KEY,
        calls=DRAWN,
        taggable=False,
        settings=("algorithm",),
        computed={"privateKeyPemPkcs8": "PRIVATE {name}", "publicKeyPem": "{public_pem}"},
        secret_outputs=("privateKeyOpenssh", "privateKeyPem", "privateKeyPemPkcs8"),
    ),
)
