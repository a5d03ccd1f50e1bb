"""Local clients reach the emulator as the identity given, whatever the user's environment says."""

from pathlib import Path

import pytest

from tenantry.local.clients import root, session
from tenantry.local.emulator.parent import Emulator

HOSTILE = {
    "AWS_PROFILE": "production",
    "AWS_ACCESS_KEY_ID": "AKIAREAL",
    "AWS_SECRET_ACCESS_KEY": "real",
    "AWS_SESSION_TOKEN": "real",
    "AWS_REGION": "eu-west-1",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:9",
    "AWS_USE_FIPS_ENDPOINT": "true",
    "AWS_USE_DUALSTACK_ENDPOINT": "true",
    "AWS_DEFAULTS_MODE": "mobile",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "http_proxy": "http://127.0.0.1:9",
}


@pytest.mark.parametrize("service", ["sts", "s3", "dynamodb", "apigateway", "lambda"])
def test_the_users_environment_changes_nothing(
    repaired: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, service: str
) -> None:
    for name, value in HOSTILE.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        (tmp_path / name).write_text("no ini file, so that reading it is an error")
        monkeypatch.setenv(name, str(tmp_path / name))
    client = repaired.root_session().client(service)
    call = {
        "sts": "get_caller_identity",
        "s3": "list_buckets",
        "dynamodb": "list_tables",
        "apigateway": "get_rest_apis",
        "lambda": "list_functions",
    }[service]
    assert getattr(client, call)()["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert (client.meta.endpoint_url, client.meta.region_name) == (repaired.endpoint, "us-east-1")


def test_credentials_stay_out_of_representations() -> None:
    made = root("of the administrator")
    assert "of the administrator" not in repr((made, session("http://127.0.0.1:1", made)))
