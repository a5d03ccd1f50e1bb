"""A message never repeats what may be a key, a password or the secret part of a URL."""

from collections.abc import Callable
from pathlib import Path

import pytest


def test_what_looks_like_a_secret_is_not_repeated(
    folder: Path, problems: Callable[[], list[str]], tenant_text: str
) -> None:
    secret = "sk_live_51HxQ2eKv7Zz9"
    text = tenant_text.replace("[web]", f"[{secret}]") + f"alarms: {{email: {secret}}}\ntoken: {secret}\n"
    (folder / "demo" / "acme.yaml").write_text(text, encoding="utf-8")
    found = problems()
    assert len(found) == 3
    assert secret not in "\n".join(found)


@pytest.mark.parametrize(
    "secret",
    [
        "contact: https://hooks.example.com/T0/B0/hunter2",
        "contact: {notify: http://hooks.example.com/hunter2}",
        "contact: {notify: [https://hooks.example.com/hunter2]}",
        "cors_origins: https://me:hunter2@a.example",
        "cors_origins: [https://me:hunter2@a.example]",
        "limits: {burst: https://me:hunter2@a.example}",
        "status: https://me:hunter2@a.example",
        "token: hunter2",
    ],
)
def test_no_url_and_no_unknown_value_is_repeated(
    secret: str, folder: Path, problems: Callable[[], list[str]], tenant_text: str
) -> None:
    (folder / "demo" / "acme.yaml").write_text(tenant_text + secret, encoding="utf-8")
    found = problems()
    assert len(found) == 1
    assert "hunter2" not in found[0]
