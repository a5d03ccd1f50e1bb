"""What each command costs before it does anything."""

import subprocess
import sys

HEAVY = {"boto3", "botocore", "cryptography", "httpx", "jwt", "ministack", "pulumi", "pydantic", "yaml"}


def test_no_command_waits_for_what_only_others_need() -> None:
    program = "import sys, tenantry.cli; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    assert not HEAVY & set(loaded.stdout.split())
