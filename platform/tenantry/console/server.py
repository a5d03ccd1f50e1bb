"""Listen on loopback, and on no other address, until Ctrl-C."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any, cast

from hypercorn.asyncio import serve as serve_forever
from hypercorn.config import Config
from starlette.applications import Starlette

from tenantry.errors import Failed

LOOPBACK = "127.0.0.1"


def serve(application: Starlette, port: int, listening: Callable[[str], None]) -> None:
    """Port 0 takes a free one; `listening` is called with the address.

    Raises:
        Failed: the port cannot be used.
    """
    bound = _bound(port)
    address = f"http://{LOOPBACK}:{bound.getsockname()[1]}/"
    config = Config()
    config.bind = [f"fd://{bound.detach()}"]  # hypercorn's from here on, to close as well
    config.loglevel = "WARNING"
    config.include_server_header = False
    listening(address)
    asyncio.run(serve_forever(cast(Any, application), config))  # the two spell ASGI's types differently


def _bound(port: int) -> socket.socket:
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((LOOPBACK, port))
        bound.listen()
    except OSError as error:
        bound.close()
        message = f"port {port} cannot be used: {error.strerror}; give another --listen, or 0 for a free one"
        raise Failed(message) from error
    return bound
