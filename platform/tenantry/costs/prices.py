"""Read what AWS asks from one dated file; a figure without source and day is refused.

Money is a Fraction: the shares of an amount add up to it exactly, and rounding is for display alone.
"""

import tomllib
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

FILE = Path(__file__).with_name("prices.toml")

SourceUrl = Annotated[str, StringConstraints(pattern=r"^https://\S+$")]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PriceStep(_Model):
    """Without `up_to`: whatever is more than the steps before hold."""

    usd: Decimal = Field(gt=0)
    up_to: int | None = Field(None, gt=0)

    @cached_property
    def exact(self) -> Fraction:
        return Fraction(self.usd)


class Price(_Model):
    """`checked` is the day on which it was last read; `compared`: with a public copy of AWS's list too."""

    unit: str = Field(min_length=1)
    steps: tuple[PriceStep, ...] = Field(min_length=1)
    per: int = Field(1, ge=1)
    free: int = Field(0, ge=0)
    source: SourceUrl
    checked: date
    compared: bool = True

    @model_validator(mode="after")
    def _steps_rise_without_end(self) -> Self:
        ends = [step.up_to for step in self.steps]
        bounds = [end for end in ends[:-1] if end is not None]
        if ends[-1] is not None or len(bounds) < len(ends) - 1 or bounds != sorted(set(bounds)):
            raise ValueError("steps must rise, each with up_to but the last")
        return self

    @cached_property
    def _each(self) -> Fraction:
        """Of a unit at the first step's price: Fractions are slow, and most prices have that step alone."""
        return self.steps[0].exact / self.per

    def of(self, quantity: Fraction, free_share: Fraction = Fraction(0)) -> Fraction:
        """US dollars for that many units in a month, of whose free ones `free_share` are this tenant's."""
        left = quantity - self.free * free_share if free_share else quantity
        if left <= 0:
            return Fraction(0)
        if len(self.steps) == 1:
            return left * self._each
        amount, begin = Fraction(0), 0
        for step in self.steps:
            within = left if step.up_to is None else min(left, Fraction(step.up_to - begin))
            amount += within * step.exact
            left -= within
            if not left:
                break
            begin = step.up_to or begin
        return amount / self.per


class Prices(_Model):
    """One price per field, named as in the file."""

    region: str
    gateway_request: Price
    function_request: Price
    gb_second_arm64: Price
    gb_second_x86_64: Price
    read_unit: Price
    write_unit: Price
    table_storage: Price
    table_recovery: Price
    log_ingested: Price
    log_stored: Price
    dashboard: Price
    alarm_metric: Price
    query_alarm_metric: Price
    composite_alarm: Price
    custom_metric: Price
    metric_read: Price
    secret: Price
    secret_call: Price
    queue_call: Price
    mail: Price
    notice: Price
    key: Price
    key_call: Price
    trace: Price
    transfer_out: Price
    container_vcpu_hour: Price
    container_gb_hour: Price
    balancer_hour: Price
    balancer_unit_hour: Price
    address_hour: Price

    def named(self, name: str) -> Price:
        price: Price = getattr(self, name)
        return price

    @property
    def oldest(self) -> date:
        """The day from which on no figure has been looked at again."""
        return min(self.named(name).checked for name in self.names())

    @property
    def not_compared(self) -> tuple[str, ...]:
        """Those that stand on the page of their source alone."""
        return tuple(name for name in self.names() if not self.named(name).compared)

    @classmethod
    def names(cls) -> tuple[str, ...]:
        return tuple(name for name in cls.model_fields if name != "region")


@cache
def load(file: Path = FILE) -> Prices:
    with file.open("rb") as content:
        return Prices.model_validate(tomllib.load(content, parse_float=Decimal))
