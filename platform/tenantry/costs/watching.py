"""Weigh what it costs to watch a tenant against what it costs to serve it."""

from fractions import Fraction

from tenantry.config import Tenant
from tenantry.config.tiers import Monitoring
from tenantry.costs.forecast import forecast
from tenantry.costs.inventory import inventory
from tenantry.costs.lines import priced
from tenantry.costs.prices import Prices

WATCHING = (
    "dashboards and alarms",
    "tracing",
)  # access log and lines are what tenants are billed and helped by
LEAST = Monitoring(alarms="cell", metrics="free", traces="off")


def watching_and_serving(tenant: Tenant, requests: int, prices: Prices) -> tuple[Fraction, Fraction]:
    """US dollars a month, for watching and for all else that is the tenant's own."""
    watching = serving = Fraction(0)
    for line in priced(forecast(tenant, requests), inventory(tenant), prices, Fraction(0)):
        if line.component in WATCHING:
            watching += line.usd
        else:
            serving += line.usd
    return watching, serving


def watched_least(tenant: Tenant) -> Tenant:
    """The same tenant, were its tier's monitoring the cheapest that names who is in trouble."""
    return tenant.model_copy(update={"tier": tenant.tier.model_copy(update={"monitoring": LEAST})})
