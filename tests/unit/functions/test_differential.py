"""Thousands of tokens that were tampered with: whatever the authorizer takes, PyJWT and joserfc take as well.

It may be stricter than they are, by its own rules; the signature it judges as they do.
"""

import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import jwt
import pytest
from joserfc import jwt as joserfc_jwt
from joserfc.errors import JoseError
from joserfc.jwk import import_key
from joserfc.jwt import JWTClaimsRegistry

from authorizer import keys
from authorizer.refusals import Refused
from authorizer.tokens import verify
from tests.support import tokens
from tests.support.tokens import Signer, encode
from tests.unit.functions.test_authorizer_tokens import settings

ALGORITHMS = ("EdDSA", "ES256", "ES512", "RS256", "PS384")
SIGNERS = {algorithm: tokens.signer(algorithm) for algorithm in ALGORITHMS}
STRANGERS = {algorithm: tokens.signer(algorithm) for algorithm in ALGORITHMS}
TOKENS = 400  # of each algorithm
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/. "
# Of tokens that both libraries take, the authorizer refuses some, for these reasons of its own.
STRICTER = {"malformed", "header", "key", "lifetime", "premature", "expired"}

Mutation = Callable[[random.Random, Signer, Signer], str]


def flipped(chance: random.Random, signer: Signer, _: Signer) -> str:
    token = signer.sign(tokens.claims())
    at = chance.randrange(len(token))
    return token[:at] + chance.choice(ALPHABET) + token[at + 1 :]


def cut(chance: random.Random, signer: Signer, _: Signer) -> str:
    token = signer.sign(tokens.claims())
    return token[: chance.randrange(len(token))] + token[chance.randrange(len(token)) :]


def mixed(chance: random.Random, signer: Signer, stranger: Signer) -> str:
    signers = (signer, stranger, signer)
    parts = [each.sign(tokens.claims(jti=str(chance.random()))).split(".") for each in signers]
    return ".".join(parts[chance.randrange(3)][at] for at in range(3))


def reheaded(chance: random.Random, signer: Signer, stranger: Signer) -> str:
    """Signed well, by the key or by a stranger's, under a header that may lie."""
    header = {"alg": signer.algorithm, "kid": signer.kid, "typ": "JWT"} | chance.choice(
        [
            {},
            {"typ": "at+jwt"},
            {"x5t": "aGk"},
            {"alg": "none"},
            {"alg": "HS256"},
            {"alg": chance.choice(ALGORITHMS)},
            {"kid": "other"},
            {"crit": ["x"], "x": 1},
            {"b64": False},
            {"jwk": stranger.jwk},
        ]
    )
    signing = chance.choice([signer, signer, stranger])
    return signing.sign_raw(json.dumps(header), json.dumps(tokens.claims()))


def reclaimed(chance: random.Random, signer: Signer, _: Signer) -> str:
    now = int(time.time())
    name = chance.choice(["iss", "aud", "sub", "exp", "nbf", "iat", "scope", "x"])
    times = [7, now - 9_999, now + 200, now + 0.5]
    value = chance.choice([None, "x", *times, [], ["x"], tokens.AUDIENCE, {"a": 1}])
    header = {"alg": signer.algorithm, "kid": signer.kid, "typ": "JWT"}
    return signer.sign_raw(json.dumps(header), json.dumps({**tokens.claims(), name: value}))


def respelled(chance: random.Random, signer: Signer, _: Signer) -> str:
    parts = signer.sign(tokens.claims()).split(".")
    at = chance.randrange(3)
    good = parts[at]
    parts[at] = chance.choice([f"{good}=", f"{good}==", f" {good}", f"{good}\n", encode(good)])
    return ".".join(parts)


MUTATIONS: tuple[Mutation, ...] = (flipped, cut, mixed, reheaded, reclaimed, respelled)


def mutants(algorithm: str) -> Iterator[tuple[str, str]]:
    chance = random.Random(algorithm)  # noqa: S311 - the same tokens at each run, but for keys and times
    for _ in range(TOKENS):
        mutate = chance.choice(MUTATIONS)
        yield mutate.__name__, mutate(chance, SIGNERS[algorithm], STRANGERS[algorithm])


def by_pyjwt(token: str, signer: Signer) -> bool:
    try:
        jwt.decode(
            token,
            signer.private.public_key(),
            algorithms=[signer.algorithm],
            audience=tokens.AUDIENCE,
            issuer=tokens.ISSUER,
            leeway=30,
            options={"require": ["iss", "aud", "exp", "sub"]},
        )
    except (jwt.PyJWTError, ValueError):
        return False
    return True


def by_joserfc(token: str, key: Any, algorithm: str) -> bool:
    try:
        found = joserfc_jwt.decode(token, key, algorithms=[algorithm])
        JWTClaimsRegistry(
            leeway=30,
            iss={"essential": True, "value": tokens.ISSUER},
            aud={"essential": True, "value": tokens.AUDIENCE},
            sub={"essential": True},
            exp={"essential": True},
        ).validate(found.claims)
    except (JoseError, ValueError, TypeError):
        return False
    return True


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_nothing_is_taken_that_two_other_libraries_refuse(algorithm: str) -> None:
    signer = SIGNERS[algorithm]
    config, ring = settings(signer), keys.fixed(keys.ring([signer.jwk], None))
    key = import_key({name: value for name, value in signer.jwk.items() if name != "alg"})
    taken: Counter[str] = Counter()
    stricter: Counter[str] = Counter()
    for kind, token in mutants(algorithm):
        others = by_pyjwt(token, signer), by_joserfc(token, key, algorithm)
        try:
            verify(token, config, ring, time.time())
        except Refused as refusal:
            if all(others):
                stricter[refusal.reason] += 1
        else:
            assert all(others), (kind, others, token)
            taken[kind] += 1
    assert {"reheaded", "reclaimed"} <= taken.keys(), "some are good all the same, or nothing was compared"
    assert stricter.keys() <= STRICTER
