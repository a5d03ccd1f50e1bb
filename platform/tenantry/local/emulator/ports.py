"""Take ports of this machine, and of no other, before anything starts."""

import socket

from tenantry.local.emulator.child import HOST
from tenantry.local.emulator.failures import EmulatorError


class PortTaken(EmulatorError):
    """Another process listens on the port."""


def listening(port: int | None) -> socket.socket:
    """A socket that holds the port, or a free one."""
    taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # accepted connections inherit it
        taken.bind((HOST, port or 0))
        taken.listen(128)
    except OSError as error:
        taken.close()
        raise PortTaken(
            f"port {port} on {HOST} cannot be used ({error.strerror}); "
            f"choose another with --port; --port 0 takes a free one"
        ) from error
    return taken


def listening_if_free(port: int | None) -> socket.socket:
    if port is None:
        return listening(None)
    try:
        return listening(port)
    except PortTaken:
        return listening(None)
