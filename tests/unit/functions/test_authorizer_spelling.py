"""A valid token that is written in any other way is refused: the gateway is told `Unauthorized`."""

import base64
import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.tokens import Signer, claims, encode
from tests.unit.functions.forgery import IN_ONE_PROCESS, ask, decode, parts, refused

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


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
