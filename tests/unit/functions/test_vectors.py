"""Public test vectors of signatures and keys (Project Wycheproof), verified as tokens are.

TENANTRY_VECTORS names a folder of its files; without it these tests are skipped, and say so. What the vectors
are made of stands in `test_signature_classes` as well, in cases of our own.
"""

import binascii
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from authorizer import keys, segments
from authorizer.keys import WeakKey
from authorizer.refusals import Refused

FOLDER = os.environ.get("TENANTRY_VECTORS", "")
SIGNATURES = {
    "ecdsa_secp256r1_sha256_p1363_test": "ES256",
    "ecdsa_secp384r1_sha384_p1363_test": "ES384",
    "ecdsa_secp521r1_sha512_p1363_test": "ES512",
    "ed25519_test": "EdDSA",
    "rsa_pss_2048_sha256_mgf1_32_test": "PS256",
    "rsa_pss_2048_sha384_mgf1_48_test": "PS384",
    "rsa_pss_4096_sha512_mgf1_64_test": "PS512",
    "rsa_signature_2048_sha256_test": "RS256",
    "rsa_signature_2048_sha384_test": "RS384",
    "rsa_signature_3072_sha512_test": "RS512",
}
TOKENS = ("json_web_signature_test", "json_web_key_test")
# Padding that PKCS #1 lets a verifier take or leave; cryptography leaves it.
EITHER = "acceptable"
# A key that an issuer made on a faulty chip: by its form it is a good one.
NOT_DETECTED = "rejectsKeyWithRocaVulnerability"

pytestmark = pytest.mark.skipif(not FOLDER, reason="TENANTRY_VECTORS names no folder of vectors")


def groups(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(Path(FOLDER, f"{name}.json").read_text())["testGroups"]
    return found


@pytest.mark.parametrize(("name", "algorithm"), SIGNATURES.items())
def test_signatures_are_judged_as_the_vectors_say(name: str, algorithm: str) -> None:
    wrong, judged = [], 0
    for group in groups(name):
        jwk = group.get("publicKeyJwk") or group.get("keyJwk")
        if jwk is None:  # of a kind that JWKs cannot write, or too small for JWS
            continue
        try:
            key = keys.read({**jwk, "alg": algorithm}, None)
        except WeakKey:
            wrong += [test["tcId"] for test in group["tests"] if test["result"] == "valid"]
            continue
        for test in group["tests"]:
            judged += 1
            good = key.verifies(algorithm, bytes.fromhex(test["sig"]), bytes.fromhex(test["msg"]))
            if good != (test["result"] == "valid") and test["result"] != EITHER:
                wrong.append(test["tcId"])
    assert wrong == []
    assert judged > 50


def token_cases(name: str) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    for group in groups(name):
        found = group.get("public") or group["private"]
        for test in group["tests"]:
            yield test, found.get("keys", [found])


def taken(token: Any, jwks: list[dict[str, Any]]) -> bool:
    """By the signature alone: what these tokens carry are no claims."""
    if not isinstance(token, str) or token.count(".") != 2:
        return False
    signed, _, signature = token.rpartition(".")
    try:
        header = segments.header(signed.partition(".")[0])
        key = keys.find(keys.ring(jwks, None), header.get("kid"))
        algorithm = header.get("alg")
        return algorithm in key.algorithms and key.verifies(
            algorithm, segments.decode(signature), signed.encode()
        )
    except (Refused, WeakKey):
        return False


def ours(token: str, jwks: list[dict[str, Any]]) -> bool:
    """Whether it is in our one spelling, and its keys are asymmetric and pin its algorithm."""
    try:
        algorithm = segments.header(token.partition(".")[0]).get("alg")
    except Refused:  # in another spelling than the one that we read
        return False
    return all(jwk.get("kty") != "oct" for jwk in jwks) and algorithm in {jwk.get("alg") for jwk in jwks}


@pytest.mark.parametrize("name", TOKENS)
def test_tokens_are_taken_if_they_are_valid_and_their_key_is_asymmetric(name: str) -> None:
    wrong = []
    for test, jwks in token_cases(name):
        good = taken(test["jws"], jwks)
        if good and test["result"] != "valid" and test["comment"] != NOT_DETECTED:
            wrong.append((test["tcId"], test["comment"]))
        if not good and test["result"] == "valid" and ours(test["jws"], jwks):
            wrong.append((test["tcId"], test["comment"]))
    assert wrong == []


def test_the_vectors_are_whole() -> None:
    for name in (*SIGNATURES, *TOKENS):
        try:
            assert groups(name)
        except (OSError, ValueError, binascii.Error) as error:
            pytest.fail(f"{name}: {error}")
