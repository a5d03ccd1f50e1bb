"""A valid token, changed in any way, is refused as every other: the gateway is told `Unauthorized`, once.

ECDSA is the exception that RFC 7518 leaves: beside a signature (r, s) stands its twin (r, n - s), and issuers
send either. To refuse one would refuse half of all good tokens. Nothing is keyed by a token's text but the
gateway's cache of verdicts, so the twin opens nothing that the token does not.
"""

import base64
import itertools
import json
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api import metrics
from authorizer import handler
from authorizer import settings as authorizer_settings
from tests.support import events, tokens
from tests.support.tokens import Signer, claims, encode

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
ELLIPTIC = {"ES256": 32, "ES384": 48, "ES512": 66}  # bytes of r, and of s
ORDERS = {  # of the curves' groups: SEC 2, 2.4.2, 2.5.1 and 2.6.1
    "ES256": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    "ES384": int("F" * 48 + "C7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973", 16),
    "ES512": int("1FF" + "F" * 63 + "A51868783BF2F966B7FCC0148F709A5D03BB5C9B8899C47AEBB6FB71E91386409", 16),
}
ED25519_ORDER = 2**252 + 27742317777372353535851937790883648493  # RFC 8032, 5.1
RSA = ("RS256", "RS512", "PS256", "PS384")
_RSA = tokens.signer("RS256")
SIGNERS = {
    **{algorithm: tokens.signer(algorithm) for algorithm in ("EdDSA", *ELLIPTIC)},
    **{algorithm: Signer("2026", algorithm, _RSA.private) for algorithm in RSA},
}
ADA = SIGNERS["EdDSA"]
HEADER = '{"alg":"EdDSA","kid":"2026","typ":"JWT"}'
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just(10**400),
    lambda children: (
        st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=5), children, max_size=3)
    ),
    max_leaves=5,
)
IN_ONE_PROCESS = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@pytest.fixture(params=["EdDSA", *ELLIPTIC, "RS256", "PS256"], name="signer")
def fixture_signer(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Signer]:
    """The authorizer of acme trusts this signer's key alone."""
    yield from trusting(SIGNERS[request.param], monkeypatch)


@pytest.fixture(name="ada")
def fixture_ada(monkeypatch: pytest.MonkeyPatch) -> Iterator[Signer]:
    yield from trusting(ADA, monkeypatch)


def trusting(signer: Signer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Signer]:
    auth = {"mode": "keys", "issuer": tokens.ISSUER, "audience": tokens.AUDIENCE, "keys": [signer.jwk]}
    monkeypatch.setenv("TENANT", "acme")
    monkeypatch.setenv("AUTH", json.dumps(auth))
    monkeypatch.setenv("ROUTES", "items")
    monkeypatch.setattr(metrics, "count", lambda *_arguments, **_dimensions: None)
    forget()
    yield signer
    forget()


def forget() -> None:
    authorizer_settings.current.cache_clear()
    handler.key_finder.cache_clear()


def ask(token: str) -> dict[str, Any]:
    return handler.handle(events.authorizer(token), None)


def refused(token: str) -> bool:
    """Whether it is refused in just the way that API Gateway answers with 401."""
    try:
        ask(token)
    except Exception as error:
        assert (type(error), str(error)) == (Exception, "Unauthorized"), token  # noqa: PT017
        return True
    return False


def parts(token: str) -> tuple[str, str, str]:
    head, body, signature = token.split(".")
    return head, body, signature


def decode(segment: str) -> bytes:
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))


def resigned(token: str, signature: bytes) -> str:
    return f"{token.rpartition('.')[0]}.{encode(signature)}"


class TestSpelling:
    def test_the_token_itself_is_taken(self, signer: Signer) -> None:
        assert ask(signer.sign(claims()))["principalId"] == "user-1"

    def test_each_single_character_counts(self, signer: Signer) -> None:
        token = signer.sign(claims())
        for index, character in enumerate(token):
            # The neighbour differs in the lowest bit, which is where decoders are lax.
            neighbour = ALPHABET[ALPHABET.index(character) ^ 1] if character in ALPHABET else "A"
            for other in (neighbour, "", character * 2, "."):
                if other != character:
                    assert refused(token[:index] + other + token[index + 1 :]), (index, other)

    @given(st.data())
    @IN_ONE_PROCESS
    def test_any_edit_counts(self, signer: Signer, data: st.DataObject) -> None:
        token = signer.sign(claims())
        start = data.draw(st.integers(0, len(token)))
        end = data.draw(st.integers(start, min(len(token), start + 8)))
        inserted = data.draw(st.text(max_size=8))
        edited = token[:start] + inserted + token[end:]
        # Blanks around a token are the header's, not the token's.
        assert edited.strip(" ") == token or refused(edited)

    def test_segments_of_two_tokens_do_not_mix(self, signer: Signer) -> None:
        one, two = parts(signer.sign(claims())), parts(signer.sign(claims(sub="bob"), {"typ": "at+jwt"}))
        for mixed in itertools.product(*zip(one, two, strict=True)):
            assert refused(".".join(mixed)) == (mixed not in (one, two))

    def test_segments_have_their_places_and_number(self, signer: Signer) -> None:
        token = parts(signer.sign(claims()))
        for order in itertools.permutations(token):
            assert refused(".".join(order)) == (order != token)
        for count in (1, 2, 4, 5):
            assert refused(".".join((token * 2)[:count]))

    @pytest.mark.parametrize(
        "respelled",
        [
            lambda text: text.replace(",", ", "),
            lambda text: text + " ",
            lambda text: "\n" + text,
            lambda text: text.replace("a", "\\u0061", 1),
            lambda text: "\ufeff" + text,
            lambda text: json.dumps(dict(reversed(json.loads(text).items())), separators=(",", ":")),
        ],
        ids=["blanks", "trailing", "leading", "escapes", "byte order mark", "order"],
    )
    @pytest.mark.parametrize("segment", [0, 1])
    def test_the_same_json_otherwise_written_is_another_token(
        self, signer: Signer, segment: int, respelled: Any
    ) -> None:
        token = list(parts(signer.sign(claims())))
        token[segment] = encode(respelled(decode(token[segment]).decode()))
        assert refused(".".join(token))

    @pytest.mark.parametrize("segment", [0, 1, 2])
    def test_a_segment_has_one_encoding(self, signer: Signer, segment: int) -> None:
        token = list(parts(signer.sign(claims(pad="?>?>~~"))))
        good = token[segment]
        plain = base64.b64encode(decode(good)).decode()
        others = {
            *(good + padding for padding in ("=", "==", "===", "A", "\n", "\r\n", "%3D", "\x00")),
            *(good[:8] + blank + good[8:] for blank in ("\n", "\t", "\r\n", "\u200b", "=")),
            plain,
            plain.rstrip("="),
            good.swapcase(),
            decode(good).hex(),
            base64.b32encode(decode(good)).decode(),
        } - {good}
        for other in others:
            token[segment] = other
            assert refused(".".join(token)), other

    def test_bits_that_decoders_drop_count_too(self, ada: Signer) -> None:
        token = ada.sign(claims())
        signature = token.rpartition(".")[2]
        assert len(signature) % 4 == 2  # 64 bytes: four bits of the last character mean nothing
        twins = [
            c for c in ALPHABET if decode(signature[:-1] + c) == decode(signature) and c != signature[-1]
        ]
        assert len(twins) == 15
        assert all(refused(token[:-1] + twin) for twin in twins)


class TestSignatures:
    @pytest.mark.parametrize("algorithm", ELLIPTIC)
    def test_an_ecdsa_signature_is_r_and_s_of_fixed_size(
        self, monkeypatch: pytest.MonkeyPatch, algorithm: str
    ) -> None:
        size, order = ELLIPTIC[algorithm], ORDERS[algorithm]
        for signer in trusting(SIGNERS[algorithm], monkeypatch):
            token = signer.sign(claims())
            raw = decode(parts(token)[2])
            r, s = int.from_bytes(raw[:size]), int.from_bytes(raw[size:])
            zero, full = bytes(size), b"\xff" * size
            others = [
                encode_dss_signature(r, s),  # ASN.1, as X.509 has it
                raw[size:] + raw[:size],
                raw[:-1],
                raw[1:],
                raw + b"\x00",
                b"\x00" + raw,
                b"\x00" + raw[:size] + b"\x00" + raw[size:],
                raw[:size],
                raw + raw,
                zero + zero,
                zero + raw[size:],
                raw[:size] + zero,
                full + full,
                order.to_bytes(size) + raw[size:],
                raw[:size] + order.to_bytes(size),
                (order - r).to_bytes(size) + raw[size:],
                b"",
            ]
            if algorithm == "ES512":  # the one size that has room for a value beyond the order
                others += [
                    (r + order).to_bytes(size) + raw[size:],
                    raw[:size] + (s + order).to_bytes(size),
                ]
            assert [other.hex() for other in others if not refused(resigned(token, other))] == []

    @pytest.mark.parametrize("algorithm", ELLIPTIC)
    def test_either_of_two_twins_is_an_issuers_signature(
        self, monkeypatch: pytest.MonkeyPatch, algorithm: str
    ) -> None:
        size, order = ELLIPTIC[algorithm], ORDERS[algorithm]
        for signer in trusting(SIGNERS[algorithm], monkeypatch):
            token = signer.sign(claims())
            raw = decode(parts(token)[2])
            twin = raw[:size] + (order - int.from_bytes(raw[size:])).to_bytes(size)
            assert ask(resigned(token, twin)) == ask(token)

    def test_an_ed25519_signature_is_below_the_order(self, ada: Signer) -> None:
        token = ada.sign(claims())
        raw = decode(parts(token)[2])
        beyond = int.from_bytes(raw[32:], "little") + ED25519_ORDER
        others = [
            raw[:32] + beyond.to_bytes(32, "little"),
            raw[:63],
            raw + b"\x00",
            bytes(64),
            raw[32:] + raw[:32],
        ]
        assert all(refused(resigned(token, other)) for other in others)

    @pytest.mark.parametrize("algorithm", RSA)
    def test_an_rsa_signature_is_below_the_modulus(
        self, monkeypatch: pytest.MonkeyPatch, algorithm: str
    ) -> None:
        modulus = _RSA.private.public_key().public_numbers().n
        for signer in trusting(SIGNERS[algorithm], monkeypatch):
            signed = (signer.sign(claims(jti=str(n))) for n in itertools.count())
            token = next(t for t in signed if int.from_bytes(decode(parts(t)[2])) + modulus < 2**2048)
            raw = decode(parts(token)[2])
            others = [
                (int.from_bytes(raw) + modulus).to_bytes(256),
                (modulus - int.from_bytes(raw)).to_bytes(256),
                b"\x00" + raw,
                raw + b"\x00",
                raw[:-1],
                bytes(256),
                (1).to_bytes(256),
            ]
            assert all(refused(resigned(token, other)) for other in others)

    @pytest.mark.parametrize(("trusted", "used"), list(itertools.permutations(RSA, 2)))
    def test_one_key_signs_with_its_own_algorithm_alone(
        self, monkeypatch: pytest.MonkeyPatch, trusted: str, used: str
    ) -> None:
        for _ in trusting(SIGNERS[trusted], monkeypatch):
            assert refused(SIGNERS[used].sign(claims()))


class TestClaims:
    """Signed well, by the right key: what the claims say is all that is wrong."""

    @given(name=st.sampled_from(["exp", "nbf", "iat"]), value=JSON)
    @IN_ONE_PROCESS
    def test_a_time_is_a_number_of_these_days(self, ada: Signer, name: str, value: Any) -> None:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        past = number and abs(value) <= sys.float_info.max and value < time.time()
        token = ada.sign_raw(HEADER, json.dumps({**claims(), name: value}))
        assert refused(token) != (name == "nbf" and past)

    @pytest.mark.parametrize(
        "others", [{}, {"iat": None}, {"nbf": 0}], ids=["with iat", "without iat", "with nbf"]
    )
    @pytest.mark.parametrize(
        "exp",
        [
            *("1e308", "1e999", "-1e308", "NaN", "-0", "-1", "0.5", "1e1"),
            *("1" + "0" * 308, "1" + "0" * 400, "-1" + "0" * 400, "9" * 4301),
            *(str(2**31), str(2**63), str(2**64)),
            *("true", "null", '"9999999999"', "[]", "{}"),
        ],
    )
    def test_an_expiry_made_to_overflow(self, ada: Signer, exp: str, others: dict[str, Any]) -> None:
        said = json.dumps(claims(exp="?", **others)).replace('"?"', exp)
        assert refused(ada.sign_raw(HEADER, said))

    @given(name=st.sampled_from(["iss", "aud", "sub"]), value=JSON)
    @IN_ONE_PROCESS
    def test_a_name_is_the_expected_text(self, ada: Signer, name: str, value: Any) -> None:
        answered = not refused(ada.sign_raw(HEADER, json.dumps({**claims(), name: value})))
        assert answered == (name == "sub" and isinstance(value, str) and value != "" and value.isprintable())

    @given(st.dictionaries(st.sampled_from(["scope", "scp", "jti", "typ", "crit", "cnf", "act", "x"]), JSON))
    @IN_ONE_PROCESS
    def test_other_claims_open_nothing_more(self, ada: Signer, extra: dict[str, Any]) -> None:
        token = ada.sign_raw(HEADER, json.dumps({**claims(scope=None), **extra}))
        if not refused(token):
            (statement,) = ask(token)["policyDocument"]["Statement"]
            open_only = [r for r in statement["Resource"] if "/acme/" in r]
            assert open_only == statement["Resource"]
            assert statement["Effect"] == "Deny" or not any("/items" in r for r in statement["Resource"])

    @pytest.mark.parametrize(
        ("aud", "taken"),
        [
            ([tokens.AUDIENCE], True),
            (["https://other.example", tokens.AUDIENCE, ""], True),
            ([tokens.AUDIENCE, 7], False),
            ([tokens.AUDIENCE, None], False),
            ([[tokens.AUDIENCE]], False),
            ({tokens.AUDIENCE: 1}, False),
            (["https://other.example"] * 50, False),
            ([tokens.AUDIENCE.upper()], False),
            (f"{tokens.AUDIENCE} https://other.example", False),
            (f"https://other.example,{tokens.AUDIENCE}", False),
        ],
    )
    def test_the_audience_is_among_texts(self, ada: Signer, aud: Any, taken: bool) -> None:
        assert refused(ada.sign_raw(HEADER, json.dumps(claims(aud=aud)))) != taken

    def test_a_subject_forges_no_field_of_the_access_log(self, ada: Signer) -> None:
        answer = ask(ada.sign(claims(sub='bob","status":"200\\')))
        assert answer["principalId"] == answer["context"]["subject"] == "bob%22,%22status%22:%22200%5C"

    @pytest.mark.parametrize("name", ["iss", "aud", "sub", "exp", "iat", "scope"])
    @pytest.mark.parametrize("good_one", ["first", "last"])
    def test_a_claim_said_twice(self, ada: Signer, name: str, good_one: str) -> None:
        good = json.dumps(claims())[1:-1]
        twice = [f'"{name}":"other"', good] if good_one == "last" else [good, f'"{name}":"other"']
        assert refused(ada.sign_raw(HEADER, "{" + ",".join(twice) + "}"))
        escaped = f'"\\u{ord(name[0]):04x}{name[1:]}":"other"'
        assert refused(ada.sign_raw(HEADER, f"{{{escaped},{good}}}"))

    def test_a_token_within_a_token(self, ada: Signer) -> None:
        inner = ada.sign(claims())
        for header in (HEADER, HEADER.replace("}", ',"cty":"JWT"}')):
            for body in (inner, json.dumps(inner), json.dumps({"jwt": inner})):
                assert refused(ada.sign_raw(header, body))
        head, body, signature = parts(inner)
        flattened = {"protected": head, "payload": body, "signature": signature}
        assert refused(json.dumps(flattened))
        assert refused(f"{head}.{body}.{signature}.{signature}.{signature}")
        assert refused(encode(inner))

    @pytest.mark.parametrize("arrays", [31, 33, 1_000, 2_000])
    def test_deep_claims(self, ada: Signer, arrays: int) -> None:
        said = json.dumps(claims(x="?")).replace('"?"', "[" * arrays + "]" * arrays)
        assert refused(ada.sign_raw(HEADER, said)) == (arrays > 31)


class TestHeaders:
    @given(
        st.dictionaries(
            st.sampled_from(["alg", "kid", "typ", "cty", "crit", "b64", "zip", "jwk"]), JSON, min_size=1
        )
    )
    @IN_ONE_PROCESS
    def test_members_of_any_kind(self, ada: Signer, changes: dict[str, Any]) -> None:
        assert refused(ada.sign_raw(json.dumps({**json.loads(HEADER), **changes}), json.dumps(claims())))

    @pytest.mark.parametrize(
        "value",
        [
            *("Bearer\t{}", "Bearer\u00a0{}", "Bearer: {}", "Bearer,{}", "bearer={}", '"Bearer {}"'),
            *("Bearer {}, Bearer {}", "Bearer {} {}", "Bearer {}\x00", "Bearer {}\r\nX: y"),
            *("\ufeffBearer {}", "JWT {}", "DPoP {}", "{}"),
        ],
    )
    def test_the_authorization_header_is_the_scheme_and_one_token(self, ada: Signer, value: str) -> None:
        sent = value.replace("{}", ada.sign(claims()))
        with pytest.raises(Exception, match=r"^Unauthorized$"):
            handler.handle(events.authorizer(None, headers={"Authorization": sent}), None)

    def test_a_long_header_is_soon_refused(self, ada: Signer) -> None:
        good = ada.sign(claims())
        started = time.perf_counter()
        for token in ("." * 100_000, "A" * 1_000_000, good + "A" * 100_000, f"{good}." * 1_000):
            assert refused(token)
        assert time.perf_counter() - started < 0.5
