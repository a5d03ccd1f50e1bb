"""Only a public, asymmetric key that really loads becomes a tenant's key."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm
from pydantic import ValidationError

from agreed import jwks
from authorizer import keys
from tenantry.config.auth import KEYS_BYTES
from tenantry.config.jwk import Algorithm, Jwk

Problems = Callable[[], list[str]]
ED25519 = ed25519.Ed25519PrivateKey.generate()
P256 = ec.generate_private_key(ec.SECP256R1())
P521 = ec.generate_private_key(ec.SECP521R1())
P384 = ec.generate_private_key(ec.SECP384R1())
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)

PUBLIC: dict[str, dict[str, Any]] = {
    "EdDSA": json.loads(OKPAlgorithm.to_jwk(ED25519.public_key())),
    "ES256": json.loads(ECAlgorithm.to_jwk(P256.public_key())),
    "ES384": json.loads(ECAlgorithm.to_jwk(P384.public_key())),
    "ES512": json.loads(ECAlgorithm.to_jwk(P521.public_key())),
    "RS256": {
        name: value
        for name, value in json.loads(RSAAlgorithm.to_jwk(RSA.public_key())).items()
        if name != "key_ops"
    },
}
PRIVATE = {
    "EdDSA": json.loads(OKPAlgorithm.to_jwk(ED25519)),
    "ES256": json.loads(ECAlgorithm.to_jwk(P256)),
    "RS256": {n: v for n, v in json.loads(RSAAlgorithm.to_jwk(RSA)).items() if n != "key_ops"},
}


@pytest.fixture
def load(folder: Path, problems: Problems, tenant_text: str) -> Callable[..., list[str]]:
    """Problems of a tenant with these keys, one to a line from line 7 on, without the file's name."""

    def problems_of(*keys: dict[str, Any]) -> list[str]:
        lines = "".join(f"\n      - {json.dumps(key)}" for key in keys)
        text = tenant_text.replace("managed:\n    keys: [main]", f"jwks:\n    keys:{lines}")
        (folder / "demo" / "acme.yaml").write_text(text, encoding="utf-8")
        return [problem.removeprefix("tenants/demo/acme.yaml:") for problem in problems()]

    return problems_of


@pytest.mark.parametrize("algorithm", PUBLIC)
def test_the_algorithm_follows_from_the_key(algorithm: str) -> None:
    key = Jwk(kid="a", **PUBLIC[algorithm])
    assert key.algorithm == algorithm
    assert key.members() == {"kid": "a", "alg": algorithm, **PUBLIC[algorithm]}


def test_another_algorithm_of_the_same_type_may_be_named() -> None:
    assert (
        Jwk(kid="a", alg="PS512", use="sig", key_ops=("verify",), **PUBLIC["RS256"]).members()["alg"]
        == "PS512"
    )


@pytest.mark.parametrize("algorithm", PRIVATE)
def test_a_private_key_is_refused_and_not_repeated(algorithm: str, load: Callable[..., list[str]]) -> None:
    private = PRIVATE[algorithm]
    secrets = private.keys() - PUBLIC[algorithm].keys()
    found = load({"kid": "a", **private})
    assert {problem.split()[1] for problem in found} == {f"auth.jwks.keys[0].{member}" for member in secrets}
    assert all(
        "is the private half of the key; take it out, and replace this key" in problem for problem in found
    )
    assert not any(private[member] in "\n".join(found) for member in secrets)


@pytest.mark.parametrize(
    ("members", "algorithm"),
    [
        ({"x5c": ["MIIC"], "x5t": "aGk", "x5t#S256": "aGk", "x5u": "https://a.example"}, "RS256"),
        ({"issuer": "https://login.microsoftonline.com/x/v2.0"}, "RS256"),
        ({"iat": 1, "exp": 2, "nbf": 3}, "ES256"),
        ({"ext": True, "key_ops": ["verify"]}, "ES256"),
        ({"d": "", "oth": [], "x5c": []}, "RS256"),
        ({"alg": "Ed25519", "use": "sig"}, "EdDSA"),
        ({"alg": "ES512"}, "ES512"),
    ],
    ids=["Keycloak and Auth0", "Entra", "times", "WebCrypto", "empty members", "jose 6", "P-521"],
)
def test_a_key_is_taken_as_issuers_and_libraries_write_it(
    members: dict[str, Any], algorithm: str, load: Callable[..., list[str]]
) -> None:
    jwk = {"kid": "a", **PUBLIC[algorithm], **members}
    assert load(jwk) == []
    told = Jwk.model_validate({name: tuple(v) if isinstance(v, list) else v for name, v in jwk.items()})
    assert told.members() == {"kid": "a", "alg": algorithm, **PUBLIC[algorithm], **_named(members)}
    [taken] = keys.ring([told.members()], None).values()
    assert algorithm in taken.algorithms


def _named(members: dict[str, Any]) -> dict[str, Any]:
    return {"alg": members["alg"]} if "alg" in members else {}


def test_files_and_authorizer_know_the_same_algorithms() -> None:
    known = {each for possible in jwks.ALGORITHMS.values() for each in possible}
    assert set(get_args(Algorithm)) == known


def test_no_text_of_the_models_error_repeats_a_private_member() -> None:
    with pytest.raises(ValidationError) as error:
        Jwk(kid="a", **PRIVATE["EdDSA"])
    assert PRIVATE["EdDSA"]["d"] not in str(error.value) + repr(error.value)


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "symmetric": (
        {"kty": "oct", "k": "c2VjcmV0"},
        "7: auth.jwks.keys[0].kty is a symmetric key; use an RSA, EC or OKP",
    ),
    "hs256": (
        PUBLIC["EdDSA"] | {"alg": "HS256"},
        "7: auth.jwks.keys[0].alg names the symmetric algorithm HS256; use",
    ),
    "none": (PUBLIC["EdDSA"] | {"alg": "none"}, "7: auth.jwks.keys[0].alg is 'none'; use RS256"),
    "algorithm of another type": (
        PUBLIC["EdDSA"] | {"alg": "RS256"},
        "7: auth.jwks.keys[0] has alg RS256, which does not fit its type",
    ),
    "point off the curve": (
        PUBLIC["ES256"] | {"y": PUBLIC["ES256"]["x"]},
        "7: auth.jwks.keys[0] is not a valid key; export",
    ),
    "point cut short": (
        PUBLIC["EdDSA"] | {"x": PUBLIC["EdDSA"]["x"][:-4]},
        "7: auth.jwks.keys[0] is not a valid key",
    ),
    "not base64url": (
        PUBLIC["EdDSA"] | {"x": "a+b/"},
        "7: auth.jwks.keys[0].x is 'a+b/'; write it in base64url",
    ),
    "even modulus": (PUBLIC["RS256"] | {"n": PUBLIC["RS256"]["n"][:-1] + "A"}, "7: auth.jwks.keys[0] "),
    "exponent 1": (PUBLIC["RS256"] | {"e": "AQ"}, "7: auth.jwks.keys[0] is not a valid key"),
    "curve of another type": (PUBLIC["EdDSA"] | {"crv": "P-256"}, "7: auth.jwks.keys[0] has the curve P-256"),
    "unknown curve": (
        PUBLIC["EdDSA"] | {"crv": "Ed448"},
        "7: auth.jwks.keys[0].crv is 'Ed448'; use P-256, P-384, P-521 or Ed25519",
    ),
    "half a key": (
        {"kty": "RSA", "e": "AQAB"},
        "7: auth.jwks.keys[0] lacks n, which a key of type RSA needs; copy",
    ),
    "foreign member": (
        PUBLIC["RS256"] | {"x": "AAAA"},
        "7: auth.jwks.keys[0].x does not belong to a key of type RSA",
    ),
    "key for encryption": (PUBLIC["EdDSA"] | {"use": "enc"}, "7: auth.jwks.keys[0].use is 'enc'; use sig"),
    "key that may not verify": (
        PUBLIC["EdDSA"] | {"key_ops": ["sign"]},
        "7: auth.jwks.keys[0].key_ops does not include verify; use a key that may verify, or take "
        "key_ops out",
    ),
    "no operation at all": (
        PUBLIC["EdDSA"] | {"key_ops": []},
        "7: auth.jwks.keys[0].key_ops does not include verify",
    ),
    "small order": (
        PUBLIC["EdDSA"] | {"x": "AQ" + "A" * 41},
        "7: auth.jwks.keys[0] is a point of small order, so anybody can sign; make a new key pair",
    ),
    "further primes": (
        PUBLIC["RS256"] | {"oth": [{"r": "AQ", "d": "AQ", "t": "AQ"}]},
        "7: auth.jwks.keys[0].oth is the private half of the key",
    ),
    "no kid": (PUBLIC["EdDSA"] | {"kid": ""}, "7: auth.jwks.keys[0].kid is ''; use 1 to 128 of"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_key_that_cannot_verify_is_refused(case: str, load: Callable[..., list[str]]) -> None:
    key, expected = REFUSED[case]
    found = load({"kid": "a"} | key)
    assert [problem for problem in found if problem.startswith(expected)]
    assert len(found) == 1 or case == "symmetric"


def test_a_missing_kid_is_asked_for_in_quotes(load: Callable[..., list[str]]) -> None:
    assert load(PUBLIC["EdDSA"]) == ['7: auth.jwks.keys[0].kid is missing; add it, as in `kid: "2026"`']


def test_rsa_under_2048_bits_is_refused(load: Callable[..., list[str]]) -> None:
    small = rsa.generate_private_key(public_exponent=65537, key_size=1024).public_key()  # noqa: S505 - to be refused
    numbers = json.loads(RSAAlgorithm.to_jwk(small))
    found = load({"kid": "a", "kty": "RSA", "n": numbers["n"], "e": numbers["e"]})
    assert found == ["7: auth.jwks.keys[0] has 1024 bits; use an RSA key of 2048 bits or more"]


def test_a_curve_that_the_authorizer_does_not_serve_is_refused() -> None:
    other = json.loads(OKPAlgorithm.to_jwk(ed448.Ed448PrivateKey.generate().public_key()))
    with pytest.raises(ValidationError):
        Jwk(kid="a", **other)


def test_kids_differ(load: Callable[..., list[str]]) -> None:
    found = load({"kid": "a", **PUBLIC["EdDSA"]}, {"kid": "a", **PUBLIC["ES256"]})
    assert found == ["8: auth.jwks.keys[1].kid repeats 'a'; name each once"]


def test_keys_fit_the_authorizers_environment(load: Callable[..., list[str]]) -> None:
    keys = [{"kid": f"k{number}", **PUBLIC["RS256"]} for number in range(10)]
    size = sum(len(json.dumps({**key, "alg": "RS256"}, separators=(",", ":"))) + 1 for key in keys)
    assert [problem.partition(",")[0] for problem in load(*keys)] == [
        f"5: auth.jwks has keys of {size} bytes in all"
    ]
    fitting = keys[: KEYS_BYTES // (size // 10)]
    assert load(*fitting) == []
    environment = {
        "mode": "keys",
        "issuer": "i" * 255,
        "audience": "a" * 255,
        "leeway_seconds": 120,
        "max_lifetime_seconds": 2_592_000,
        "keys": [Jwk(**key).members() for key in fitting],
    }
    assert len(json.dumps(environment, separators=(",", ":"))) < 3_000


def test_the_fingerprint_knows_a_key_under_another_name() -> None:
    one, again = (Jwk(kid=kid, **PUBLIC["RS256"]) for kid in ("a", "b"))
    padded = Jwk(kid="c", **(PUBLIC["RS256"] | {"e": "AAEAAQ"}))
    assert one.fingerprint() == again.fingerprint() == padded.fingerprint()
    assert one.fingerprint() != Jwk(kid="a", **PUBLIC["ES256"]).fingerprint()
