"""The handlers that are compared do the same work."""

import contextlib
import io
import json
import logging
import os
from unittest import mock

import pytest

from api import logs, settings, table
from benches.speed import served


def forget() -> None:
    """A logger is kept by its service's name, whoever set it up."""
    settings.current.cache_clear()
    logs.log.cache_clear()
    logging.Logger.manager.loggerDict.pop("items", None)


@pytest.mark.parametrize("name", served.HANDLERS)
def test_all_answer_the_same_item(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "current", table.current)
    said = io.StringIO()
    with mock.patch.dict(os.environ, served.ENVIRONMENT), contextlib.redirect_stdout(said):
        forget()
        answer = served.HANDLERS[name]()(served.EVENT, served.Context())
        forget()
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"]) == {
        "id": served.ID,
        "created_at": "2026-11-22T16:39:00.123Z",
        "updated_at": "2026-11-22T17:02:41.007Z",
        "version": 3,
        "article": "A-1071",
        "quantity": 2,
        "paid": True,
    }
    measured = '"ConsumedReadCapacity"' in said.getvalue()
    assert measured == (name in {"tenantry", "resolver-signals"})
