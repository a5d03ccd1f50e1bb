"""Byte code without what nothing reads does what its source does, and names the same lines."""

import marshal
import traceback
from types import CodeType
from typing import Any

import pytest

from tenantry.packing import byte_code

SOURCE = '''"""Documented."""
from dataclasses import KW_ONLY, InitVar, dataclass
from typing import Any, ClassVar, Final, NamedTuple, get_args, Literal

STATES = get_args(Literal["new"])
LIMIT: Final = 3
later: int


@dataclass(frozen=True, slots=True)
class Point:
    """Documented too."""

    shared: ClassVar[Any] = "of all"
    x: int
    _: KW_ONLY
    y: "int | None" = None
    scale: InitVar[int] = 1

    def fail(self, message: str) -> None:
        """Alone in its body it would leave none."""
        many = [
            message,
            message
            + "!",
        ]
        assert not many, many


class Pair(NamedTuple):
    left: int
    right: int = 2


def nothing() -> None:
    """Only this."""
'''


def run(*, lean: bool) -> dict[str, Any]:
    """The module's names. It is not imported, so dataclasses are told where they are."""
    members: dict[str, Any] = {"__name__": "tests.unit.platform.test_byte_code"}
    content = byte_code.compiled(SOURCE.encode(), "/var/task/probe.py", lean=lean)
    exec(marshal.loads(content[16:]), members)  # noqa: S102, S302 - the source above
    return members


@pytest.mark.parametrize("lean", [True, False])
class TestBehaviour:
    def test_classes_are_what_they_were(self, *, lean: bool) -> None:
        members = run(lean=lean)
        point = members["Point"](1, y=2, scale=3)
        assert (point.x, point.y, point.shared, members["LIMIT"]) == (1, 2, "of all", 3)
        assert members["Pair"](1) == (1, 2)
        assert members["STATES"] == ("new",)
        assert members["nothing"]() is None
        with pytest.raises(TypeError, match="positional"):
            members["Point"](1, 2)

    def test_docstrings_are_gone_and_assertions_are_not(self, *, lean: bool) -> None:
        members = run(lean=lean)
        assert members.get("__doc__") is None
        assert members["nothing"].__doc__ is None
        with pytest.raises(AssertionError, match="no!"):
            members["Point"](1).fail("no")

    def test_a_traceback_names_file_line_and_function(self, *, lean: bool) -> None:
        with pytest.raises(AssertionError) as failure:
            run(lean=lean)["Point"](1).fail("no")
        last = traceback.extract_tb(failure.value.__traceback__)[-1]
        line = SOURCE.splitlines().index("        assert not many, many") + 1
        assert (last.filename, last.lineno, last.name) == ("/var/task/probe.py", line, "fail")


def test_lean_code_imports_no_name_that_only_annotations_used() -> None:
    assert {"ClassVar", "NamedTuple"} <= run(lean=True).keys()
    assert not {"Final", "__annotations__"} & run(lean=True).keys()
    assert "Final" in run(lean=False)


def test_every_instruction_keeps_its_line() -> None:
    def lines(code: CodeType) -> list[tuple[int, int | None]]:
        own = [(at, line) for start, end, line in code.co_lines() for at in range(start, end, 2)]
        return own + [
            each for nested in code.co_consts if isinstance(nested, CodeType) for each in lines(nested)
        ]

    code = compile(SOURCE + "\n" * 300 + "x = [\n1,\n" + "\n" * 90 + "print()]\n", "probe", "exec")
    briefly = byte_code._briefly_lined(code)
    assert lines(briefly) == lines(code)
    assert len(briefly.co_linetable) < len(code.co_linetable)


def test_a_table_that_reads_otherwise_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """As it would in a version of Python that writes tables in another way."""
    monkeypatch.setattr(byte_code, "_signed", lambda number: bytes([number + 2 & 63]))
    code = compile("x = 1\ny = 2\n", "probe", "exec")
    assert byte_code._briefly_lined(code) == code
