"""Who can't read the state file of a running platform gets nothing of it but tenants' addresses."""

import json
import re
import subprocess
import sys

from tenantry.local.clients import ACCOUNT, REGION
from tests.support import strangers
from tests.support.command import Command
from tests.support.platform import Platform, Tenant
from tests.support.signed import Request

READ = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "secretsmanager.GetSecretValue"}
ASK = """
import boto3
sts = boto3.client("sts")
print(sts.meta.region_name, sts.get_caller_identity()["Arn"])
"""


def test_another_user_can_read_neither_state_nor_signing_keys(
    platform: Platform, command: Command, acme: Tenant
) -> None:
    endpoint = platform.local.endpoint
    listed = platform.root.client("secretsmanager").list_secrets()["SecretList"]
    [name] = [each["Name"] for each in listed if each["Name"].startswith(acme.local.signing_secret)]
    body = json.dumps({"SecretId": name}).encode()
    reading = Request(endpoint, "POST", "/", READ, body)
    assert reading.by(platform.root, "secretsmanager").send().status == 200
    requests = {key: reading.signed(key, "test", "secretsmanager") for key in ("test", ACCOUNT)}
    [state] = command.home.glob("*.json")
    got = strangers.tried([state], requests)
    assert got == {str(state): "refused", **dict.fromkeys(requests, 403)}
    assert state.stat().st_mode & 0o777 == 0o600


def test_its_administrator_is_printed_for_a_shell(platform: Platform, command: Command) -> None:
    printed = command("credentials")
    assert printed.returncode == 0
    shell = f"{printed.stdout}\nenv\n'{sys.executable}' -c '{ASK}'"
    done = subprocess.run(
        ["sh", "-c", shell], capture_output=True, text=True, check=True, env={"PATH": "/usr/bin:/bin"}
    )
    got = dict(re.findall(r"^(AWS_\w+)=(.*)$", done.stdout, re.M))
    assert (got["AWS_ENDPOINT_URL"], got["AWS_SESSION_TOKEN"]) == (platform.local.endpoint, "")
    assert got["AWS_REGION"] == REGION
    assert done.stdout.splitlines()[-1] == f"{REGION} arn:aws:iam::{ACCOUNT}:root"
