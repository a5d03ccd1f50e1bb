"""Garbage is looked for again afterwards, whatever happened meanwhile."""

import gc

import pytest

from tenantry.garbage import uncollected


def test_nothing_is_collected_meanwhile_and_all_is_as_before_afterwards() -> None:
    @uncollected()
    def failing() -> None:
        assert not gc.isenabled()
        raise ValueError("meanwhile")

    assert gc.isenabled()
    with pytest.raises(ValueError, match="meanwhile"):
        failing()
    assert gc.isenabled()


def test_who_collects_nothing_goes_on_so() -> None:
    gc.disable()
    try:
        with uncollected():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
