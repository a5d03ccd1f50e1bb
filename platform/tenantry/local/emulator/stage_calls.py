"""Hand a call of a tenant's stage to the emulator as one from no account, at the emulator's own address.

A stage of ours reads no AWS signature. The emulator takes a request's account and Region from one before it
looks at the path: a key of twelve digits leads it to another account, which has no such stage (403).
"""

from typing import Any
from urllib.parse import unquote_to_bytes

_SIGNERS = {b"awsaccesskeyid", b"x-amz-credential", b"x-amz-algorithm"}  # the emulator reads them in any case


def unsigned(scope: Any, host: str) -> Any:
    """The ASGI `scope` with `host` for its Host, and with no query parameter or scheme that names a signer.

    The emulator looks at a foreign Host, too, before it looks at the path. Schemes of AWS's reach the
    authorizer in lower case, which means the same (RFC 9110, 11.1) and which the emulator passes over.
    """
    query = b"&".join(each for each in scope["query_string"].split(b"&") if _name(each) not in _SIGNERS)
    headers = [
        (name, _lowered(value) if name.lower() == b"authorization" else value)
        for name, value in scope["headers"]
        if name.lower() != b"host"
    ]
    return {**scope, "query_string": query, "headers": [(b"host", host.encode()), *headers]}


def _name(parameter: bytes) -> bytes:
    return unquote_to_bytes(parameter.partition(b"=")[0]).lower()


def _lowered(authorization: bytes) -> bytes:
    scheme, blank, rest = authorization.partition(b" ")
    return scheme.lower() + blank + rest if scheme.startswith(b"AWS") else authorization
