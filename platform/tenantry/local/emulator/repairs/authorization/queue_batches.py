"""A batch of SQS is judged by the right to its single action, as AWS does; the emulator asks for another.

Source: "Actions, resources, and condition keys for Amazon SQS": there is no action of a batch's own.
"""

from collections.abc import Mapping
from typing import Any

_BATCH = "Batch"


def repair() -> None:
    from ministack.core import iam_evaluator

    enforce = iam_evaluator.enforce

    def enforce_single(
        access_key: str,
        action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: Mapping[str, Any] | None = None,
    ) -> Any:
        single = action.removesuffix(_BATCH) if service == "sqs" else action
        return enforce(access_key, single, service, region, resource_arn, service_context)

    iam_evaluator.enforce = enforce_single
