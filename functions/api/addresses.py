"""A host beyond AWS leads to the public internet, by every address that it has, or nowhere.

A name is looked up once, and the connection goes to an address that was checked then: a second look-up could
be answered otherwise. One address among good ones that is not public refuses the name.
"""

import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

# What IANA has given out as global unicast. Outside of it lie IPv4-mapped addresses and NAT64's, whose IPv4
# address may be a private one, and link-local, unique local and multicast ones.
_UNICAST: Final = ip_network("2000::/3")
# Not reachable by IANA's special-purpose registries, but global to some Python releases; and 6to4's two ends.
_SPECIAL: Final = tuple(
    ip_network(each) for each in ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2002::/16", "3fff::/20")
)


class Unreachable(Exception):
    """The other side gave no answer. The message says why, and holds no address, body or secret."""


def resolve(host: str, port: int) -> list[str]:
    """In the system's order of preference; also reads whatever the system takes for a number."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, ValueError) as error:
        raise Unreachable("the name cannot be looked up") from error
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def check(addresses: Sequence[str], *, loopback: bool) -> None:
    """`loopback`: the host is this machine and nothing else, as on the local platform."""
    allowed = _is_loopback if loopback else is_public
    if not addresses or not all(allowed(address) for address in addresses):
        raise Unreachable("the name leads to an address that is not public")


def is_public(text: str) -> bool:
    address = ip_address(text)
    if isinstance(address, IPv6Address) and address not in _UNICAST:
        return False
    special = any(address in network for network in _SPECIAL if network.version == address.version)
    return address.is_global and not address.is_multicast and not special


def _is_loopback(text: str) -> bool:
    address: IPv4Address | IPv6Address = ip_address(text)
    return address.is_loopback
