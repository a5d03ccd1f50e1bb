"""Which changes of files are reported to whoever watches a platform's sources."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tenantry.errors import WrongInput
from tenantry.local.watching.files import watched
from tests.support.command import eventually


class Seen:
    """All files that were reported until now."""

    def __init__(self, looks: Iterator[set[Path]]) -> None:
        self._looks = looks
        self._files: set[Path] = set()

    def __contains__(self, file: Path) -> bool:
        return eventually(lambda: file in self.until_now(), seconds=30)

    def until_now(self) -> set[Path]:
        self._files |= next(self._looks)
        return self._files


def test_sources_are_reported_and_what_tools_leave_beside_them_is_not(tmp_path: Path) -> None:
    root = tmp_path.resolve()
    seen = Seen(watched([root]))
    (root / "__pycache__").mkdir()
    (root / ".hidden").mkdir()
    left = ("__pycache__/a.py", ".hidden/a.yaml", ".a.py", "a.pyc", "a.py~", "4913", "a.txt")
    others = [root / name for name in left]
    for file in others:
        file.write_text("")
    sources = [
        root / name for name in ("handler.py", "openapi.yaml", "tenant.yml", "requirements.txt", "last.py")
    ]
    for file in sources:
        file.write_text("")
    assert all(file in seen for file in sources)
    assert not seen.until_now() & set(others)


def test_a_new_folders_files_and_a_moved_folder_are_reported(tmp_path: Path) -> None:
    root = tmp_path.resolve()
    seen = Seen(watched([root]))
    (root / "cell").mkdir()
    assert root / "cell" in seen
    (root / "cell" / "acme.yaml").write_text("")
    assert root / "cell" / "acme.yaml" in seen
    (root / "cell").rename(root / "other")
    assert root / "other" in seen
    (root / "other" / "acme.yaml").unlink()
    assert root / "other" / "acme.yaml" in seen


def test_what_changed_while_nobody_looked_is_reported_later(tmp_path: Path) -> None:
    root = tmp_path.resolve()
    looks = watched([root])
    for name in ("a.py", "b.py"):
        (root / name).write_text("")
    seen = Seen(looks)
    assert root / "a.py" in seen
    assert root / "b.py" in seen


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongInput, match=r"there is no folder .*/nowhere"):
        watched([tmp_path / "nowhere"])
