"""The receivers of a handover take what the scheme's reference library signs, once, and nothing else."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from standardwebhooks import Webhook

from tenantry.handover import receivers

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
PROGRAMS = {"receiver.py": sys.executable, "receiver.mjs": "node"}
BODY = json.dumps({"type": "contact.received", "data": {"id": "1", "name": "Zoë"}}, ensure_ascii=False)


@contextmanager
def listening(name: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    program = PROGRAMS[name]
    if shutil.which(program) is None:
        pytest.skip(f"there is no {program} on PATH: {name} was not tried")
    with subprocess.Popen(
        [program, str(receivers.FOLDER / name), "0"],
        env={"PATH": os.environ["PATH"], "WEBHOOK_SECRET": SECRET, "PYTHONIOENCODING": "utf-8"},
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        try:
            assert process.stdout
            port = process.stdout.readline().split()[-1]
            yield f"http://127.0.0.1:{port}/", process
        finally:
            process.kill()


def signed(key: str, secret: str = SECRET, age: float = 0) -> dict[str, str]:
    moment = datetime.now(UTC) - timedelta(seconds=age)
    return {
        "webhook-id": key,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(secret).sign(key, moment, BODY),
    }


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_receiver_takes_a_signed_event_once_and_refuses_what_is_forged_or_stale(name: str) -> None:
    with listening(name) as (address, process), httpx.Client(trust_env=False) as client:

        def answer(headers: dict[str, str], body: str = BODY) -> int:
            return client.post(address, headers=headers, content=body.encode()).status_code

        assert answer(signed("m-1")) == 204
        assert answer(signed("m-1")) == 204
        both = signed("m-2")
        both["webhook-signature"] = f"{signed('m-2', OTHER)['webhook-signature']} {both['webhook-signature']}"
        assert answer(both) == 204
        assert answer(signed("m-3", OTHER)) == 401
        assert answer(signed("m-3"), BODY + " ") == 401
        assert answer(signed("m-3", age=3_600)) == 401
        assert answer({**signed("m-3"), "webhook-id": "m-4"}) == 401
        assert answer({}) == 401
        process.kill()
        assert process.stdout
        assert len(process.stdout.read().splitlines()) == 2
