"""Write the folder that a new route group starts from: it works at once, and then belongs to its author."""

import shutil
from pathlib import Path
from string import Template

from tenantry.errors import WrongInput
from tenantry.groups.checks import is_name
from tenantry.groups.installed import Groups

TEMPLATE = Path(__file__).with_name("template")
ENDING = ".txt"  # of the template's files, so that nothing takes them for code


def new(name: str, root: Path, groups: Groups) -> list[Path]:
    """The files written, below `root`/`name`; all of them or none.

    Raises:
        WrongInput: the name is invalid or taken, or the folder exists.
    """
    if not is_name(name):
        raise WrongInput(f"{name!r} cannot name a group; use 2 to 10 of a-z and 0-9, a letter first")
    if name in {member.name for member in groups.members}:
        raise WrongInput(f"{name} is a group or a function already; choose another name")
    folder = root / name
    if folder.exists():
        raise WrongInput(f"{folder} exists already; choose another name, or move it elsewhere")
    part = root / f".{name}.part"
    shutil.rmtree(part, ignore_errors=True)  # of a run that was cut off
    words = {"group": name, "Group": name.capitalize()}
    written = []
    for source in sorted(TEMPLATE.rglob(f"*{ENDING}")):
        relative = source.relative_to(TEMPLATE)
        target = part / relative.with_name(relative.name.removesuffix(ENDING))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(Template(source.read_text(encoding="utf-8")).substitute(words), encoding="utf-8")
        written.append(folder / target.relative_to(part))
    part.rename(folder)
    return written
