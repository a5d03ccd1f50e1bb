"""The guide to route groups is followed as it is written, on a project copy; its tables are the code's."""

import dataclasses
import re
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from agreed import declarations
from tests.support.command import ROOT, eventually
from tests.support.projects import Project

GUIDE = (ROOT / "docs" / "groups.md").read_text()
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
ON_AWS = re.compile(r"\bpulumi up\b|--stack")
TENANTRY = shlex.join((sys.executable, "-m", "tenantry.cli"))
# The rest of it takes a minute, and tests/journeys/projects/test_own_group.py runs it over such a group.
CHECK = ".venv/bin/ruff check functions/groups && .venv/bin/ruff format --check functions/groups"
WATCHED = ("functions/", "tenants/")
SECONDS = 120
LIST = "tenantry call acme GET /quotes"


def section(heading: str) -> str:
    return GUIDE.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def blocks(text: str, language: str) -> list[str]:
    return [content for name, content in BLOCK.findall(text) if name == language]


@dataclass
class Walk:
    """One reader of the page, at two terminals; `lines` are what the first of them shows."""

    project: Project
    lines: list[str] = field(default_factory=list)
    printed: dict[str, str] = field(default_factory=dict)
    watching: subprocess.Popen[str] | None = None
    edited: str = ""
    seen: int = 0

    def follow(self, text: str) -> None:
        for language, content in BLOCK.findall(text):
            if language == "console":
                self._served()
                for command in content.splitlines():
                    if not ON_AWS.search(command):
                        self.call(command)
            else:
                name, _, rest = content.partition("\n")
                self.edited, self.seen = name.lstrip("#- "), len(self.lines)
                (self.edit if language == "diff" else self.write)(self.edited, rest)

    def write(self, name: str, content: str) -> None:
        file = self.project.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)

    def edit(self, name: str, diff: str) -> None:
        """Each piece of the diff, with the lines about it, is in the file once."""
        file = self.project.root / name
        text = file.read_text()
        for piece in diff.split("@@\n"):
            lines = piece.splitlines(keepends=True)
            before = "".join(each[1:] for each in lines if each[0] != "+")
            assert text.count(before) == 1, f"{name}: {before}"
            text = text.replace(before, "".join(each[1:] for each in lines if each[0] != "-"))
        file.write_text(text)

    def call(self, command: str) -> None:
        if command == "tenantry up --watch":
            self._watch()
        elif command == "tenantry console":
            self.printed[command] = self.project.page("/tenants/acme", "tenants")
        else:
            done = self.tried(CHECK if command == "make check" else command)
            assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
            self.printed[command] = done.stdout

    def tried(self, command: str) -> subprocess.CompletedProcess[str]:
        return self.project.run("bash", "-c", re.sub(r"(?<!\S)tenantry(?= )", TENANTRY, command))

    def _watch(self) -> None:
        self.watching = process = self.project.begun("up", "--watch", "--port", "0")
        threading.Thread(target=self._read, args=(process,), daemon=True).start()
        assert eventually(lambda: self.tried("tenantry status").returncode == 0, SECONDS), self.lines

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self.lines.append(line)

    def _served(self) -> None:
        """Wait for what the first terminal says of the last edit."""
        if self.watching and self.edited.startswith(WATCHED):
            assert eventually(lambda: any(map(self._is_success, self.lines[self.seen :])), SECONDS), (
                self.lines
            )
        self.edited = ""

    def _is_success(self, line: str) -> bool:
        return line.startswith("✓") and self.edited in line


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """Through the first two sections; what they start runs on."""
    walk = Walk(Project.copied(tmp_path_factory.mktemp("guide") / "project"))
    acme = walk.project.root / "tenants" / "demo" / "acme.yaml"
    acme.write_text(acme.read_text().replace("tokens, ", ""))  # the page begins without that group
    try:
        walk.follow(section("Begin"))
        walk.follow(section("Declare more"))
        yield walk
    finally:
        if walk.watching:
            with walk.watching:
                walk.watching.send_signal(signal.SIGINT)


def test_a_quote_gets_its_price_in_the_tenants_currency(walk: Walk) -> None:
    assert '"text": "six tables"' in walk.printed[LIST]
    assert eventually(lambda: '"price": "100 GBP"' in walk.tried(LIST).stdout, SECONDS), walk.lines


def test_the_group_is_counted_shown_priced_and_exported(walk: Walk) -> None:
    assert "POST /quotes" in walk.printed["tenantry usage acme"]
    assert "POST /quotes" in walk.printed["tenantry logs acme --group quotes --group pricer"]
    assert "queues" in walk.printed["tenantry cost acme"]
    assert "pricer" in walk.printed["tenantry console"]
    assert '"kind":"quotes/entry"' in (walk.project.root / "acme.jsonl").read_text()


def test_the_tests_of_the_page_pass(walk: Walk) -> None:
    walk.follow(section("Its code"))
    assert " passed" in walk.printed[".venv/bin/python -m pytest functions/groups/quotes"]


def test_a_mistake_is_refused_as_the_page_shows(walk: Walk) -> None:
    text = section("What is refused")
    [diff], [command], [shown] = (blocks(text, each) for each in ("diff", "console", "text"))
    name, _, rest = diff.partition("\n")
    file = walk.project.root / name.removeprefix("--- ")
    good = file.read_text()
    walk.edit(name.removeprefix("--- "), rest)
    try:
        refused = walk.tried(command.strip())
    finally:
        file.write_text(good)
    assert refused.returncode == 2
    assert refused.stderr == shown


def test_groups_in_another_folder_are_found_and_tested(walk: Walk) -> None:
    walk.follow(section("Groups in your own repository"))
    assert "visits" in walk.tried("tenantry groups list").stdout


def test_the_platform_does_without_a_shipped_group(walk: Walk) -> None:
    walk.follow(section("Take a shipped group out"))
    assert "all files are valid" in walk.printed["tenantry validate"]
    added = walk.tried("tenantry new initech --cell demo --tier bronze && tenantry validate")
    assert added.returncode == 0, added.stderr


CLASSES = [each for each in vars(declarations).values() if dataclasses.is_dataclass(each)]


def default(each: "dataclasses.Field[object]") -> str:
    return "" if each.default is dataclasses.MISSING else f"`{each.default!r}`"


@pytest.mark.parametrize("declared", CLASSES, ids=lambda each: each.__name__)
def test_every_field_of_a_declaration_is_explained_with_its_default_and_no_other(declared: type) -> None:
    name = declared.__name__
    explained = re.findall(rf"^\| `{name}\.(\w+)` \| (.*?) ?\| .+ \|$", GUIDE, re.M)
    assert explained == [(each.name, default(each)) for each in dataclasses.fields(declared)]


def test_the_page_explains_no_class_that_is_not_there() -> None:
    explained = set(re.findall(r"^\| `(\w+)\.\w+` \|", section("What can be declared"), re.M))
    assert explained == {each.__name__ for each in CLASSES}
