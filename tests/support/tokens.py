"""Signing keys of tenants, and tokens by the rules or against them."""

import base64
import json
import time
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import get_default_algorithms

ISSUER = "https://auth.acme.example"
AUDIENCE = "https://api.acme.example"
CURVES = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}


@dataclass(frozen=True)
class Signer:
    kid: str
    algorithm: str
    private: Any

    @property
    def jwk(self) -> dict[str, Any]:
        """The public half, as a tenant publishes it."""
        algorithm = get_default_algorithms()[self.algorithm]
        public = json.loads(algorithm.to_jwk(self.private.public_key()))
        public.pop("key_ops", None)
        return {**public, "kid": self.kid, "alg": self.algorithm, "use": "sig"}

    def sign(self, claims: dict[str, Any], headers: dict[str, Any] | None = None) -> str:
        return jwt.encode(claims, self.private, self.algorithm, {"kid": self.kid, **(headers or {})})

    def sign_raw(self, header: str | bytes, claims: str | bytes) -> str:
        """A good signature over any two texts, however malformed."""
        signed = f"{encode(header)}.{encode(claims)}"
        return f"{signed}.{encode(self.signature(signed.encode()))}"

    def signature(self, signed: bytes) -> bytes:
        made: bytes = get_default_algorithms()[self.algorithm].sign(signed, self.private)
        return made


def encode(raw: str | bytes) -> str:
    content = raw.encode() if isinstance(raw, str) else raw
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def signer(algorithm: str, kid: str = "2026", rsa_bits: int = 2048) -> Signer:
    match algorithm:
        case "EdDSA":
            return Signer(kid, algorithm, ed25519.Ed25519PrivateKey.generate())
        case "ES256" | "ES384" | "ES512":
            return Signer(kid, algorithm, ec.generate_private_key(CURVES[algorithm]))
        case _:
            return Signer(kid, algorithm, rsa.generate_private_key(65_537, rsa_bits))


def claims(**changes: Any) -> dict[str, Any]:
    """Good claims, changed; a change to None takes the claim out."""
    now = int(time.time())
    good = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "user-1",
        "iat": now,
        "exp": now + 300,
        "scope": "items:read items:write",
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}
