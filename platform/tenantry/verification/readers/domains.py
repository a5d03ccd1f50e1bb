"""Domains, and the stages that they lead to."""

from collections.abc import Iterator, Sequence

from tenantry.rules.kinds import tokens
from tenantry.verification.reader import Deployed, Found, Inputs, Reader, Stray, inputs_of, of_type, one, tags
from tenantry.verification.reading import Answer, Reading

_WHOLE = "(none)"


def _domain(reading: Reading, inputs: Inputs) -> Found | None:
    there = reading.ask("apigateway", "get_domain_name", domainName=inputs["domainName"])
    if there is None:
        return None
    found = {
        "domainName": there["domainName"],
        "regionalCertificateArn": there.get("regionalCertificateArn"),
        "endpointConfiguration": {"types": one((there.get("endpointConfiguration") or {}).get("types", []))},
        "securityPolicy": there.get("securityPolicy"),
        "tags": tags(there.get("tags"), inputs),
    }
    target = there.get("regionalDomainName")
    return Found(inputs["domainName"], found, {"regionalDomainName": target})


def _mapped(reading: Reading, domain: str) -> list[Answer]:
    return reading.listed("apigateway", "get_base_path_mappings", "items", domainName=domain)


def _path(each: Answer) -> str | None:
    """As the provider has it: without one, all of the domain."""
    path: str | None = each.get("basePath")
    return None if path == _WHOLE else path


def _mapping(reading: Reading, inputs: Inputs) -> Found | None:
    domain = inputs["domainName"]
    for each in _mapped(reading, domain):
        if _path(each) == inputs.get("basePath"):
            found = {
                "domainName": domain,
                "basePath": _path(each),
                "restApi": each.get("restApiId"),
                "stageName": each.get("stage"),
            }
            return Found(f"{domain}/{_path(each) or ''}", found)
    return None


def _mappings_beside(reading: Reading, declared: Sequence[Deployed]) -> Iterator[Stray]:
    """Of a tenant's domain all; of one that cells may share those that lead to this cell's API."""
    own = {each.inputs["domainName"] for each in of_type(declared, tokens.DOMAIN_NAME) if each.owner}
    apis = {each.found.id for each in of_type(declared, tokens.REST_API) if each.found}
    mappings = [each for each in declared if each.type == tokens.BASE_PATH_MAPPING]
    known = {(each.inputs["domainName"], each.inputs.get("basePath")) for each in mappings}
    shared = {domain for (domain,) in inputs_of(declared, tokens.BASE_PATH_MAPPING, "domainName")}
    for domain in sorted(own | shared):
        for each in _mapped(reading, domain):
            leads_here = domain in own or each.get("restApiId") in apis
            if leads_here and (domain, _path(each)) not in known:
                at = f"{each.get('restApiId')}/{each.get('stage')}"
                yield Stray(f"DomainName {domain}", f"mappings.{_path(each) or '/'}", at)


READERS = {
    tokens.DOMAIN_NAME: Reader(_domain),
    tokens.BASE_PATH_MAPPING: Reader(_mapping, beyond=_mappings_beside),
}
