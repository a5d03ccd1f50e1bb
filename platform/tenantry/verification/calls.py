"""Call each tenant as a client would, in ways that change nothing: the front door is open, and guarded."""

import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from tenantry.config import Tenant
from tenantry.gateway import contract
from tenantry.gateway.contract import Document
from tenantry.rules import requirements
from tenantry.rules.domains import ADDRESS
from tenantry.rules.kinds import tokens
from tenantry.verification.findings import Finding
from tenantry.verification.reader import Deployed

CALL = "call"  # the type of findings that are no resource's
SECONDS = 10
NOBODYS = "not-a-key-of-anybody"

_REMEDY = "`tenantry logs TENANT` and the access log say what answered; compare the stage and its functions"


@dataclass(frozen=True, slots=True)
class Call:
    """`header` has to be in the answer; empty where none is asked for."""

    method: str
    path: str
    headers: Mapping[str, str]
    status: int
    header: str = ""


def calls(document: Document, tenant: Tenant) -> Iterator[Call]:
    """What to try of one tenant, by its route groups.

    Args:
        document: the contract of all groups.
    """
    yield Call("GET", "/health", {}, 200)
    yield Call("POST", "/health", {}, 405, "Allow")
    tried = set()
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method not in ("get", "post") or operation.get("x-tenantry-group") not in tenant.routes:
                continue
            schemes = {name for element in operation.get("security", []) for name in element}
            kind = "token" if "token" in schemes else "key" if schemes else "open"
            if kind in tried or (kind == "token" and method != "get"):
                continue
            tried.add(kind)
            filled = "/".join("verify" if part.startswith("{") else part for part in path.split("/"))
            if kind == "token":
                yield Call("GET", filled, {}, 401, "WWW-Authenticate")
                forged = {requirements.KEY_HEADER: NOBODYS, "Authorization": "Bearer e30.e30.e30"}
                yield Call("GET", filled, forged, 401, "WWW-Authenticate")
            elif kind == "key":
                yield Call(method.upper(), filled, {}, 403)


def tried(
    declared: Sequence[Deployed], tenants: Sequence[Tenant], called: Callable[[str], str]
) -> Iterator[Finding]:
    """Answers that differ from what they should be, at the address that clients are given.

    Args:
        called: how an address by a domain is called from here.
    """
    document = contract.load()
    addresses = {
        each.name: called(lasting)
        if (lasting := each.inputs["tags"].get(ADDRESS))
        else each.found.outputs["invokeUrl"]
        for each in declared
        if each.type == tokens.STAGE and each.found
    }
    for tenant in tenants:
        if tenant.slug in addresses:
            for call in calls(document, tenant):
                yield from _made(addresses[tenant.slug], tenant.slug, call)


def _made(address: str, slug: str, call: Call) -> Iterator[Finding]:
    said = f"{call.method} {call.path}" + (", a bad token" if "Authorization" in call.headers else "")
    expected = f"{call.status}" + (f" with {call.header}" if call.header else "")
    found = _answer(address, call)
    if found != expected:
        yield Finding(slug, CALL, said, "", expected, found, _REMEDY)


def _answer(address: str, call: Call) -> str:
    local = urlsplit(address).hostname == "127.0.0.1"
    proxies = [urllib.request.ProxyHandler({})] if local else []  # a proxy cannot reach loopback
    opener = urllib.request.build_opener(*proxies)
    body = b"{}" if call.method == "POST" else None
    sent = {"Content-Type": "application/json", **call.headers}
    request = urllib.request.Request(address + call.path, body, sent, method=call.method)  # noqa: S310 - AWS's own or loopback
    try:
        with opener.open(request, timeout=SECONDS) as answer:
            status, headers = answer.status, answer.headers
    except urllib.error.HTTPError as refusal:
        status, headers = refusal.code, refusal.headers
        refusal.close()
    except OSError as error:
        return f"no answer: {error}"
    named = f" with {call.header}" if call.header and headers.get(call.header) else ""
    return f"{status}{named}"
