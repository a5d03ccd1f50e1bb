"""A page costs one Query of bounded size, whatever the collection holds: the bench's claim, on small ones."""

from pathlib import Path

import pytest

from benches.pages.run import Query, Result, Walk, run


def test_a_page_is_one_query_of_the_same_cost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENANTRY_STATE", str(tmp_path))
    assert run([250, 750], lambda _: None).holds


def walk(size: int, capacity: float = 1, scanned: int = 101, scans: int = 0, complete: bool = True) -> Walk:
    return Walk(size, 1, complete, [Query(scanned, capacity)], scans)


@pytest.mark.parametrize(
    "worse",
    [
        pytest.param(walk(2, capacity=2), id="dearer"),
        pytest.param(walk(2, scanned=102), id="reads beyond its page"),
        pytest.param(walk(2, scans=1), id="scans"),
        pytest.param(walk(2, complete=False), id="misses an item"),
        pytest.param(Walk(2, 2, True, [Query(101, 1)], 0), id="not a Query a page"),
    ],
)
def test_a_page_that_is_worse_is_found(worse: Walk) -> None:
    assert Result([walk(1), walk(2)]).holds
    assert not Result([walk(1), worse]).holds
