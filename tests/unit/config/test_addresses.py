"""Origins are what browsers send; addresses are ones that can be reached; no message repeats a value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from tenantry.config.addresses import Email, EmailOrHttps, Issuer, Origin

ORIGIN, ISSUER, EMAIL, NOTIFY = (TypeAdapter(kind) for kind in (Origin, Issuer, Email, EmailOrHttps))


def fault(kind: TypeAdapter[str], text: str) -> str:
    with pytest.raises(ValidationError) as error:
        kind.validate_python(text)
    return str(error.value.errors()[0]["msg"])


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "https://a.example",
        "https://a.example:8443",
        "https://xn--bcher-kva.example",
        "http://localhost",
        "http://localhost:3000",
        "http://127.0.0.1:3000",
        "http://[::1]:3000",
        "http://app.localhost:5173",
        "http://*.localhost:5173",
        "https://*.example.com",
        "https://*.example.com:8443",
        "capacitor://localhost",
        "ionic://localhost",
        "tauri://localhost",
        "app://obsidian.md",
        "chrome-extension://aapbdbdomjkkjkaonfhkkikfgjllcleb",
        "moz-extension://0f9d2f5e-4b0c-4c56-9c1a-2d1f0f3b7c11",
        "safari-web-extension://52CA5F9A-6B3C-4D7E-8F10-1B2C3D4E5F60",
    ],
)
def test_an_origin_as_browsers_send_it_is_taken(origin: str) -> None:
    assert ORIGIN.validate_python(origin) == origin


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        ("a.example", "has no scheme"),
        ("//a.example", "has no scheme"),
        ("null", "has no scheme"),
        ("ftp://a.example", "has a scheme whose pages have no origin"),
        ("file://", "has a scheme whose pages have no origin"),
        ("capacitor://", "is not an origin that an app can send"),
        ("capacitor://localhost/", "is not an origin that an app can send"),
        ("capacitor://*.localhost", "is not an origin that an app can send"),
        ("Capacitor://localhost", "is not an origin that an app can send"),
        ("tauri://a@b", "is not an origin that an app can send"),
        ("tauri://a,b", "is not an origin that an app can send"),
        ("https://*.com", "has * before a whole top-level domain or an address"),
        ("https://*.127.0.0.1", "has * before a whole top-level domain or an address"),
        ("https://*.*.example.com", "has no valid host"),
        ("https://a.*.example.com", "has no valid host"),
        ("https://*", "has no valid host"),
        ("https://*.", "has no valid host"),
        ("https://x*.example.com", "has no valid host"),
        ("http://*.example.com", "is not encrypted"),
        ("HTTPS://a.example", "is not written as browsers send it"),
        ("https://a.example/", "goes on after the host"),
        ("https://a.example/x", "goes on after the host"),
        ("https://a.example?x", "goes on after the host"),
        ("https://a.example#", "goes on after the host"),
        ("https://u:p@a.example", "holds a user name or password"),
        ("https://", "has no valid host"),
        ("https://a..example", "has no valid host"),
        ("https://a.example,https://b.example", "has no valid host"),
        ("https://a.example:0", "has no valid host"),
        ("https://a.example:99999", "is not a URL"),
        ("https://[::1", "is not a URL"),
        ("http://a.example", "is not encrypted"),
        ("http://localhost.a.example", "is not encrypted"),
        ("https://A.example", "is not written as browsers send it"),
        ("https://a.example:443", "is not written as browsers send it"),
        ("https://a.example:", "is not written as browsers send it"),
        ("https://bücher.example", "holds a blank or a character outside ASCII"),
        ("https://a.example\r\nX: y", "holds a blank or a character outside ASCII"),
    ],
)
def test_any_other_origin_says_what_is_wrong(origin: str, expected: str) -> None:
    assert fault(ORIGIN, origin).startswith(expected)


@pytest.mark.parametrize(
    "email", ["ops@example.com", "o'hara+x@mail.example.co.uk", "a@xn--bcher-kva.example"]
)
def test_an_email_address_is_taken(email: str) -> None:
    assert EMAIL.validate_python(email) == NOTIFY.validate_python(email) == email


@pytest.mark.parametrize(
    "email",
    [
        "ops",
        "ops@",
        "@example.com",
        "ops@example",
        "a b@example.com",
        "a..b@example.com",
        ".a@example.com",
        "ops@example.com\n",
        "ops@example.com\r\nBcc: x@example.com",
        "Ops <ops@example.com>",
        "x" * 65 + "@example.com",
        "ops@-example.com",
        "ops@" + "a." * 125 + "com",
    ],
)
def test_anything_else_is_no_email_address(email: str) -> None:
    assert fault(EMAIL, email).startswith("is not an e-mail address")


@pytest.mark.parametrize(
    "webhook",
    ["http://a.example/h", "https://u:p@a.example/h", "https://a.example/h#x", "https:///h", "ftp://a.b"],
)
def test_a_webhook_is_a_plain_https_url(webhook: str) -> None:
    fault(NOTIFY, webhook)
    assert NOTIFY.validate_python("https://hooks.example.com/a?b=c")


@pytest.mark.parametrize("kind", [ISSUER, NOTIFY], ids=["issuer", "webhook"])
class TestHosts:
    @pytest.mark.parametrize(
        "host",
        [
            "localhost",
            "LOCALHOST",
            "issuer.localhost",
            "127.0.0.1",
            "127.8.8.8",
            "0.0.0.0",  # noqa: S104 - refused, not bound
            "169.254.169.254",
            "10.0.0.7",
            "172.16.0.1",
            "192.168.1.1",
            "100.64.0.1",
            "224.0.0.1",
            "[::1]",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0x7f.1",
            "0177.0.0.1",
        ],
    )
    def test_an_issuer_or_webhook_is_on_the_internet(self, kind: TypeAdapter[str], host: str) -> None:
        for url in (f"https://{host}", f"https://{host}:9001/a"):
            assert fault(kind, url).startswith("has a host that is not on the internet; write a public host")

    @pytest.mark.parametrize("host", ["[fe80::1]", "[fc00::1]", "[::ffff:127.0.0.1]", "[::]", "localhost."])
    def test_other_spellings_are_no_hosts_at_all(self, kind: TypeAdapter[str], host: str) -> None:
        assert fault(kind, f"https://{host}/").startswith("has no valid host")

    @pytest.mark.parametrize(
        "host", ["8.8.8.8", "127.0.0.1.example", "localhost.example", "10.example", "a.b0x1"]
    )
    def test_what_only_looks_local_is_taken(self, kind: TypeAdapter[str], host: str) -> None:
        assert kind.validate_python(f"https://{host}/a") == f"https://{host}/a"


def test_an_issuer_keeps_its_path_and_its_slash() -> None:
    assert ISSUER.validate_python("https://id.example.com/realms/a/") == "https://id.example.com/realms/a/"


@given(st.text(max_size=60) | st.from_regex(r"https?://[a-z.:@/?#\[\]0-9]{0,30}", fullmatch=True))
def test_any_text_is_taken_as_it_is_or_refused(text: str) -> None:
    for kind in (ORIGIN, ISSUER, EMAIL, NOTIFY):
        try:
            taken = kind.validate_python(text)
        except ValidationError as error:
            found = {details["type"] for details in error.errors()}
        else:
            found = set()
            assert taken == text
        assert found <= {"fault", "string_too_long"}
