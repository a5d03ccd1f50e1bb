"""`validate` on a copy of the demo's files, each spoilt in one way: it names the file and the line."""

import json
import shutil
from pathlib import Path

import pytest

from tests.support.command import TENANTS, Command, Run

COGNITO = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_A"
# File, what is replaced (its first line is the one to be named), by what, and words of the message.
BAD = {
    "name empty": ("acme", "name: Acme Corporation", 'name: ""', "name is empty"),
    "tier unknown": ("acme", "tier: gold", "tier: platinum", "the tiers are bronze, silver, gold"),
    "status other": ("acme", "tier: gold", "status: paused\ntier: gold", "status is 'paused'"),
    "route unknown": (
        "acme",
        "routes: [contact, items, tokens, tools]",
        "routes: [shop]",
        "routes[0] is 'shop'",
    ),
    "route repeated": (
        "acme",
        "routes: [contact, items, tokens, tools]",
        "routes: [items, items]",
        "repeats",
    ),
    "routes empty": ("acme", "routes: [contact, items, tokens, tools]", "routes: []", "routes is empty"),
    "two modes": ("acme", "auth:", "auth:\n  jwks: {keys: []}", "names 2 modes"),
    "private key": ("acme-eu", '- kid: "2026-01"', '- d: c2VjcmV0\n        kid: "2026-01"', "private"),
    "symmetric": ("acme-eu", "kty: OKP", "kty: oct", "symmetric"),
    "symmetric algorithm": ("globex", "algorithms: [RS256]", "algorithms: [HS256]", "symmetric"),
    "issuer not https": ("globex", "issuer: https://", "issuer: http://", "not an https URL"),
    "API key repeated": ("acme", "api_keys: [web]", "api_keys: [web, web]", "repeats 'web'"),
    "API keys empty": ("acme", "api_keys: [web]", "api_keys: []", "api_keys is empty"),
    "isolation other": ("globex", "isolation: silo", "isolation: bunker", "isolation is 'bunker'"),
    "rate zero": ("globex", "rate_per_second: 60", "rate_per_second: 0", "use 1 or more"),
    "burst negative": ("globex", "burst: 120", "burst: -1", "use 1 or more"),
    "rate above the account's": ("globex", "rate_per_second: 60", "rate_per_second: 10001", "10000 or less"),
    "quota zero": ("globex", "burst: 120", "quota: {limit: 0, period: day}", "limit is 0"),
    "* with credentials": (
        "globex",
        "cors_origins: [https://www.globex.example]",
        'cors_origins: ["*"]\ncors_credentials: true',
        "cors_origins is *",
    ),
    "origin without scheme": ("acme", "- https://www.acme.example", "- www.acme.example", "has no scheme"),
    "notify malformed": ("acme", "notify: office@acme.example", "notify: office", "neither an e-mail"),
    "alarms malformed": ("acme", "email: ops@acme.example", "email: ops", "not an e-mail address"),
    "unknown key": ("acme", "tier: gold", "colour: red\ntier: gold", "colour is not a known key"),
    "key given twice": ("acme", "tier: gold", "name: Again\ntier: gold", "given twice"),
}


CHEAP = "{alarms: cell, metrics: free, traces: off}"


@pytest.fixture
def command(tmp_path: Path) -> Command:
    """On a copy of the demo's tenants; the small ones are watched for less than they are served."""
    tenants = shutil.copytree(TENANTS, tmp_path / "tenants")
    tiers = (tenants / "tiers.yaml").read_text()
    for dashboard in ("none", "shared"):
        line = f"    dashboard: {dashboard}\n"
        assert tiers.count(line) == 1
        tiers = tiers.replace(line, f"{line}    monitoring: {CHEAP}\n")
    (tenants / "tiers.yaml").write_text(tiers)
    return Command(tmp_path / "state", tenants)


def spoil(command: Command, slug: str, old: str, new: str) -> str:
    """Replace a text; answers the place that a message has to name."""
    file = command.tenants / "demo" / f"{slug}.yaml"
    text = file.read_text()
    assert text.count(old) == 1 or old == "auth:"
    place = text.index(old)
    file.write_text(text[:place] + new + text[place + len(old) :])
    return f"{file}:{text.count(chr(10), 0, place) + 1}: "


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_named_with_file_and_line(command: Command, run: Run, case: str) -> None:
    slug, old, new, words = BAD[case]
    place = spoil(command, slug, old, new)
    code, out, err = run(command, "validate", "--tenants", str(command.tenants))
    assert (code, out) == (2, "")
    named = [line for line in err.splitlines() if words in line]
    assert named, err
    shift = case in ("key given twice",)  # the second is the wrong one; here it stands where the tier stood
    assert named[0].startswith(place) or shift, err
    assert "; " in named[0]


def test_all_problems_of_all_files_are_told_at_once(command: Command, run: Run) -> None:
    cases = [BAD[name] for name in ("name empty", "notify malformed", "symmetric", "issuer not https")]
    places = [spoil(command, slug, old, new) for slug, old, new, _ in cases]
    code, out, _ = run(command, "validate", "--tenants", str(command.tenants), "--json")
    assert code == 2
    problems = json.loads(out)["problems"]
    told = {f"{problem['file']}:{problem['line']}: " for problem in problems}
    assert told == set(places)


def test_a_file_name_that_is_no_slug_is_refused(command: Command, run: Run) -> None:
    for slug in ("Acme", "a", "acme--eu", "acme-", "1acme"):
        shutil.copy(command.tenants / "demo" / "acme.yaml", command.tenants / "demo" / f"{slug}.yaml")
    code, _, err = run(command, "validate", "--tenants", str(command.tenants))
    assert code == 2
    for slug in ("Acme", "a", "acme--eu", "acme-", "1acme"):
        assert f"{command.tenants / 'demo' / slug}.yaml" in err


def test_a_slug_of_two_cells_is_refused(command: Command, run: Run) -> None:
    shutil.copytree(command.tenants / "demo", command.tenants / "second")
    code, _, err = run(command, "validate", "--tenants", str(command.tenants))
    assert code == 2
    assert all(f"{slug}.yaml" in err for slug in ("acme", "acme-eu", "globex"))


def test_a_cell_beyond_its_stages_is_refused(command: Command, run: Run) -> None:
    text = (command.tenants / "demo" / "acme.yaml").read_text()
    for number in range(8):
        (command.tenants / "demo" / f"more{number}.yaml").write_text(text)
    code, _, err = run(command, "validate", "--tenants", str(command.tenants))
    assert code == 2
    assert "demo" in err
    assert "11" in err
    assert "10" in err


def test_the_demo_is_valid_and_shows_what_its_cell_would_hold(run: Run, command: Command) -> None:
    code, out, err = run(command, "validate", "--tenants", str(command.tenants))
    assert (code, err) == (0, "")
    assert "Cell demo: acme, acme-eu, globex" in out
    told = json.loads(run(command, "validate", "--tenants", str(command.tenants), "--json")[1])
    stages = next(row for row in told["cells"]["demo"] if "stages" in row["name"])
    assert (told["problems"], stages["used"], stages["limit"]) == ([], 3, 10)


def test_an_issuer_that_the_file_cannot_work_with_is_a_warning_that_says_what_to_write(
    command: Command, run: Run
) -> None:
    spoil(command, "globex", "issuer: https://id.globex.example", f"issuer: {COGNITO}")
    code, out, err = run(command, "validate", "--tenants", str(command.tenants), "--json")
    assert code == 0
    assert err.startswith("warning: globex: auth: the issuer's access tokens have client_id and no aud")
    assert "write preset: cognito" in err
    assert {each["tenant"] for each in json.loads(out)["issuers"]} == {"globex"}


def test_who_is_watched_for_more_than_served_is_warned_of(command: Command, run: Run) -> None:
    tiers = command.tenants / "tiers.yaml"
    tiers.write_text(tiers.read_text().replace(f"    monitoring: {CHEAP}\n", "", 1))  # bronze's
    code, out, err = run(command, "validate", "--tenants", str(command.tenants), "--json")
    assert code == 0
    [line] = err.splitlines()
    assert line.startswith("warning: acme-eu: its workload ")
    assert "to watch it costs $" in line
    assert "alarms: cell, metrics: free, traces: off" in line
    assert [(each["tenant"], each["rule"]) for each in json.loads(out)["misfits"]] == [
        ("acme-eu", "watching")
    ]


def test_an_address_for_alarms_that_watch_every_tenant_is_a_problem(command: Command, run: Run) -> None:
    place = spoil(command, "acme-eu", "tier: bronze", "tier: bronze\nalarms: {email: ops@acme.example}")
    code, _, err = run(command, "validate", "--tenants", str(command.tenants))
    assert code == 2
    file, line, _ = place.split(":", 2)
    assert f"{file}:{int(line) + 1}: alarms.email is set, and tier bronze has monitoring.alarms: cell" in err


def reserve(command: Command, concurrency: int) -> None:
    """Have every tenant of tier gold, which is acme with four routes, reserve as much per function.

    Its authorizer does too; its notifier takes 2.
    """
    file = command.tenants / "tiers.yaml"
    text = file.read_text()
    assert text.count("  gold:\n") == 1
    file.write_text(text.replace("  gold:\n", f"  gold:\n    reserved_concurrency: {concurrency}\n"))


def test_a_row_over_its_quota_says_so_in_words_and_on_stderr(command: Command, run: Run) -> None:
    reserve(command, 400)
    code, out, err = run(command, "validate", "--tenants", str(command.tenants))
    assert code == 0
    (row,) = (line for line in out.splitlines() if "over" in line)
    assert "reserved concurrency" in row
    assert "2,002" in row
    assert err.startswith(
        "warning: cell demo: reserved concurrency: 2,002 is over the quota of 900 per account; have AWS"
    )
    assert len(err.splitlines()) == 1


def test_programs_are_told_which_rows_are_exceeded(command: Command, run: Run) -> None:
    reserve(command, 400)
    code, out, err = run(command, "validate", "--tenants", str(command.tenants), "--json")
    told = json.loads(out)
    assert (code, "account" in told) == (0, False)
    assert [row["name"] for row in told["cells"]["demo"] if row["exceeded"]] == ["reserved concurrency"]
    assert "warning: " in err


def test_several_cells_are_summed_up_as_if_in_one_account(command: Command, run: Run) -> None:
    (command.tenants / "second").mkdir()
    (command.tenants / "demo" / "globex.yaml").rename(command.tenants / "second" / "globex.yaml")
    folder = ("--tenants", str(command.tenants))
    code, out, err = run(command, "validate", *folder)
    assert (code, err) == (0, "")
    assert out.index("Cell demo") < out.index("Cell second") < out.index("All cells in one account")
    told = json.loads(run(command, "validate", *folder, "--json")[1])
    tables = {row["name"]: row for row in told["account"]}["tables"]
    assert (tables["used"], tables["exceeded"]) == (3, False)  # a pooled one for each cell, and globex's


def test_cells_that_only_together_exceed_a_quota_are_warned_of(command: Command, run: Run) -> None:
    reserve(command, 170)
    (command.tenants / "second").mkdir()
    text = (command.tenants / "demo" / "acme.yaml").read_text()
    (command.tenants / "second" / "hooli.yaml").write_text(text)
    code, out, err = run(command, "validate", "--tenants", str(command.tenants))
    assert code == 0
    together = "warning: All cells in one account: reserved concurrency: 1,704 is over the quota of 900"
    assert [line for line in err.splitlines() if line.startswith(together)]
    assert len([line for line in out.splitlines() if "over" in line]) == 1


def test_the_process_says_the_same(command: Command) -> None:
    place = spoil(command, *BAD["tier unknown"][:3])
    done = command("validate", "--tenants", str(command.tenants))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(place)
    assert "Traceback" not in done.stderr


def test_on_github_each_problem_is_an_annotation_whose_text_ends_no_line(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    folder = shutil.copytree(TENANTS, tmp_path / "tenants")
    file = folder / "demo" / "acme.yaml"
    file.write_text(file.read_text().replace("tier: gold", "tier: '100%\\n::warning::'"))
    code, _, err = run(Command(tmp_path / "state"), "validate", "--tenants", str(folder))
    assert code == 2
    [annotation] = [line for line in err.splitlines() if line.startswith("::")]
    assert annotation.startswith(f"::error file={file},line=")
    assert "%25" in annotation
