"""A token that the right key signed opens nothing by odd claims or headers."""

import json
import sys
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authorizer import handler
from tests.support import events, tokens
from tests.support.tokens import Signer, claims, encode
from tests.unit.functions.forgery import IN_ONE_PROCESS, ask, parts, refused

HEADER = '{"alg":"EdDSA","kid":"2026","typ":"JWT"}'
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just(10**400),
    lambda children: (
        st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=5), children, max_size=3)
    ),
    max_leaves=5,
)


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

    @pytest.mark.parametrize(
        ("subject", "taken"), [("a" * 255, True), ("ж" * 64, True), ("ж" * 65, False), ('"' * 129, False)]
    )
    def test_a_subject_that_would_cut_a_line_of_the_access_log(
        self, ada: Signer, subject: str, taken: bool
    ) -> None:
        """API Gateway cuts lines at 1,024 bytes; one that is cut would be missing from the tenant's bill."""
        assert refused(ada.sign(claims(sub=subject))) != taken

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
