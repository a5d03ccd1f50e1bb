"""Expand a policy's actions by the operations of AWS's own service models.

A wildcard also becomes one action that no list knows, so that an operation of tomorrow, and a service that is
not listed here, count as granted.
"""

from collections.abc import Iterable
from functools import cache

from botocore.loaders import Loader
from ministack.core.iam_evaluator import fnmatch_iam

MODELS = {
    "dynamodb": ("dynamodb", "dynamodbstreams"),
    "iam": ("iam",),
    "kms": ("kms",),
    "lambda": ("lambda",),
    "logs": ("logs",),
    "s3": ("s3",),
    "secretsmanager": ("secretsmanager",),
    "ses": ("ses", "sesv2"),
    "sns": ("sns",),
    "sqs": ("sqs",),
    "sts": ("sts",),
}
# What IAM calls otherwise than the API does. Source: "Service Authorization Reference".
NAMED_OTHERWISE = {
    "apigateway": ("DELETE", "GET", "PATCH", "POST", "PUT"),
    "dynamodb": ("ConditionCheckItem", "PartiQLDelete", "PartiQLInsert", "PartiQLSelect", "PartiQLUpdate"),
    "execute-api": ("InvalidateCache", "Invoke", "ManageConnections"),
    "iam": ("PassRole",),
    "kms": ("ReEncryptFrom", "ReEncryptTo"),
    "lambda": ("InvokeFunction", "InvokeFunctionUrl"),
    "s3": ("DeleteObjectVersion", "GetObjectVersion", "ListAllMyBuckets", "ListBucket", "ListBucketVersions"),
}
UNLISTED = "Unlisted"


@cache
def known() -> frozenset[str]:
    """Every action of the services in play, as `service:Action`."""
    loader = Loader()
    modelled = {
        f"{service}:{operation}"
        for service, models in MODELS.items()
        for model in models
        for operation in loader.load_service_model(model, "service-2")["operations"]
    }
    return frozenset(modelled) | {
        f"{service}:{name}" for service, own in NAMED_OTHERWISE.items() for name in own
    }


@cache
def meant(pattern: str) -> frozenset[str]:
    """The actions that an element of `Action` stands for."""
    if "*" not in pattern and "?" not in pattern:
        return frozenset({pattern})
    unlisted = pattern.replace("*", UNLISTED).replace("?", "X")
    if ":" not in unlisted:
        unlisted = f"unlisted:{unlisted}"
    return frozenset(each for each in known() if fnmatch_iam(each, pattern)) | {unlisted}


def all_but(patterns: Iterable[str]) -> frozenset[str]:
    """The actions that `NotAction` stands for."""
    excluded = tuple(patterns)
    candidates = known() | {f"{service}:{UNLISTED}" for service in (*MODELS, *NAMED_OTHERWISE, "unlisted")}
    return frozenset(each for each in candidates if not any(fnmatch_iam(each, one) for one in excluded))
