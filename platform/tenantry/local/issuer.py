"""Play the OIDC issuer of local tenants: discovery and public keys over loopback, one JWKS file per tenant.

The same server takes their webhooks: see `receiver`. It serves programs: not the pages of a browser, nor who
asks for it by a name that was not handed out (DNS rebinding).

The files are read at each request, so that any process which knows the folder publishes by writing, and a
rotation is seen at once. They hold public keys alone: who signs keeps the private halves elsewhere.
"""

import json
import re
import socket
import tempfile
from collections.abc import Container, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tenantry.local.receiver import MAX_BYTES, Receiver

MAX_AGE_SECONDS = 60  # how long a reader may keep an answer: bounds how late a local rotation is noticed

_DOCUMENT = re.compile(
    r"/(?P<tenant>[a-z][a-z0-9-]{1,30}[a-z0-9])/(?P<document>\.well-known/openid-configuration|jwks\.json)"
)
_PRIVATE_MEMBERS = frozenset(
    {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}
)  # RFC 7518, 6.2.2, 6.3.2 and 6.4.1


class PrivateKeyRefused(ValueError):
    """A key meant for publication carries private or symmetric material."""


def issuer_url(port: int, tenant: str) -> str:
    return f"http://127.0.0.1:{port}/{tenant}"


def publish(folder: Path, tenant: str, keys: Sequence[Mapping[str, Any]]) -> None:
    """Make `keys` the tenant's whole key set; earlier keys left out stop being served.

    Raises:
        PrivateKeyRefused: nothing was written.
    """
    for key in keys:
        if private := sorted(_PRIVATE_MEMBERS & key.keys()):
            raise PrivateKeyRefused(
                f"{tenant}: key {key.get('kid', '?')} holds {', '.join(private)}; publish the public part"
            )
    with tempfile.NamedTemporaryFile("w", dir=folder, suffix=".part", delete=False) as part:
        json.dump({"keys": list(keys)}, part)
    Path(part.name).replace(folder / f"{tenant}.json")


def withdraw_others(folder: Path, tenants: Container[str]) -> None:
    """Serve no key of any tenant but these."""
    for file in folder.glob("*.json"):
        if file.stem not in tenants:
            file.unlink()


class IssuerServer(ThreadingHTTPServer):
    """Serves `folder` on a socket that already listens."""

    daemon_threads = True

    def __init__(self, listening: socket.socket, folder: Path, receiver: Receiver) -> None:
        super().__init__(listening.getsockname(), _IssuerHandler, bind_and_activate=False)
        self.socket.close()
        self.socket = listening
        self.server_port = listening.getsockname()[1]
        self.folder = folder
        self.receiver = receiver


class _IssuerHandler(BaseHTTPRequestHandler):
    server: IssuerServer
    protocol_version = "HTTP/1.1"
    server_version = "tenantry-issuer"
    sys_version = ""
    timeout = 10  # seconds; a silent client must not hold a thread

    def parse_request(self) -> bool:
        return super().parse_request() and self._from_a_program()

    def _from_a_program(self) -> bool:
        """Or from a person, who types the address into a browser."""
        port = self.server.server_port
        known = self.headers.get_all("Host") in ([f"127.0.0.1:{port}"], [f"localhost:{port}"])
        from_a_page = "Origin" in self.headers or self.headers.get("Sec-Fetch-Site", "none") != "none"
        if not known or from_a_page:
            self.close_connection = True  # a body that is not read must not pass for the next request
            self._answer(403 if known else 421, b'{"error": "refused"}')
        return known and not from_a_page

    def do_GET(self) -> None:
        if address := self.server.receiver.address_of(self.path):
            self._answer(200, self.server.receiver.shown(address))
        elif (document := self._document()) is not None:
            self._answer(200, json.dumps(document).encode(), f"public, max-age={MAX_AGE_SECONDS}")
        else:
            self._answer(404, b'{"error": "not_found"}')

    def do_POST(self) -> None:
        self.close_connection = True  # a body that is not read must not pass for the next request
        address = self.server.receiver.address_of(self.path)
        length = self.headers.get("Content-Length", "")
        if address is None:
            self._answer(404, b'{"error": "not_found"}')
        elif not length.isascii() or not length.isdigit() or int(length) > MAX_BYTES:
            self._answer(413, b'{"error": "too_large"}')
        else:
            self.server.receiver.take(address, dict(self.headers), self.rfile.read(int(length)))
            self._answer(204, b"")

    def _answer(self, status: int, body: bytes, caching: str = "no-store") -> None:
        self.send_response(status)
        if status != 204:  # RFC 9110, 8.6: no length then
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", caching)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_HEAD(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: key fetches are not news, and the emulator's log is for its own."""

    def _document(self) -> dict[str, Any] | None:
        asked = _DOCUMENT.fullmatch(self.path.partition("?")[0])
        if asked is None:
            return None
        try:
            keys = json.loads((self.server.folder / f"{asked['tenant']}.json").read_bytes())
        except FileNotFoundError:
            return None
        return keys if asked["document"] == "jwks.json" else self._discovery(asked["tenant"], keys)

    def _discovery(self, tenant: str, key_set: dict[str, Any]) -> dict[str, Any]:
        """What OpenID Connect Discovery 1.0 requires, less the endpoints that a key server has no use for."""
        issuer = issuer_url(self.server.server_port, tenant)
        return {
            "issuer": issuer,
            "jwks_uri": f"{issuer}/jwks.json",
            "response_types_supported": ["token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": sorted(
                {key["alg"] for key in key_set["keys"] if "alg" in key}
            ),
        }
