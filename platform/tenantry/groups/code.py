"""Refuse a group whose code is incomplete, or imports what it cannot have where it runs."""

from collections.abc import Iterator
from pathlib import Path

from tenantry.groups.installed import Installed, members
from tenantry.groups.sources import Import, PythonSource, modules
from tenantry.paths import shown
from tenantry.problems import Problem


def problems(one: Installed) -> Iterator[Problem]:
    for member in members(one.group):
        handler = one.folder / ("handler.py" if member.serves else f"{member.name}/handler.py")
        if not handler.exists():
            remedy = "add it, with a function handle(event, context)"
            yield Problem(shown(handler), 1, f"the code of {member.name} is missing", remedy)
        elif _is_python(handler) and not PythonSource(handler).defines("handle"):
            remedy = "add a function handle(event, context)"
            yield Problem(shown(handler), 1, f"the code of {member.name} has no function handle", remedy)
    for path in modules(one.folder):
        yield from _imports(one, path)


def _imports(one: Installed, path: Path) -> Iterator[Problem]:
    used = {use.kind.rpartition("/")[0] for member in members(one.group) for use in member.function.uses}
    package = ".".join(("groups", one.name, *path.relative_to(one.folder).parts[:-1]))
    try:
        imports = list(PythonSource(path).imports(package))
    except SyntaxError as error:
        yield Problem(shown(path), error.lineno or 1, f"this is not Python: {error.msg}", "correct it")
        return
    except ValueError:
        yield Problem(shown(path), 1, "this is not text in UTF-8", "save it as such")
        return
    for each in imports:
        if found := _refused(one, each, used):
            yield Problem(shown(path), each.line, *found)


def _refused(one: Installed, each: Import, used: set[str]) -> tuple[str, str] | None:
    top, _, rest = each.module.partition(".")
    other = rest.partition(".")[0]
    if top == "tenantry":
        what = f"this imports the platform's {each.module}"
        return what, "a function runs without the platform; import from agreed or api"
    if top == "authorizer":
        return f"this imports the authorizer's {each.module}", "import from agreed or api"
    if top == "groups" and not other:
        return "this imports groups as a whole", f"import from groups.{one.name}"
    if top == "groups" and other not in (one.name, *used):
        what = f"this imports another group's {each.module}"
        return what, f"use records of {other} in the declaration, or do without"
    return None


def _is_python(path: Path) -> bool:
    try:
        return bool(PythonSource(path).tree)
    except (SyntaxError, ValueError):
        return False  # `_imports` says so, as of any module
