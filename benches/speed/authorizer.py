"""Measure what the authorizer spends on a token, new or seen, against PyJWT's usual flow on the same tokens.

The usual flow: read the header without verifying for the kid, find the key, decode with it.
"""

import sys
import tracemalloc
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from benches.speed import goals, requests
from benches.speed.goals import Measured
from benches.speed.timing import OnStep, cpu_seconds, in_turns
from tenantry import paths

sys.path.insert(0, str(paths.FUNCTIONS))  # functions are not a package of the project

from authorizer import keys, tokens
from authorizer.keys import KeyRing
from authorizer.settings import Settings
from authorizer.tokens import Verifier

ROUNDS = 15
TOKENS = 300
SEEN = 5  # readings of each seen token: one alone is too quick for the clock
PEER = "PyJWT's usual flow"
REMEMBERED_MIB = 8.0  # of the 128 that the smallest function has
CLAIMS = ["iss", "aud", "exp", "sub"]


def measure(on_step: OnStep) -> list[Measured]:
    signing = {
        "RS256": rsa.generate_private_key(65_537, 2048),
        "ES256": ec.generate_private_key(ec.SECP256R1()),
    }
    found = [
        each
        for algorithm, key in signing.items()
        for each in _compared(algorithm, key, lambda step, a=algorithm: on_step(f"{a}: {step}"))  # type: ignore[misc]
    ]
    on_step("memory")
    return [*found, _memory(signing["ES256"])]


def _compared(algorithm: str, signing: Any, on_step: OnStep) -> list[Measured]:
    texts = _tokens(algorithm, signing, TOKENS)
    jwk = requests.public_jwk(algorithm, signing)
    own = keys.ring([jwk], None)  # both have their keys before a token comes
    warm = _verifier(own)
    _read(warm, texts)
    ring = {jwk["kid"]: jwt.PyJWK(jwk)}
    flows: dict[str, Callable[[], object]] = {
        PEER: lambda: _usual(texts, ring, algorithm),
        "new": lambda: _read(_verifier(own), texts),
        "seen": lambda: _read(warm, texts * SEEN),
        "signature alone": lambda: _signatures(algorithm, jwk, texts),
    }

    def run(name: str) -> float:
        return cpu_seconds(flows[name]) / len(texts) / (SEEN if name == "seen" else 1)

    runs = {name: partial(run, name) for name in flows}
    medians = {name: sample.median for name, sample in in_turns(runs, ROUNDS, on_step).items()}
    figures = {f"{name}, µs of CPU": round(each * 1e6, 1) for name, each in medians.items()}
    share = medians["signature alone"] / medians[PEER]
    new = medians["new"] / medians[PEER]
    note = f"checking the signature, which both do, is {share:.2f} by itself" if new > goals.NEW_TOKEN else ""
    return [
        Measured(3, f"new {algorithm} token", new, goals.NEW_TOKEN, PEER, figures=figures, note=note),
        Measured(3, f"seen {algorithm} token", medians["seen"] / medians[PEER], goals.SEEN_TOKEN, PEER),
    ]


def _memory(signing: Any) -> Measured:
    """Of a verifier that has seen three times as many tokens as it remembers, each as long as usual."""
    texts = _tokens("ES256", signing, 3 * tokens.REMEMBERED_TOKENS)
    verifier = _verifier(keys.ring([requests.public_jwk("ES256", signing)], None))
    tracemalloc.start()
    _read(verifier, texts)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    mebibytes = held / 2**20
    name = f"memory after {len(texts):,} tokens"
    return Measured(3, name, mebibytes, REMEMBERED_MIB, "a plain bound", unit="MiB")


def _tokens(algorithm: str, signing: Any, count: int) -> list[str]:
    header = {"kid": requests.KID}
    return [jwt.encode(requests.claims(jti=str(n)), signing, algorithm, header) for n in range(count)]


def _verifier(ring: KeyRing) -> Verifier:
    settings = Settings(
        tenant="acme",
        issuer=requests.ISSUER,
        audience=requests.AUDIENCE,
        algorithms=(),
        leeway_seconds=30,
        max_lifetime_seconds=86_400,
        keys=ring,
    )
    return Verifier(settings, keys.fixed(ring))


def _read(verifier: Verifier, texts: Sequence[str]) -> None:
    now = requests.claims()["iat"]
    for text in texts:
        verifier.verify(text, now)


def _signatures(algorithm: str, jwk: dict[str, Any], texts: Sequence[str]) -> None:
    key = jwt.PyJWK(jwk).key
    check = jwt.get_algorithm_by_name(algorithm)
    for text in texts:
        signed, _, signature = text.rpartition(".")
        check.verify(signed.encode(), key, jwt.utils.base64url_decode(signature))


def _usual(texts: Sequence[str], ring: dict[str, jwt.PyJWK], algorithm: str) -> None:
    for text in texts:
        kid = jwt.get_unverified_header(text)["kid"]
        jwt.decode(
            text,
            ring[kid],
            algorithms=[algorithm],
            issuer=requests.ISSUER,
            audience=requests.AUDIENCE,
            leeway=30,
            options={"require": CLAIMS},
        )
