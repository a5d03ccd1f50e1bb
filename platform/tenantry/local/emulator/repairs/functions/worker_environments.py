"""A function's worker gets the variables that Lambda has, and none of the server's settings."""

import subprocess
from types import SimpleNamespace
from typing import Any

SERVERS = frozenset(
    {
        *("AUTH", "BIND_HOST", "DOCKER_HOST", "GATEWAY_PORT", "IOT_MTLS_ENABLED", "LAMBDA_EXECUTOR"),
        *(
            "MINISTACK_ACCOUNT_ID",
            "MINISTACK_REGION",
            "S3_DATA_DIR",
            "S3_PERSIST",
            "SFTP_ENABLED",
            "STATE_DIR",
        ),
    }
)


def repair() -> None:
    from ministack.core import lambda_runtime

    def start(command: list[str], env: dict[str, str], **settings: Any) -> subprocess.Popen[str]:
        own = {name: value for name, value in env.items() if name not in SERVERS}
        return subprocess.Popen(command, env=own, **settings)  # noqa: S603 - as the emulator does

    lambda_runtime.subprocess = SimpleNamespace(**{**vars(subprocess), "Popen": start})
