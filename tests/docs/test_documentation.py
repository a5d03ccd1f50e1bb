"""What the documentation says is so: commands exist, links lead somewhere, figures are the code's."""

import importlib
import re
import runpy
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import typer

from api import problems
from tenantry import deployment
from tenantry.cli import app, examples
from tenantry.config.rings import RingsFile
from tenantry.config.sites import SitesFile
from tenantry.config.tenant_files import tenant_file
from tenantry.config.tiers import TiersFile
from tenantry.gateway import contract, published
from tenantry.gateway.refusals import METHOD_NOT_ALLOWED, REFUSALS
from tenantry.groups import current
from tenantry.guardrails.rules import RULES
from tenantry.monitoring import alarms, cell_alarms
from tenantry.monitoring.metrics import bound
from tenantry.monitoring.queries import queries
from tenantry.operations.trail import kept as trail
from tests.support import contents
from tests.support.contents import FENCE, anchor
from tests.support.file_fields import fields
from tests.support.watched import NAMES, watched

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
PAGES += sorted((ROOT / "docs").rglob("*.md"))
TEXTS = {page.relative_to(ROOT).as_posix(): page.read_text() for page in PAGES}
OPERATIONS, CONFIGURATION = TEXTS["docs/operations.md"], TEXTS["docs/configuration.md"]
GUIDE = TEXTS["docs/client-guide.md"]


def commands(group: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Those that do something, by their full names: `keys` alone is none, `keys add` is one."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{prefix}{name} ")
        else:
            yield f"{prefix}{name}", command


COMMANDS: dict[str, Any] = dict(commands(typer.main.get_command(app)))
GROUPS = {name.split()[0] for name in COMMANDS if " " in name}
PANELS = {name: each.rich_help_panel for name, each in typer.main.get_command(app).commands.items()}
EVERYWHERE = {"--tenants"}
SPAN = re.compile(r"`([^`\n]+)`")
TENANTRY = re.compile(r"(?<![\w./:-])(?:\.venv/bin/)?tenantry +([a-z][^)|&;\n]*)")
MAKE = re.compile(r"^ *make ((?:[a-z-]+(?: |$))+)", re.M)
CONTRACT: dict[str, Any] = contract.load()


class Shown(NamedTuple):
    page: str
    text: str


def blocks() -> Iterator[Shown]:
    for page, text in TEXTS.items():
        for language, block in FENCE.findall(text):
            if language == "console":
                yield Shown(page, re.sub(r"\s# .*", "", block.replace("\\\n", " ")))


def spans() -> Iterator[Shown]:
    for page, text in TEXTS.items():
        yield from (Shown(page, span) for span in SPAN.findall(FENCE.sub("", text)))


BLOCK_CALLS = [Shown(page, call) for page, text in blocks() for call in TENANTRY.findall(text)]
SPAN_CALLS = [Shown(page, call) for page, text in spans() for call in TENANTRY.findall(text)]


def split(call: str) -> tuple[str, list[str]]:
    """A command's full name and its arguments; a group's name alone stands for any of its commands."""
    name, *arguments = shlex.split(call, comments=True)
    if name in GROUPS and arguments:
        return f"{name} {arguments[0]}", arguments[1:]
    return name, arguments


def options(command: str) -> set[str]:
    return {name for parameter in COMMANDS[command].params for name in parameter.opts if name[:2] == "--"}


@pytest.mark.parametrize("shown", BLOCK_CALLS, ids=str)
def test_a_command_in_a_block_is_taken_as_it_stands(shown: Shown) -> None:
    name, arguments = split(shown.text.split(" < ")[0])
    assert name in COMMANDS, shown.page
    COMMANDS[name].make_context(name, arguments).close()  # raises for an unknown or missing argument


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_examples_that_it_takes_as_they_stand(command: str) -> None:
    lines = examples.EXAMPLES.get(command, ())
    assert 1 <= len(lines) <= 3, f"give `{command}` one to three lines in tenantry/cli/examples.py"
    for line in lines:
        assert f"  {line}" in COMMANDS[command].epilog.splitlines()
        [call] = TENANTRY.findall(line)
        name, arguments = split(re.split(" [<>] ", call)[0])
        assert name == command
        COMMANDS[name].make_context(name, arguments).close()


def test_no_example_is_of_a_command_that_is_not_there() -> None:
    assert examples.EXAMPLES.keys() <= COMMANDS.keys()


# What is printed is read by a shell, or by whatever it is handed to, as it stands; or is a page.
PLAIN = {
    "console": "a page",
    "credentials": "lines of a shell",
    "env": "lines of a shell",
    "secrets show": "a value alone",
    "token": "a token alone",
    **{
        f"policies {each}": "JSON in any case"
        for each in ("deploy", "preview", "drift", "verify", "console", "audit", "zones")
    },
}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_speaks_json_but_for_those_with_a_reason(command: str) -> None:
    speaks = "--json" in options(command)
    assert speaks or command in PLAIN, f"`{command}` prints a result: give it --json, or a reason in PLAIN"
    assert not (speaks and command in PLAIN), f"`{command}` has --json: take it out of PLAIN"


@pytest.mark.parametrize("shown", SPAN_CALLS, ids=str)
def test_a_command_in_a_sentence_exists_with_its_options(shown: Shown) -> None:
    name, arguments = split(shown.text)
    assert name in COMMANDS.keys() | GROUPS, shown.page
    assert {each for each in arguments if each.startswith("--")} <= (
        options(name) if name in COMMANDS else set()
    ), shown.page


def test_make_targets_that_are_shown_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(), re.M))
    for _, text in (*blocks(), *spans()):
        for names in MAKE.findall(text):
            assert set(names.split()) <= targets, text


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented_with_every_option_in_its_group(command: str) -> None:
    name = command.split()[0]
    assert f"| `tenantry {name}` |" in TEXTS["README.md"]
    [panel] = re.findall(rf"^## {PANELS[name]}\n(.*?)(?=^## |\Z)", TEXTS["docs/commands.md"], re.M | re.S)
    row = f"| `tenantry {command}"
    assert row in panel, f'docs/commands.md: "## {PANELS[name]}" has no row that begins with {row}'
    rows = panel[panel.index(row) :].split("| `tenantry ", 2)[1]
    missing = [each for each in options(command) - EVERYWHERE if f"`{each}" not in rows]
    assert not missing, f"docs/commands.md: `tenantry {command}` has no row for {', '.join(missing)}"


@pytest.mark.parametrize("page", TEXTS)
def test_every_relative_link_leads_to_a_file_and_a_heading(page: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", TEXTS[page].replace("\n", " ")):
        if target.startswith(("https://", "mailto:")):
            continue
        path, _, place = target.partition("#")
        file = (ROOT / page).parent / path if path else ROOT / page
        assert file.exists(), target
        if place:
            headings = re.findall(r"^#+ (.*)$", FENCE.sub("", file.read_text()), re.M)
            assert place in map(anchor, headings), target


def test_every_problem_is_explained_with_its_status() -> None:
    explained = dict(re.findall(r"^\| `([a-z-]+)` \| (\d{3}) \|", GUIDE, re.M))
    types = CONTRACT["components"]["schemas"]["Problem"]["properties"]["type"]["enum"]
    assert set(explained) == {each.rpartition(":")[2] for each in types}
    ours = {(problem.slug, problem.status) for problem in problems.PROBLEMS.values()}
    gateways = {(refusal.slug, refusal.status) for refusal in (*REFUSALS.values(), METHOD_NOT_ALLOWED)}
    assert {(slug, int(status)) for slug, status in explained.items()} == ours | gateways


@pytest.mark.parametrize("path", CONTRACT["paths"])
def test_every_route_is_explained_with_a_call_and_its_scope(path: str) -> None:
    for method, operation in CONTRACT["paths"][path].items():
        if published.is_page(operation):
            continue
        section = GUIDE.split(f"### `{method.upper()} {path}`\n", 1)[1].split("\n##", 1)[0]
        assert f'"$BASE{path.replace("{collection}", "orders").replace("{id}", "$ID")}' in section
        assert method == "get" or f"-X {method.upper()} " in section
        assert f"`{operation.get('x-tenantry-scope', '')}`" in section or "x-tenantry-scope" not in operation


TENANT_FILE = tenant_file(current())
GROUPING = {"data", "limits", "contact", "alarms"}  # say nothing but what is in them


FILES = (TENANT_FILE, TiersFile, SitesFile, RingsFile)


@pytest.mark.parametrize("field", [name for model in FILES for name in fields(model)])
def test_every_field_of_a_file_is_documented(field: str) -> None:
    assert field in GROUPING or f"\n| `{field}` |" in CONFIGURATION


def test_no_field_is_documented_that_is_not_there() -> None:
    listed = CONFIGURATION.split("## A stack")[0]
    known = {name for model in FILES for name in fields(model)}
    assert set(re.findall(r"^\| `([^`]+)` \|", listed, re.M)) <= known


def test_every_variable_of_the_environment_is_documented() -> None:
    platform = ROOT / "platform" / "tenantry"
    # What a handover holds reads the environment of whoever was handed it; its page says so.
    modules = (path for path in platform.rglob("*.py") if not path.is_relative_to(platform / "handover"))
    sources = [path.read_text() for path in modules]
    sources.append((ROOT / "Makefile").read_text())
    read = set(re.findall(r'environ(?:\.get\(|\[)"(\w+)"|^([A-Z]+) \?=', "\n".join(sources), re.M))
    inside = {"GATEWAY_PORT"}  # the emulator's own, given by its parent
    for name in {first or second for first, second in read} - inside:
        assert f"\n| `{name}` |" in CONFIGURATION


def stack_keys() -> set[str]:
    modules = (ROOT / "platform" / "tenantry" / f"{name}.py" for name in ("program", "settings", "adoption"))
    program = "".join(module.read_text() for module in modules)
    read = re.findall(r'(?:config\.(?:get|get_bool|get_object|require)\(|texts\(config, )"(\w+)"\)', program)
    kept = trail.SETTING.removeprefix("tenantry:")
    return set(read) - {"groups"} | {kept}  # `groups` is the project's, refused in a stack's file


def test_every_key_of_a_stack_is_documented_and_no_other() -> None:
    assert set(re.findall(r"^\| `tenantry:(\w+)` \|", CONFIGURATION, re.M)) == stack_keys()


def test_every_guardrail_is_documented_and_no_other() -> None:
    section = TEXTS["docs/security.md"].split("## Guardrails\n")[1].split("\n## ")[0]
    assert re.findall(r"^\| `([a-z-]+)` \|", section, re.M) == [rule.name for rule in RULES]


LIMITS = re.findall(r"^\| (.+) \| `([a-z_.]+)\.([A-Z][^`]*)` \|$", TEXTS["docs/limits.md"], re.M)


@pytest.mark.parametrize(("row", "module", "constant"), LIMITS, ids=[row[2] for row in LIMITS])
def test_a_limit_is_the_codes_own(row: str, module: str, constant: str) -> None:
    value = eval(constant, vars(importlib.import_module(module)))  # noqa: S307 - our own documentation
    assert f"{value:,.0f}" in re.findall(r"[\d,]+", row.split(" | ")[1])


def test_the_limit_of_custom_metrics_is_what_the_groups_bring_about() -> None:
    most = bound(contract.installed_routes(), current().members)
    assert f"| {most} | computed: `tenantry.monitoring.metrics.bound` |" in TEXTS["docs/limits.md"]


def test_every_test_that_is_named_exists() -> None:
    tests = [*(ROOT / "tests").rglob("test_*.py"), *(ROOT / "functions" / "groups").rglob("test_*.py")]
    existing = "\n".join(path.read_text() for path in tests)
    for page in ("docs/security.md", "docs/resilience.md"):
        named = set(re.findall(r"`(test_\w+)`", TEXTS[page]))
        assert named
        assert named <= set(re.findall(r"def (test_\w+)", existing))


@pytest.mark.parametrize("page", [page for page in TEXTS if re.search(r"/\d{4}-", page)])
def test_a_decision_says_what_was_weighed_and_is_listed(page: str) -> None:
    headings = re.findall(r"^## (.*)$", TEXTS[page], re.M)
    assert headings == ["Context", "Choice", "Turned down", "What would change it"]
    assert f"({Path(page).name})" in TEXTS["docs/decisions/README.md"]


def test_paths_of_the_project_that_are_named_exist() -> None:
    tops = {path.name for path in ROOT.iterdir() if path.is_dir()} - {".venv", ".tenantry", ".build"}
    for page, span in spans():
        if re.fullmatch(r"[\w./-]+", span) and "/" in span and span.split("/")[0] in tops:
            assert (ROOT / span).exists(), f"{page}: {span}"


RUNBOOKS = TEXTS["docs/runbooks.md"]


def test_every_alarm_has_a_runbook_where_its_link_lands_and_no_other_has_one() -> None:
    of_cell = cell_alarms.of_cell(NAMES, [watched(alarms="cell")])
    declared = {alarm.condition for alarm in (*alarms.of_tenant(watched()), *of_cell)}
    headings = re.findall(r"^## (.*)$", RUNBOOKS, re.M)
    assert set(headings) == declared | {alarms.UNHEALTHY}
    for condition in headings:
        path, _, place = alarms.runbook(condition, deployment.RUNBOOKS).partition("#")
        assert (ROOT / path).read_text() == RUNBOOKS
        assert place == anchor(condition)


def test_the_runbook_of_the_composite_alarm_names_all_that_it_joins() -> None:
    section = RUNBOOKS.split("## unhealthy\n")[1].split("\n## ")[0]
    joined = {alarm.condition for alarm in alarms.of_tenant(watched()) if not alarm.lasting}
    assert joined <= set(SPAN.findall(section))


def test_every_saved_query_is_explained_and_no_other() -> None:
    explained = re.findall(r"^\| (\d [^|]+) \|", RUNBOOKS, re.M)
    assert explained == [query.title for query in queries(current())]


SAID = re.findall(r"^\| `([^|]+)`(?:, [^|`]+)? \|", TEXTS["docs/troubleshooting.md"], re.M)
OTHERS = {"the stack is currently locked", "failed to load checkpoint: EOF"}  # Pulumi's words
SOURCES = " ".join(
    re.sub(r'"\s*\n\s*f?"', "", path.read_text()) for path in (ROOT / "platform" / "tenantry").rglob("*.py")
)


@pytest.mark.parametrize("message", SAID)
def test_a_message_that_is_explained_is_one_of_ours(message: str) -> None:
    if message not in OTHERS:
        plain = SOURCES.replace("`", "")
        parts = [part.strip(" ;:,()") for part in re.split(r"…|; ", message)]
        assert [part for part in parts if part not in plain] == []


def test_every_page_is_reached_from_the_index() -> None:
    index = TEXTS["docs/README.md"]
    for page in (ROOT / "docs").glob("*.md"):
        assert page.name == "README.md" or f"({page.name}" in index, page.name


def test_the_glossary_goes_by_the_alphabet_and_explains_each_word_once() -> None:
    words = re.findall(r"^\| ([^|]+) \| ", TEXTS["docs/glossary.md"], re.M)[1:]
    assert words == sorted(set(words), key=str.lower)


@pytest.mark.parametrize("drawing", sorted((ROOT / "docs").rglob("*.svg")), ids=lambda path: path.stem)
def test_a_drawing_says_what_it_shows_and_has_colours_for_the_dark(drawing: Path) -> None:
    text = drawing.read_text()
    assert re.search(r"<title id=\"title\">.+</title>", text)
    assert re.search(r"<desc id=\"desc\">.+</desc>", text, re.S)
    assert "prefers-color-scheme: dark" in text
    shown = [page for page, said in TEXTS.items() if drawing.name in said]
    assert shown, drawing


@pytest.mark.parametrize("page", contents.long_pages(), ids=lambda page: page.name)
def test_a_long_page_begins_with_its_contents(page: Path) -> None:
    """Where it does not: `python -m tests.support.contents`."""
    text = page.read_text()
    assert contents.BEGIN in text
    assert contents.written(text) == text


def test_the_site_has_every_page_on_its_left_once() -> None:
    listed = [
        page
        for pages in runpy.run_path(str(ROOT / "docsite" / "conf.py"))["CONTENTS"].values()
        for page in pages
    ]
    there = {page.stem for page in (ROOT / "docs").glob("*.md")} - {"README"}
    there |= {f"../{page.stem}" for page in ROOT.glob("*.md")}
    assert sorted(listed) == sorted(there | {"decisions/README"})
