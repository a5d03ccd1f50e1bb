"""`aws:PrincipalArn` of a session is its role's ARN, as conditions name roles; the emulator has its own.

Source: "AWS global condition context keys", IAM User Guide.
"""

import re
from typing import Any

_SESSION = re.compile(r"arn:(aws[a-z-]*):sts::(\d{12}):assumed-role/([^/]+)/.*")
_CALLER = "aws:principalarn"


def repair() -> None:
    from ministack.core import iam_evaluator

    resolve = iam_evaluator._resolve_condition_key

    def resolve_role(key: str, context: Any) -> Any:
        found = resolve(key, context)
        if key.lower() != _CALLER or not isinstance(found, str):
            return found
        return _SESSION.sub(r"arn:\1:iam::\2:role/\3", found)

    iam_evaluator._resolve_condition_key = resolve_role
