"""A client gets a token by its secret, with the scopes that it may have, and nobody else does."""

import json
from typing import Any
from urllib.parse import quote, urlencode

import jwt
import pytest

from agreed import clients
from api import clock
from authorizer.refusals import Refused
from groups.tokens import clients as known
from tests.support import tenant_api
from tests.support.issuing import FORM, GRANT, Issuing, ago, ahead, basic
from tests.support.tenant_api import Answer, BrokenTable


def error(answer: Answer) -> tuple[int, str]:
    """As RFC 6749, 5.2 has it; fails on any other form."""
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Pragma"] == "no-cache"
    assert answer.json.keys() == {"error", "error_description"}
    return answer.status, str(answer.json["error"])


class TestIssuing:
    @pytest.mark.parametrize("sent", ["by Basic", "by Basic, encoded", "in the form"])
    def test_a_clients_token_opens_what_the_client_may(self, tokens: Issuing, sent: str) -> None:
        secret = tokens.register()
        if sent == "in the form":
            answer = tokens.ask(f"{GRANT}&{urlencode({'client_id': 'crm', 'client_secret': secret})}")
        else:
            encoded = quote(secret, safe="").replace("t", "%74") if sent.endswith("encoded") else secret
            answer = tokens.ask(by=basic("crm", encoded))
        assert answer.status == 200
        body = answer.json
        token = body.pop("access_token")
        assert body == {"token_type": "Bearer", "expires_in": 900, "scope": "items:read items:write"}
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Pragma"] == "no-cache"
        identity = tokens.verified(token)
        assert (identity.subject, identity.scopes) == ("crm", {"items:read", "items:write"})

    def test_a_token_opens_no_other_tenant_and_ends(self, tokens: Issuing, tokens_eu: Issuing) -> None:
        token = tokens.ask(by=basic("crm", tokens.register())).json["access_token"]
        with pytest.raises(Refused):
            tokens_eu.verified(token)
        issued = tokens.stored()[clients.USED_AT]
        with pytest.raises(Refused, match="expired"):
            tokens.verified(token, now=float(clock_seconds(issued) + 900 + 31))

    def test_two_tokens_have_two_ids(self, tokens: Issuing) -> None:
        by = basic("crm", tokens.register())
        first, second = (claims(tokens.ask(by=by)) for _ in range(2))
        assert first["jti"] != second["jti"]
        assert first["client_id"] == first["sub"] == "crm"

    @pytest.mark.parametrize(
        ("asked", "granted"),
        [
            ("items:read", "items:read"),
            ("items:write items:read", "items:read items:write"),
            ("items:read tools:read nonsense", "items:read"),
            ("", "items:read items:write"),
        ],
    )
    def test_it_has_what_is_asked_for_as_far_as_the_client_may(
        self, tokens: Issuing, asked: str, granted: str
    ) -> None:
        by = basic("crm", tokens.register())
        answer = tokens.ask(f"{GRANT}&scope={quote(asked)}", by=by)
        assert answer.json["scope"] == granted
        assert tokens.verified(answer.json["access_token"]).scopes == set(granted.split())

    @pytest.mark.parametrize("asked", ["tools:read", "items:read  items:write", "items:\nread", '"', "é"])
    def test_nothing_of_what_is_asked_for_is_an_invalid_scope(self, tokens: Issuing, asked: str) -> None:
        by = basic("crm", tokens.register())
        assert error(tokens.ask(f"{GRANT}&scope={quote(asked)}", by=by)) == (400, "invalid_scope")

    def test_a_scope_of_a_group_that_the_tenant_does_not_have_is_not_granted(
        self, tokens_eu: Issuing
    ) -> None:
        by = basic("crm", tokens_eu.register())
        assert error(tokens_eu.ask(by=by)) == (400, "invalid_scope")

    def test_a_key_that_is_not_there_yet_is_a_matter_of_time(
        self, tokens: Issuing, signing: dict[str, str]
    ) -> None:
        later = Issuing.of(tokens.api, signing["acme"], key="2027")
        answer = later.ask(by=basic("crm", later.register()))
        assert (answer.status, answer.slug) == (503, "unavailable")
        assert answer.headers["Retry-After"]


class TestClients:
    def test_who_is_no_client_learns_nothing_of_who_is(self, tokens: Issuing, tokens_eu: Issuing) -> None:
        """Wrong secrets, unknown names, names that cannot be, another tenant's client: one answer."""
        secret = tokens.register()
        elsewhere = tokens_eu.register("other")
        sent = [("crm", "tcs_wrong"), ("nobody", secret), ("Crm", secret), ("", secret), ("crm", "")]
        sent += [("other", elsewhere), ("crm", secret + "\n"), ("crm", secret.upper()), ("\ud7ff" * 9, "x")]
        answers = [tokens.ask(by=basic(*each)) for each in sent]
        assert {error(each) for each in answers} == {(401, "invalid_client")}
        assert len({each.text for each in answers}) == 1
        assert {each.headers["WWW-Authenticate"] for each in answers} == {
            'Basic realm="token", charset="UTF-8"'
        }

    def test_no_name_and_no_secret_holds_what_a_form_encodes(self, tokens: Issuing) -> None:
        secret = tokens.register()
        assert quote(f"a-z0.9{secret}", safe="") == f"a-z0.9{secret}"
        assert not clients.ID.fullmatch(secret)

    def test_an_earlier_secret_is_good_until_its_moment(self, tokens: Issuing) -> None:
        before = tokens.register()
        kept = tokens.stored()[clients.SECRET]
        for until, status in ((ahead(hours=1), 200), (ago(seconds=1), 401), ("never", 401)):
            after = tokens.register(earlier=kept, earlier_until=until)
            assert tokens.ask(by=basic("crm", before)).status == status
            assert tokens.ask(by=basic("crm", after)).status == 200

    def test_a_client_that_has_ended_gets_nothing(self, tokens: Issuing) -> None:
        secret = tokens.register(ends_at=ago(seconds=1))
        assert error(tokens.ask(by=basic("crm", secret))) == (401, "invalid_client")
        assert tokens.ask(by=basic("crm", tokens.register(ends_at=ahead(hours=1)))).status == 200

    def test_a_client_that_is_removed_between_read_and_answer_gets_nothing(
        self, tokens: Issuing, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        secret = tokens.register()
        right = known._is_right

        def removed(*args: Any) -> bool:
            tenant_api.client("dynamodb").delete_item(TableName=tenant_api.TABLE, Key=tokens._key("crm"))
            return right(*args)

        monkeypatch.setattr(known, "_is_right", removed)
        assert error(tokens.ask(by=basic("crm", secret))) == (401, "invalid_client")

    def test_its_last_use_is_kept_to_the_minute(self, tokens: Issuing) -> None:
        by = basic("crm", tokens.register())
        tokens.ask(by=by)
        first = tokens.stored()[clients.USED_AT]
        tokens.ask(by=by)
        assert tokens.stored()[clients.USED_AT] == first
        secret = tokens.register(used_at=ago(minutes=2))
        tokens.ask(by=basic("crm", secret))
        assert tokens.stored()[clients.USED_AT] >= first


class TestRequests:
    @pytest.mark.parametrize(
        ("form", "said"),
        [
            ("", "invalid_request"),
            ("grant_type=", "invalid_request"),
            (f"{GRANT}&{GRANT}", "invalid_request"),
            (f"{GRANT}&scope=a&scope=b", "invalid_request"),
            (f"{GRANT}&x=1&x=2", "invalid_request"),
            (f"{GRANT}&client_secret=s", "invalid_request"),
            (f"{GRANT}&client_id=other", "invalid_request"),
            (f"{GRANT}&scope=%ff", "invalid_request"),
            ("&".join(f"a{n}=1" for n in range(200)), "invalid_request"),
            (f"{GRANT}&x={'y' * 70_000}", "invalid_request"),
            ("grant_type=password&username=a&password=b", "unsupported_grant_type"),
            ("grant_type=CLIENT_CREDENTIALS", "unsupported_grant_type"),
        ],
    )
    def test_what_cannot_be_taken_is_refused_by_its_name(self, tokens: Issuing, form: str, said: str) -> None:
        by = basic("crm", tokens.register())
        assert error(tokens.ask(form, by=by)) == (400, said)

    def test_unknown_and_empty_parameters_are_passed_over(self, tokens: Issuing) -> None:
        by = basic("crm", tokens.register())
        form = f"{GRANT}&resource=https%3A%2F%2Fx&client_id=crm&client_secret=&scope="
        assert tokens.ask(form, by=by).status == 200

    def test_parameters_belong_into_the_body(self, tokens: Issuing) -> None:
        by = basic("crm", tokens.register())
        assert error(tokens.ask(by=by, query=GRANT)) == (400, "invalid_request")
        for media in ("application/json", "text/plain", "multipart/form-data"):
            headers = [("Content-Type", media), ("Authorization", by)]
            assert error(tokens.ask('{"grant_type": "client_credentials"}', headers=headers)) == (
                400,
                "invalid_request",
            )

    @pytest.mark.parametrize(
        ("header", "status"),
        [
            (None, 401),
            ("", 401),
            ("Basic", 401),
            ("Basic %%%", 401),
            ("Basic Y3Jt", 401),  # crm, without a colon
            ("Basic /w==", 401),
            ("Basic " + "A" * 2_000, 401),
            ("Bearer eyJ", 401),
            ("Digest username=crm", 401),
            ("Basic é", 401),
        ],
    )
    def test_who_does_not_authenticate_is_asked_to(
        self, tokens: Issuing, header: str | None, status: int
    ) -> None:
        answer = tokens.ask(by=header)
        assert error(answer) == (status, "invalid_client")
        assert answer.headers["WWW-Authenticate"].startswith("Basic")

    def test_two_headers_would_let_two_readers_see_two_clients(self, tokens: Issuing) -> None:
        by = basic("crm", tokens.register())
        headers = [("Content-Type", FORM), ("Authorization", by), ("Authorization", basic("x", "y"))]
        assert error(tokens.ask(headers=headers)) == (400, "invalid_request")


class TestFailures:
    @pytest.fixture(autouse=True)
    def one_window(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """No minute ends within a test."""
        monkeypatch.setattr(known, "WINDOW_SECONDS", 10**9)

    def test_beyond_a_bound_they_wait_and_a_right_secret_does_not(self, tokens: Issuing) -> None:
        secret = tokens.register()
        answers = [tokens.ask(by=basic("crm", f"tcs_{n}")) for n in range(12)]
        assert [each.status for each in answers] == [401] * 10 + [429] * 2
        assert error(answers[-1]) == (429, "invalid_client")
        assert int(answers[-1].headers["Retry-After"]) >= 1
        assert tokens.ask(by=basic("crm", secret)).status == 200
        assert tokens.ask(by=basic("other", secret)).status == 401

    def test_names_that_are_made_up_leave_no_more_records_than_the_tenants_bound(
        self, tokens: Issuing, tokens_eu: Issuing, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(known, "FAILURES_OF_TENANT", 5)
        assert [tokens.ask(by=basic(f"c{n}", "x")).status for n in range(8)] == [401] * 5 + [429] * 3
        left = [each for each in tenant_api.records() if each["pk"]["S"] == "acme#tokens#failure"]
        assert len(left) == 1 + 5
        assert all(int(each["expires_at"]["N"]) > 0 for each in left)
        assert tokens_eu.ask(by=basic("c0", "x")).status == 401

    def test_a_table_that_is_down_is_a_problem_and_no_verdict(
        self, tokens: Issuing, broken_table: BrokenTable
    ) -> None:
        secret = tokens.register()
        broken_table.failures.append(TimeoutError("no answer"))
        answer = tokens.ask(by=basic("crm", secret))
        assert answer.status == 500
        assert answer.slug == "internal-error"


def claims(answer: Answer) -> dict[str, Any]:
    return dict(jwt.decode(answer.json["access_token"], options={"verify_signature": False}))


def clock_seconds(moment: str) -> int:
    return (clock.epoch_ms(moment) or 0) // 1_000


class TestRecord:
    def test_each_token_and_each_refusal_is_a_line_without_a_secret(
        self, tokens: Issuing, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("POWERTOOLS_LOG_LEVEL", "ERROR")  # whatever the level is
        secret = tokens.register()
        token = claims(issued := tokens.ask(f"{GRANT}&scope=items:read", by=basic("crm", secret)))
        tokens.ask(by=basic("crm", "tcs_wrong-one"))
        tokens.ask(f"{GRANT}&client_id={secret}&client_secret=crm")  # the two mixed up
        tokens.ask("grant_type=password", by=basic("crm", secret))
        out = capsys.readouterr().out
        lines = [json.loads(line) for line in out.splitlines()]
        made = [each for each in lines if each["message"] == "token issued"]
        assert [
            (each["client"], each["jti"], each["scopes"], each["kid"], each["seconds"]) for each in made
        ] == [("crm", token["jti"], ["items:read"], "main", 900)]
        refused = [each for each in lines if each["message"] == "token refused"]
        assert [(each["client"], each["error"], each["reason"]) for each in refused] == [
            ("crm", "invalid_client", "wrong secret"),
            ("", "invalid_client", "unknown client"),
            ("", "unsupported_grant_type", "grant_type has to be client_credentials"),
        ]
        assert all(each["tenant"] == "acme" and each["request_id"] for each in made + refused)
        for hidden in (secret, clients.digest(secret), "tcs_", issued.json["access_token"]):
            assert hidden not in out
