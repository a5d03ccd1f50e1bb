"""`keys retire` says how a key is used, and wants a yes where that was lately."""

import io
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.command import TENANTS, Command, Run
from tests.support.platform import Platform, Tenant


@pytest.fixture
def files(command: Command, tmp_path: Path, run: Run) -> Command:
    """Of the shared platform's state, with files of its own, in which acme has a second key of each kind."""
    own = replace(command, tenants=shutil.copytree(TENANTS, tmp_path / "tenants"))
    for kind in ("api", "signing"):
        assert run(own, *f"keys add acme next --kind {kind} --tenants {own.tenants}".split())[0] == 0
    return own


def retire(run: Run, files: Command, platform: Platform, *options: str) -> tuple[int, str, str]:
    where = ("--tenants", str(files.tenants), "--port", str(platform.local.record.port))
    return run(files, "keys", "retire", "acme", *options, *where)


@pytest.mark.parametrize(
    ("options", "counted"),
    [(("web",), "calls"), (("main", "--kind", "signing"), "verdicts on tokens")],
    ids=["api", "signing"],
)
def test_a_key_that_was_used_today_is_retired_by_a_yes_alone(
    run: Run, files: Command, platform: Platform, acme: Tenant, options: tuple[str, ...], counted: str
) -> None:
    assert acme.call("GET", "/items/orders").status_code == 200
    file = files.tenants / "demo" / "acme.yaml"
    before = file.read_bytes()
    code, out, err = retire(run, files, platform, *options)
    assert (code, out) == (2, "")
    assert f"{options[0]} was last used 20" in err
    assert f"{counted}; give --yes" in err.replace("\n", " ")
    assert "today: 0 " not in err
    assert file.read_bytes() == before
    code, _, err = retire(run, files, platform, *options, "--yes")
    assert (code, "was last used" in err) == (0, True)


@pytest.mark.parametrize("kind", ["api", "signing"])
def test_a_key_that_was_not_used_is_retired_at_once(
    run: Run, files: Command, platform: Platform, kind: str
) -> None:
    code, _, err = retire(run, files, platform, "next", "--kind", kind)
    assert (code, "next was not used in 7 days" in err) == (0, True)


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 2)])
def test_a_terminal_is_asked(
    run: Run,
    files: Command,
    platform: Platform,
    acme: Tenant,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    code: int,
) -> None:
    assert acme.call("GET", "/items/orders").status_code == 200
    stdin = io.StringIO(answer)
    monkeypatch.setattr(stdin, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdin", stdin)
    assert retire(run, files, platform, "web")[0] == code


def test_where_the_tenant_does_not_run_its_use_is_not_known(run: Run, files: Command) -> None:
    code, _, err = run(files, *f"keys retire acme web --tenants {files.tenants}".split())
    assert (code, "whether web is used is not known" in err) == (0, True)
