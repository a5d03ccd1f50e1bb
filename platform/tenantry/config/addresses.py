"""Origins, URLs and e-mail addresses; their faults never repeat the value, which may hold a password."""

import re
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, Field, StringConstraints

from tenantry.config.model import Fault

_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_EMAIL = re.compile(rf"(?=.{{3,254}}$)(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+", re.I)
_PRINTABLE = re.compile("[!-~]+")
_NUMBER = re.compile(r"(?:.*\.)?(?:\d+|0x[0-9a-f]*)")  # resolvers read 127.1 and 0x7f000001 as addresses
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_DEFAULT_PORTS = {"https": 443, "http": 80}
_EXAMPLE_ORIGIN = "https://app.example.com"
_EXAMPLE_WIDE = "https://*.example.com"
_ANY_LABEL = "://*."
# Apps and extensions have pages of schemes of their own: capacitor://localhost, chrome-extension://<id>.
_APP_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*(?::[1-9][0-9]{0,4})?")
_WITHOUT_ORIGIN = frozenset({"about", "blob", "data", "file", "ftp", "javascript", "ws", "wss"})


def _split(text: str) -> SplitResult:
    """Raises a fault for text that cannot be a URL; urlsplit alone would silently drop tabs and line ends."""
    if not _PRINTABLE.fullmatch(text):
        raise Fault("holds a blank or a character outside ASCII", "write hosts in their xn-- form").error()
    try:
        parts = urlsplit(text)
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        raise Fault("is not a URL", f"write it as {_EXAMPLE_ORIGIN}").error() from None
    if "://" not in text or not parts.scheme:
        raise Fault("has no scheme", f"put https:// first, as in {_EXAMPLE_ORIGIN}").error()
    if "@" in parts.netloc:
        raise Fault("holds a user name or password", "write the host only").error()
    if (not HOST.fullmatch(host) and host != "::1") or len(host) > 253 or port == 0:
        raise Fault("has no valid host", f"write one host in full, as in {_EXAMPLE_ORIGIN}").error()
    return parts


def _origin(text: str) -> str:
    if text == "*":
        return text
    scheme, separator, host = text.partition("://")
    if separator and scheme not in _DEFAULT_PORTS and scheme.lower() not in _DEFAULT_PORTS:
        return _app_origin(text, scheme)
    parts = _split(text.replace(_ANY_LABEL, "://", 1))
    if host.startswith("*.") and not _is_wide_enough(parts.hostname or ""):
        raise Fault(
            "has * before a whole top-level domain or an address",
            f"write the domain whose names it stands for, as in {_EXAMPLE_WIDE}",
        ).error()
    if parts.path or parts.query or parts.fragment or text[-1] in "/?#":
        raise Fault("goes on after the host", f"end it after host and port, as in {_EXAMPLE_ORIGIN}").error()
    if parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
        raise Fault("is not encrypted", "use https://; http:// is for localhost").error()
    if text != text.lower() or parts.port == _DEFAULT_PORTS[parts.scheme] or text.endswith(":"):
        # The origin is compared with the browser's header, character by character.
        raise Fault(
            "is not written as browsers send it", "use lower case, and leave the default port out"
        ).error()
    return text


def _app_origin(text: str, scheme: str) -> str:
    """The origin is compared without changing case, which hosts of such schemes keep."""
    if scheme in _WITHOUT_ORIGIN:
        raise Fault("has a scheme whose pages have no origin", f"write it as {_EXAMPLE_ORIGIN}").error()
    if not _APP_ORIGIN.fullmatch(text):
        remedy = "write only scheme and host, as in capacitor://localhost"
        raise Fault("is not an origin that an app can send", remedy).error()
    return text


def _is_wide_enough(host: str) -> bool:
    """Whether `*.` may stand before the host: not if it is a whole top-level domain or an address."""
    return host == "localhost" or ("." in host and ":" not in host and not _NUMBER.fullmatch(host))


def _is_loopback(host: str) -> bool:
    return host in _LOOPBACK or host.endswith(".localhost")  # RFC 6761, 6.3


def _https(text: str) -> SplitResult:
    parts = _split(text)
    if parts.scheme != "https":
        raise Fault("is not an https URL", "use https://").error()
    if "#" in text:
        raise Fault("has a fragment", "take out what starts with #").error()
    if not _is_public(parts.hostname or ""):
        raise Fault(
            "has a host that is not on the internet", "write a public host, not a local address"
        ).error()
    return parts


def _is_public(host: str) -> bool:
    """False for what leads to the machine itself, its metadata or its network; names are not looked up."""
    if host.rpartition(".")[2] == "localhost":  # RFC 6761, 6.3: its subdomains too
        return False
    if ":" not in host and not _NUMBER.fullmatch(host):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address.is_global and not address.is_multicast


def _issuer(text: str) -> str:
    _https(text)
    if "?" in text:
        raise Fault("has a query", "take out what starts with ?").error()
    return text


def is_email(text: str) -> bool:
    return bool(_EMAIL.fullmatch(text))


def _email(text: str) -> str:
    if not is_email(text):
        raise Fault("is not an e-mail address", "write one such as ops@example.com").error()
    return text


def _https_url(text: str) -> str:
    _https(text)
    return text


def _email_or_https(text: str) -> str:
    if "://" in text:
        _https(text)
    elif not _EMAIL.fullmatch(text):
        remedy = "write one such as office@example.com or https://hooks.example.com/contact"
        raise Fault("is neither an e-mail address nor an https URL", remedy).error()
    return text


Origin = Annotated[
    str,
    AfterValidator(_origin),
    Field(
        json_schema_extra={"pattern": r"^(\*|[a-z][a-z0-9+.-]*://[^/?#@\s]+)$"}, examples=[_EXAMPLE_ORIGIN]
    ),
]
Issuer = Annotated[
    str,
    StringConstraints(max_length=255),
    AfterValidator(_issuer),
    Field(json_schema_extra={"pattern": r"^https://[^?#@\s]+$"}, examples=["https://id.example.com"]),
]
Document = Annotated[
    str,
    StringConstraints(max_length=255),
    AfterValidator(_https_url),
    Field(json_schema_extra={"pattern": r"^https://[^#\s]+$"}, examples=["https://id.example.com/keys"]),
]
Email = Annotated[
    str, AfterValidator(_email), Field(json_schema_extra={"format": "email"}, examples=["ops@example.com"])
]
Https = Annotated[
    str,
    StringConstraints(max_length=2048),
    AfterValidator(_https_url),
    Field(json_schema_extra={"pattern": r"^https://[^#\s]+$"}),
]
EmailOrHttps = Annotated[
    str,
    StringConstraints(max_length=2048),
    AfterValidator(_email_or_https),
    Field(json_schema_extra={"pattern": r"^(https://[^#\s]+|[^@\s:/]+@[^@\s]+)$"}),
]
