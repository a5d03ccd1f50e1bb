"""Let a tenant's roles decrypt what is the tenant's, through the services that keep it, and nothing else.

Plain strings in, policies out. Three doors must open for a role: its own policy, the cell's boundary and the
key's policy. The key's policy names roles in a condition, because as principals they would have to exist
before the key, while the key must exist before what they work on. Its principal is the account, so that by
itself it hands nobody anything: identity policies decide, within what it says.
"""

from dataclasses import dataclass

from agreed.secrets import RECEIVER_MARK
from tenantry.rules.policies import Policy, Statement

# What UpdateSecret takes for "AWS's own key"; DescribeSecret then shows none.
# https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html
AWS_OWN_FOR_SECRETS = "alias/aws/secretsmanager"

DELETION_WINDOW_DAYS = 30  # KMS allows 7 to 30: the last days in which a mistake can be taken back

# What the account may do with a key. None of it reads or writes data: CreateGrant is left out with intent.
MANAGEMENT = (
    "CancelKeyDeletion", "CreateAlias", "DeleteAlias", "DescribeKey", "DisableKey", "DisableKeyRotation",
    "EnableKey", "EnableKeyRotation", "GetKeyPolicy", "GetKeyRotationStatus", "ListGrants", "ListKeyPolicies",
    "ListKeyRotations", "ListResourceTags", "PutKeyPolicy", "RevokeGrant", "RotateKeyOnDemand",
    "ScheduleKeyDeletion", "TagResource", "UntagResource", "UpdateAlias", "UpdateKeyDescription",
)  # fmt: skip

# What DynamoDB, Secrets Manager and CloudWatch Logs ask for in their "encryption at rest" pages, with the
# patterns `GenerateDataKey*` and `ReEncrypt*` spelt out for a symmetric key.
SERVICE_USE = (
    "Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext",
    "ReEncryptFrom", "ReEncryptTo",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Encrypted:
    """What is under the key: where, and which value of the service's encryption context distinguishes it.

    The encryption context is bound to the ciphertext, so a right to decrypt one table's is none to another's.
    """

    sid: str
    service: str
    context: str
    value: str

    def condition(self) -> dict[str, dict[str, str]]:
        return {
            "StringEquals": {"kms:ViaService": self.service},
            "StringLike": {f"kms:EncryptionContext:{self.context}": self.value},
        }


def items(dynamodb: str, table: str) -> Encrypted:
    """`table` is a name, not an ARN. Source: DynamoDB's "encryption at rest: usage notes"."""
    return Encrypted("DecryptItems", dynamodb, "aws:dynamodb:tableName", table)


def secret(secretsmanager: str, name: str, arn: str) -> Encrypted:
    """A `Sid` of IAM's takes letters and digits alone."""
    words = "".join(word.capitalize() for word in name.replace(RECEIVER_MARK, "_").split("_"))
    return Encrypted(f"Decrypt{words}Secret", secretsmanager, "SecretARN", arn)


def decrypt(key: str, *kept: Encrypted) -> list[Statement]:
    """For a role's own policy and for the boundary, whose `key` is a pattern."""
    return [
        {
            "Sid": each.sid,
            "Effect": "Allow",
            "Action": "kms:Decrypt",
            "Resource": key,
            "Condition": each.condition(),
        }
        for each in kept
    ]


@dataclass(frozen=True, slots=True)
class Holders:
    """ARNs: `account` is its root's, `users` are the roles that may decrypt each thing kept.

    `functions` is a pattern of the roles of all tenants' functions, `log_groups` are the tenant's own.
    """

    account: str
    functions: str
    users: dict[Encrypted, list[str]]
    log_groups: list[str]


def of_key(holders: Holders, dynamodb: str, secretsmanager: str, logs: str) -> Policy:
    """The policy of one tenant's key."""
    account = {"AWS": holders.account}
    statements = [
        {"Sid": "Manage", "Principal": account, "Action": _actions(*MANAGEMENT)},
        {
            # Whoever makes the table or sets a secret needs these, through those services; no function does.
            "Sid": "Deploy",
            "Principal": account,
            "Action": _actions(*SERVICE_USE),
            "Condition": {
                "StringEquals": {"kms:ViaService": [dynamodb, secretsmanager]},
                "ArnNotLike": {"aws:PrincipalArn": holders.functions},
            },
        },
        {
            # DynamoDB maintains a table by grants that it has its maker create.
            "Sid": "Grant",
            "Principal": account,
            "Action": "kms:CreateGrant",
            "Condition": {
                "StringEquals": {"kms:ViaService": dynamodb},
                "Bool": {"kms:GrantIsForAWSResource": "true"},
                "ArnNotLike": {"aws:PrincipalArn": holders.functions},
            },
        },
        *(_used(account, kept, roles) for kept, roles in holders.users.items() if roles),
        {
            "Sid": "Logs",
            "Principal": {"Service": logs},
            "Action": _actions(*SERVICE_USE),
            "Condition": {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": holders.log_groups}},
        },
    ]
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Resource": "*", **each} for each in statements],
    }


def _used(account: dict[str, str], kept: Encrypted, roles: list[str]) -> Statement:
    return {
        "Sid": kept.sid,
        "Principal": account,
        "Action": "kms:Decrypt",
        "Condition": {**kept.condition(), "ArnEquals": {"aws:PrincipalArn": roles}},
    }


def _actions(*names: str) -> list[str]:
    return [f"kms:{name}" for name in names]
