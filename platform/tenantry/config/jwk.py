"""Accept public signature keys only, and only ones that the authorizer will be able to load."""

import json
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, Self

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt import PyJWK, PyJWTError
from pydantic import ConfigDict, Field, StringConstraints, model_validator

from agreed import jwks
from tenantry.config.model import Fault, Model, ModelRule

Algorithm = Literal[
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"
]  # fmt: skip
BASE64URL_PATTERN = "^[A-Za-z0-9_-]{1,1400}$"  # an RSA modulus of 8,192 bits takes 1,366
KID_PATTERN = "^[A-Za-z0-9._~:/+=@-]{1,128}$"

Base64Url = Annotated[str, StringConstraints(pattern=BASE64URL_PATTERN)]

# RFC 7518, section 6; `oth` has further primes of an RSA key, so it is as private as `p`.
_PRIVATE = ("d", "p", "q", "dp", "dq", "qi", "oth", "k")


def asymmetric(field: str) -> ModelRule:
    """An HS algorithm would make a signing key of whatever the authorizer verifies with."""

    def rule(values: Mapping[str, Any]) -> Iterable[Fault]:
        value = values.get(field)
        items = value if isinstance(value, tuple) else ()
        named: list[tuple[tuple[int | str, ...], Any]] = [((field,), value)]
        named += [((field, index), item) for index, item in enumerate(items)]
        for loc, name in named:
            if isinstance(name, str) and name.upper().startswith("HS"):
                remedy = "use one of RS256, ES256 and EdDSA, whose keys have a public half"
                yield Fault(f"names the symmetric algorithm {name[:8]}", remedy, loc)

    return rule


def _public(values: Mapping[str, Any]) -> Iterable[Fault]:
    if values.get("kty") == "oct":
        yield Fault(
            "is a symmetric key", "use an RSA, EC or OKP key, whose public half is not a secret", ("kty",)
        )
    for member in _PRIVATE:
        if values.get(member) not in (None, "", ()):  # some libraries write every member that they know
            remedy = "take it out, and replace this key wherever it is used: it is no longer secret"
            yield Fault("is the private half of the key", remedy, (member,))


def _complete(values: Mapping[str, Any]) -> Iterable[Fault]:
    kty = values.get("kty")
    members = jwks.MEMBERS.get(kty, ()) if isinstance(kty, str) else ()
    missing = [member for member in members if values.get(member) is None]
    if missing:
        names = " and ".join(missing)
        yield Fault(f"lacks {names}, which a key of type {kty} needs", "copy the whole public key")
    if members:
        for member in {"crv", "x", "y", "n", "e"}.difference(members) & values.keys():
            if values[member] is not None:
                yield Fault(f"does not belong to a key of type {kty}", "take it out", (member,))


def _verifying(values: Mapping[str, Any]) -> Iterable[Fault]:
    if not jwks.verifies(values.get("key_ops")):
        yield Fault("does not include verify", "use a key that may verify, or take key_ops out", ("key_ops",))


class Jwk(Model):
    """A public key in the form of RFC 7517, which asks to ignore members that do not concern verifying."""

    model_config = ConfigDict(extra="ignore")

    rules = (_public, _complete, _verifying, asymmetric("alg"))

    kid: str = Field(
        pattern=KID_PATTERN,
        examples=["2026"],
        description="The name by which a token's header refers to this key.",
    )
    kty: Literal["RSA", "EC", "OKP"] = Field(examples=["OKP"], description="The key's type.")
    alg: Algorithm | None = Field(
        None,
        description="The key's only algorithm. Left out: RS256, ES256, ES384, ES512 or EdDSA, depending "
        "on its type.",
    )
    use: Literal["sig"] | None = Field(None, description="What the key is for, if stated.")
    key_ops: tuple[str, ...] | None = Field(
        None, description="What the key may do, if stated; verify must be included."
    )
    crv: Literal["P-256", "P-384", "P-521", "Ed25519"] | None = Field(
        None, description="The curve of an EC or OKP key."
    )
    x: Base64Url | None = Field(None, description="The public point, or its first coordinate, in base64url.")
    y: Base64Url | None = Field(None, description="The second coordinate of an EC key, in base64url.")
    n: Base64Url | None = Field(
        None, description="The modulus of an RSA key (2,048 bits or more), in base64url."
    )
    e: Base64Url | None = Field(None, description="The exponent of an RSA key, in base64url; usually AQAB.")

    @property
    def algorithm(self) -> str:
        return self.alg or jwks.ALGORITHMS[self.kty, self.crv][0]

    def members(self) -> dict[str, str]:
        """What the authorizer needs of it: the key, its name and its algorithm."""
        names = ("kid", "kty", *jwks.MEMBERS[self.kty])
        return {name: getattr(self, name) for name in names} | {"alg": self.algorithm}

    def size(self) -> int:
        """Bytes that the key takes in the authorizer's environment."""
        return len(json.dumps(self.members(), separators=(",", ":"))) + 1

    def fingerprint(self) -> bytes:
        """Equal for equal keys, whatever their names and spelling."""
        key = self._key()
        der: bytes = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return der

    def _key(self) -> Any:
        """RFC 9864's name of EdDSA is not PyJWT's; a key's own kind says all that it needs."""
        return PyJWK({name: value for name, value in self.members().items() if name != "alg"}).key

    @model_validator(mode="after")
    def _loads(self) -> Self:
        able = jwks.ALGORITHMS.get((self.kty, self.crv))
        if able is None:
            raise Fault(
                f"has the curve {self.crv}, which its type {self.kty} does not have", "correct one"
            ).error()
        if self.algorithm not in able:
            raise Fault(f"has alg {self.alg}, which does not fit its type", f"use {able[0]}").error()
        try:
            key = self._key()
        except (PyJWTError, ValueError, UnsupportedAlgorithm):
            # Their messages repeat the key's members.
            raise Fault(
                "is not a valid key", "export the public key again, and copy all of it"
            ).error() from None
        if isinstance(key, Ed25519PublicKey) and jwks.is_small_order(key.public_bytes_raw()):
            raise Fault("is a point of small order, so anybody can sign", "make a new key pair").error()
        if isinstance(key, RSAPublicKey):
            if key.key_size < jwks.RSA_BITS:
                remedy = f"use an RSA key of {jwks.RSA_BITS} bits or more"
                raise Fault(f"has {key.key_size} bits", remedy).error()
            if key.public_numbers().n % 2 == 0:
                raise Fault(
                    "has an even modulus, so it is not an RSA key", "export the public key again"
                ).error()
        return self
