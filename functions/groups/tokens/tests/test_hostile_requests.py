"""Whatever is sent to the token endpoint, it gives one of the standard's answers, and lets nobody in."""

import base64
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.issuing import FORM, GRANT, Issuing, basic

ERRORS = {"invalid_request", "invalid_client", "unsupported_grant_type", "invalid_scope"}
names = st.sampled_from(["grant_type", "scope", "client_id", "client_secret", "", "x", "%", "+"])
values = st.one_of(
    st.sampled_from(["client_credentials", "items:read", "crm", "", "%00", "%ff", "+", "tcs_a"]), st.text()
)
forms = st.one_of(
    st.text(), st.lists(st.tuples(names, values)).map(lambda pairs: "&".join(map("=".join, pairs)))
)
headers = st.one_of(
    st.none(),
    st.text(),
    st.binary().map(lambda raw: f"Basic {base64.b64encode(raw).decode()}"),
    st.tuples(st.sampled_from(["crm", "CRM", "crm\0", "a" * 70]), st.text()).map(
        lambda pair: f"Basic {base64.b64encode(':'.join(pair).encode('utf-8', 'surrogatepass')).decode()}"
    ),
)
media = st.sampled_from([FORM, f"{FORM}; charset=utf-8", f"{FORM};charset=latin-1", "application/json", ""])


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(forms, headers, media, st.booleans())
def test_no_request_is_beyond_the_standards_answers(
    tokens: Issuing, form: str, header: str | None, type_: str, encoded: bool
) -> None:
    tokens.register()
    sent = [("Content-Type", type_), *([("Authorization", header)] if header is not None else [])]
    event: dict[str, Any] = {"headers": sent, "base64_encoded": encoded}
    answer = tokens.ask(form, **event)
    assert answer.status in (400, 401, 429), answer.text
    assert answer.json["error"] in ERRORS
    assert "tcs_" not in answer.text


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_secret_that_differs_anywhere_is_no_secret(tokens: Issuing, data: st.DataObject) -> None:
    secret = tokens.register()
    place = data.draw(st.integers(0, len(secret) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda each: each not in (secret[place], "+", "%")))
    forged = secret[:place] + other + secret[place + 1 :]
    assert tokens.ask(GRANT, by=basic("crm", forged)).status in (401, 429)
