"""Show estimates of cost: tables for people, JSON for programs."""

from collections.abc import Sequence
from datetime import UTC, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tenantry.cli.bill_tables import calls, choices, drivers, itemised, overview, side_by_side
from tenantry.cli.output import print_json, stdout

if TYPE_CHECKING:
    from tenantry.config import Platform, Tenant
    from tenantry.costs.comparison import Alternative
    from tenantry.costs.estimate import Terms
    from tenantry.costs.lines import Estimate

DIGITS = 6  # of a dollar, in JSON


def show_estimates(
    tenants: "Sequence[Tenant]", platform: "Platform", terms: "Terms", volumes: tuple[int, ...], as_json: bool
) -> None:
    from tenantry.costs.estimate import dominating, estimate

    columns: tuple[int | None, ...] = volumes or (None,)
    found = [
        (tenant, [estimate(tenant, platform.cell(tenant.cell), terms, volume) for volume in columns])
        for tenant in tenants
    ]
    if as_json:
        bills = [
            {
                "tenant": tenant.slug,
                "cell": tenant.cell,
                "assumed": tenant.workload.requests_per_month is None and not volumes,
                "estimates": [as_dict(each, terms) for each in estimates],
                "dominating": [
                    {"from_requests": volume, "component": component}
                    for volume, component in dominating(tenant, platform.cell(tenant.cell), terms)
                ],
            }
            for tenant, estimates in found
        ]
        print_json({**_basis(terms), "tenants": bills})
        return
    if len(found) == 1:
        [(tenant, estimates)] = found
        stdout().print(itemised(estimates[0], terms) if len(estimates) == 1 else side_by_side(estimates))
        _tell_drivers(estimates, dominating(tenant, platform.cell(tenant.cell), terms))
    else:
        stdout().print(overview([estimates for _, estimates in found], volumes))
    _tell_assumed(tenants, volumes)
    _tell_basis(terms)


def show_comparison(
    kind: "Alternative",
    tenant: "Tenant",
    platform: "Platform",
    terms: "Terms",
    volumes: tuple[int, ...],
    as_json: bool,
) -> None:
    from tenantry.costs.comparison import compared, current

    columns: tuple[int | None, ...] = volumes or (None,)
    own = current(kind, tenant, terms)
    bills = []
    for volume in columns:
        found = compared(kind, tenant, platform, terms, volume)
        if as_json:
            bills.append({name: as_dict(each, terms) for name, each in found.items()})
        else:
            stdout().print(choices(kind, tenant.slug, own, found))
    if as_json:
        print_json(
            {**_basis(terms), "tenant": tenant.slug, "compare": kind, "current": own, "estimates": bills}
        )
        return
    _tell_assumed([tenant], volumes)
    _tell_basis(terms)


def show_actual(found: "Sequence[Estimate]", terms: "Terms", as_json: bool) -> None:
    if as_json:
        bills = [
            {"tenant": each.tenant, "not_measured": list(each.assumed), **as_dict(each, terms)}
            for each in found
        ]
        print_json({**_basis(terms), "tenants": bills})
        return
    if len(found) == 1:
        stdout().print(itemised(found[0], terms))
        _tell_drivers(found, [])
    else:
        stdout().print(overview([[each] for each in found], ()))
    missing = sorted({name.replace("_", " ") for each in found for name in each.assumed})
    if missing:
        note = f"not measured, estimated from the rest: {', '.join(missing)}"
        stdout().print(note, style="dim", soft_wrap=True)
    _tell_basis(terms)


def as_dict(estimate: "Estimate", terms: "Terms") -> dict[str, Any]:
    return {
        "requests": estimate.requests,
        "total_usd": _number(estimate.total),
        "components": {name: _number(amount) for name, amount in estimate.components.items()},
        "drivers": [{"component": name, "share": _number(share)} for name, share in estimate.drivers()],
        "lines": [
            {
                "component": line.component,
                "price": line.price,
                "unit": terms.prices.named(line.price).unit,
                "quantity": _number(line.quantity),
                "usd": _number(line.usd),
            }
            for line in estimate.lines
        ],
    }


def _number(value: Fraction) -> float:
    return round(float(value), DIGITS)


def _basis(terms: "Terms") -> dict[str, Any]:
    return {
        "currency": "USD",
        "region": terms.prices.region,
        "prices_checked": terms.prices.oldest,
        "prices_not_compared": list(terms.prices.not_compared),
        "free_tier": terms.free_tier,
        "architecture": terms.architecture,
    }


def _tell_drivers(estimates: "Sequence[Estimate]", dominating: list[tuple[int, str]]) -> None:
    for each in estimates:
        stdout().print(f"mostly for ({calls(each.requests)}): {drivers(each)}", soft_wrap=True)
    if dominating:
        bills = [f"{name} from {volume:,}" if volume else name for volume, name in dominating]
        stdout().print(f"what costs most, by calls a month: {', '.join(bills)}", soft_wrap=True)


def _tell_assumed(tenants: "Sequence[Tenant]", volumes: tuple[int, ...]) -> None:
    silent = [tenant.slug for tenant in tenants if tenant.workload.requests_per_month is None]
    if silent and not volumes:
        bills = f"{', '.join(silent)}: the file names no workload.requests_per_month; a million is assumed"
        stdout().print(bills, style="yellow", soft_wrap=True)


def _tell_basis(terms: "Terms") -> None:
    free = "with" if terms.free_tier else "without"
    days = (datetime.now(UTC).date() - terms.prices.oldest).days
    stdout().print(
        f"estimate at {terms.prices.region} prices, checked {terms.prices.oldest}, {days} days ago, "
        f"{free} free tiers, before tax; docs/costs.md lists what is assumed",
        style="dim",
        soft_wrap=True,
    )
