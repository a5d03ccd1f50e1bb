"""A batch is taken entry by entry: what fails comes back, what does not is done, and both are logged."""

from typing import Any

import pytest

from api import batches
from api.queue import Entry
from tests.support import emf, events
from tests.support.tenant_api import TenantApi

IDS = ("01JD3Z6K0V8Q4T7M2N5P9R1S3W", "01JD3Z6K0V8Q4T7M2N5P9R1S3X")


def event(*bodies: str) -> dict[str, Any]:
    return {"Records": [{"messageId": f"m{at}", "body": body} for at, body in enumerate(bodies)]}


def test_what_fails_and_what_cannot_be_read_comes_back_alone(
    acme: TenantApi, capsys: pytest.CaptureFixture[str]
) -> None:
    done: list[str] = []
    quoted = " ".join(("a", "visitor's", "words"))  # a traceback shows the source

    def work(entry: Entry) -> None:
        if entry.id == IDS[0]:
            raise RuntimeError(quoted)
        done.append(entry.id)

    bodies = (Entry(IDS[0], "r1").text(), "[]", Entry(IDS[1], "r2").text())
    with acme.environment():
        answer = batches.take("pricer", event(*bodies), events.Invocation(10_000), work)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m0"}, {"itemIdentifier": "m1"}]}
    assert done == [IDS[1]]
    out = capsys.readouterr().out
    last = emf.lines(out)[-1]
    assert (last["message"], last["route"], last["entries"], last["kept"]) == ("taken", "pricer", 3, 2)
    assert (last["read_units"], last["write_units"]) == (0, 0)
    assert quoted not in out


def test_a_batch_that_is_done_keeps_nothing(acme: TenantApi) -> None:
    with acme.environment():
        body = Entry(IDS[0], "r1").text()
        answer = batches.take("pricer", event(body), events.Invocation(10_000), lambda _: None)
    assert answer == {"batchItemFailures": []}
