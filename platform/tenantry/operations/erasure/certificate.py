"""Certify what an erasure looked for, where, and what it found; signed if wanted."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tenantry.errors import WrongInput
from tenantry.operations.erasure.outlasting import Outlasting

FORMAT, VERSION = "tenantry-erasure", 1
TYPE: Final = "tenantry-erasure+jws"


@dataclass(frozen=True, slots=True)
class Emptied:
    """One place. `named` are the names of what was deleted; records have none."""

    where: str
    what: str
    deleted: int
    left: int
    named: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Certificate:
    """Of one run: what an earlier one deleted, its own certificate says.

    `by` is the ARN of whose credentials were used.
    """

    tenant: str
    stack: str
    region: str
    account: str
    by: str
    began: datetime
    ended: datetime
    stores: tuple[Emptied, ...]
    outlasting: tuple[Outlasting, ...]

    @property
    def left(self) -> int:
        return sum(each.left for each in self.stores)

    def shown(self) -> dict[str, Any]:
        """For programs, and to be signed."""
        return {
            "format": FORMAT,
            "version": VERSION,
            **asdict(self),
            "began": _moment(self.began),
            "ended": _moment(self.ended),
            "stores": [{**asdict(each), "named": list(each.named)} for each in self.stores],
            "left": self.left,
            "outlasting": [
                {"what": each.what, "at_most_until": each.at_most_until.isoformat()}
                for each in self.outlasting
            ],
        }


class SigningKey:
    """The operator's private key, of a PEM file."""

    def __init__(self, file: Path) -> None:
        """Raises WrongInput: the file holds no private key that can sign, or asks for a passphrase."""
        try:
            self._key: Any = load_pem_private_key(file.read_bytes(), password=None)
        except (OSError, ValueError, TypeError) as error:
            raise WrongInput(f"{file} holds no private key in PEM without a passphrase ({error})") from error
        match self._key:
            case ed25519.Ed25519PrivateKey():
                self._algorithm = "EdDSA"
            case ec.EllipticCurvePrivateKey(curve=ec.SECP256R1()):
                self._algorithm = "ES256"
            case rsa.RSAPrivateKey() if self._key.key_size >= 2048:
                self._algorithm = "PS256"
            case _:
                raise WrongInput(f"{file}: use an Ed25519 key, one of P-256, or RSA of 2,048 bits or more")

    def signed(self, shown: dict[str, Any]) -> str:
        """A JWS in its compact form (RFC 7515) over the certificate."""
        payload = json.dumps(shown, separators=(",", ":")).encode()
        return jwt.PyJWS().encode(payload, self._key, self._algorithm, headers={"typ": TYPE})


def document(certificate: Certificate, key: SigningKey | None) -> dict[str, Any]:
    """What its file holds: `certificate` and, with a key, `jws` over the same."""
    shown = certificate.shown()
    return {"certificate": shown, "jws": key.signed(shown)} if key else {"certificate": shown}


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
