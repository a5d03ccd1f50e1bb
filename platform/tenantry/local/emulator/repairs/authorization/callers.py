"""Identify the caller: the emulator accepts `test` and any account's id as its administrator, and gives
functions credentials that anybody can compute from their ARNs.

Here one key is the administrator's, and functions' credentials are made with a key of this process.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from typing import Any

from tenantry.local.clients import ACCOUNT, Credentials


def repair(root: Credentials) -> None:
    from ministack.core import iam_evaluator, lambda_runtime
    from ministack.services import lambda_svc, sts

    key = secrets.token_bytes(32)

    def is_root(access_key: str) -> bool:
        return access_key in ("", root.access_key)  # none at all: a call at a stage, which others guard

    def execution_credentials(config: dict[str, Any]) -> dict[str, str]:
        """The same for each worker of a function: a new one must not end the session of the others."""
        account, _ = lambda_runtime._account_region_from_function_config(config)
        arn, name, role = config["FunctionArn"], config["FunctionName"], config["Role"]
        own = role.rpartition("/")[2]
        identity, secret, token = (
            hmac.new(key, f"{part} {arn} {role}".encode(), hashlib.sha256).hexdigest()
            for part in ("identity", "secret", "token")
        )
        access_key = f"ASIA{identity[:16].upper()}"
        session = {
            "Arn": f"arn:aws:sts::{account}:assumed-role/{own}/{name}",
            "UserId": f"{own}:{name}",
            "SecretAccessKey": secret,
            "SessionToken": token,
        }
        sts.register_session(access_key, session)
        return {
            "AWS_ACCESS_KEY_ID": access_key,
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_SESSION_TOKEN": token,
        }

    iam_evaluator.is_root_access_key = sts.is_root_access_key = is_root
    lambda_runtime.execution_credentials = lambda_svc.execution_credentials = execution_credentials


def secret_of(root: Credentials) -> Callable[[str, str], str | None]:
    """Of an access key and its session token, by the emulator's own record; None for nobody's."""
    from ministack.core import iam_evaluator
    from ministack.core.responses import _account_from_sts_session

    def secret(access_key: str, token: str) -> str | None:
        if access_key == root.access_key:
            return None if token else root.secret_key
        account = _account_from_sts_session(access_key) or ACCOUNT
        found = iam_evaluator.resolve_credential(access_key, account, token)
        known = isinstance(found, iam_evaluator.ResolvedCredential)
        return str(found.secret_access_key) if known else None

    return secret
