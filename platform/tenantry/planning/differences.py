"""What a changed file takes from a tenant's clients, or gives them: rules alone.

A line needs a person where it takes something from somebody: access, room, data, notice; or where somebody
else's tokens come to be trusted. The rest is for the record.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from tenantry.planning.facts import DeclaredTenant


@dataclass(frozen=True, slots=True)
class Line:
    """`loses` completes "acme loses", for the line that sums up all tenants."""

    text: str
    needs_person: bool = False
    loses: str = ""


# What a tenant has several of, and what the loss of one means.
LISTS = {
    "api_keys": ("key", "clients that use it are refused"),
    "signing_keys": ("signing key", "its tokens are refused"),
    "algorithms": ("algorithm", "tokens signed by it are refused"),
    "routes": ("route group", "its routes answer 404"),
    "scopes": ("scope", "it opens nothing"),
    "addresses": ("address", "calls to it are not answered"),
    "dns_records": ("DNS record of", "clients do not find the domain unless somebody else makes one"),
    "origins": ("origin", "browsers refuse the answers to its pages"),
}
# What a tenant has more or less of. None is no bound.
LIMITS = {
    "rate_per_second": "rate a second",
    "burst": "burst",
    "concurrency": "concurrency of each function",
    "memory_mb": "memory of each function, in MB",
    "leeway_seconds": "leeway of tokens, in seconds",
    "max_lifetime_seconds": "longest life of a token, in seconds",
}
TRUST = ("issuer", "audience")  # of tokens, beside the way in which they are signed
SOURCES = ("discovery", "jwks_uri")  # of the issuer's keys


def differences(old: DeclaredTenant, new: DeclaredTenant) -> Iterator[Line]:
    if unreported := old.unreported:
        names = ", ".join(unreported).replace("_", " ")
        yield Line(f"not compared, because the earlier release does not report them: {names}", True)
        old = replace(old, **{name: getattr(new, name) for name in unreported})
    if old.status != new.status:
        until = f" until {new.until}" if new.until else ""
        loses = "access" if old.status == "active" else ""
        yield Line(f"status: {old.status} → {new.status}{until}", new.status != "active", loses)
    elif old.until != new.until:
        yield Line(f"until: {old.until} → {new.until}", new.until < old.until)
    if old.release != new.release:
        yield Line(f"release: {old.release} → {new.release}")
    for name, (what, loss) in LISTS.items():
        yield from _listed(what, loss, getattr(old, name), getattr(new, name))
    if old.aws_address_closed != new.aws_address_closed:
        yield _aws_address(new.aws_address_closed)
    for name in sorted(old.events.keys() & new.events.keys()):
        yield from _listed(f"{name}: event", "it is not posted there", old.events[name], new.events[name])
    if old.cors_credentials != new.cors_credentials:
        yield _credentials(new.cors_credentials)
    yield from _limits(old, new)
    yield from _trust(old, new)
    yield from _data(old, new)
    if old.alarms != new.alarms:
        yield Line(f"alarms: {old.alarms} → {new.alarms}", new.alarms == "none")
    if old.alarms_email != new.alarms_email:
        change = f"alarms.email: {old.alarms_email or 'none'} → {new.alarms_email or 'none'}"
        gone = not new.alarms_email
        yield Line(change, gone, "e-mail about its alarms" if gone else "")
    if old.cursors != new.cursors:
        yield Line(f"cursors: {old.cursors} → {new.cursors}; cursors that clients hold are refused once")
    if old.tier != new.tier:
        yield Line(f"tier: {old.tier} → {new.tier}")


def _listed(what: str, loss: str, old: Iterable[str], new: Iterable[str]) -> Iterator[Line]:
    was, is_ = set(old), set(new)
    for name in sorted(was - is_):
        yield Line(f"{what} {name} is removed: {loss}", True, f"{what} {name}")
    for name in sorted(is_ - was):
        yield Line(f"{what} {name} is new")


def _aws_address(closed: bool) -> Line:
    if closed:
        return Line("AWS's own address is closed: calls to it are not answered", True, "AWS's own address")
    return Line("AWS's own address is open")


def _credentials(allowed: bool) -> Line:
    if allowed:
        return Line("cors_credentials: pages may send cookies and other credentials")
    loss = "browsers refuse the answers to pages that send cookies or other credentials"
    return Line(f"cors_credentials is taken out: {loss}", True, "calls with cookies")


def _limits(old: DeclaredTenant, new: DeclaredTenant) -> Iterator[Line]:
    for name, what in LIMITS.items():
        was, is_ = getattr(old, name), getattr(new, name)
        if was != is_:
            less = is_ is not None and (was is None or is_ < was)
            yield Line(f"{what}: {_number(was)} → {_number(is_)}", less)
    if old.quota != new.quota:
        yield Line(f"quota: {old.quota} → {new.quota}", new.calls_a_day < old.calls_a_day)
    was, is_ = old.token_seconds, new.token_seconds
    if was and is_ and was != is_:
        yield Line(f"life of tokens from the token endpoint, in seconds: {was:,} → {is_:,}", is_ < was)


def _number(value: int | None) -> str:
    return "unbounded" if value is None else f"{value:,}"


def _trust(old: DeclaredTenant, new: DeclaredTenant) -> Iterator[Line]:
    for kid in sorted(old.trusted_keys.keys() | new.trusted_keys.keys()):
        yield from _key(f"issuer's key {kid}", old.trusted_keys.get(kid), new.trusted_keys.get(kid))
    for what in ("auth",) if old.auth != new.auth else TRUST:
        was, is_ = getattr(old, what), getattr(new, what)
        if was != is_:
            change = f"{what}: {was or 'none'} → {is_ or 'none'}"
            yield Line(f"{change}; tokens from before are refused", True, "its tokens")
    if old.auth != new.auth:
        return
    for what in SOURCES:
        was, is_ = getattr(old, what), getattr(new, what)
        if was != is_:
            change = f"{what}: {was or 'none'} → {is_ or 'none'}"
            yield Line(f"{change}; keys are read elsewhere, and whoever serves them can sign tokens", True)
    if old.claims != new.claims:
        yield Line("claims: scopes are read from tokens in a different way", needs_person=True)


def _key(which: str, old: str | None, new: str | None) -> Iterator[Line]:
    if new is None:
        yield Line(f"{which} is removed: its tokens are refused", True, which)
    elif old is None:
        yield Line(f"{which} is new: whoever holds it can sign tokens", True)
    elif old != new:
        loss = "tokens signed by it are refused, and whoever holds the new one can sign tokens"
        yield Line(f"{which} is replaced: {loss}", True, which)


def _data(old: DeclaredTenant, new: DeclaredTenant) -> Iterator[Line]:
    if old.isolation != new.isolation:
        change = f"isolation: {old.isolation} → {new.isolation}"
        yield Line(
            f"{change}; it starts without its records, which stay where they were", True, "its records"
        )
    if old.encryption != new.encryption:
        yield Line(f"encryption: {old.encryption} → {new.encryption}", needs_person=True)
    if old.cell != new.cell:
        change = f"cell: {old.cell} → {new.cell}"
        yield Line(f"{change}; URL, keys and data are different there", True, "URL, keys and data")
    if old.log_retention_days != new.log_retention_days:
        change = f"days that logs are kept: {old.log_retention_days} → {new.log_retention_days}"
        less = new.log_retention_days < old.log_retention_days
        yield Line(change + ("; older ones are dropped" if less else ""), less)
    for name in sorted(old.options.keys() | new.options.keys()):
        was, is_ = old.options.get(name), new.options.get(name)
        if was != is_ and name.partition(".")[0] in set(old.routes) & set(new.routes):
            yield Line(f"{name}: {was or 'none'} → {is_ or 'none'}", is_ is None)
