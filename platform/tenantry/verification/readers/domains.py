"""Domains, the stages that they lead to, their certificates and the records that lead to them."""

from collections.abc import Iterator, Sequence

from tenantry.rules.kinds import tokens
from tenantry.verification.reader import Deployed, Found, Inputs, Reader, Stray, inputs_of, of_type, one, tags
from tenantry.verification.reading import Answer, Reading

_WHOLE = "(none)"


def _domain(reading: Reading, inputs: Inputs) -> Found | None:
    there = reading.ask("apigateway", "get_domain_name", domainName=inputs["domainName"])
    if there is None:
        return None
    reached = there.get("endpointConfiguration") or {}
    found = {
        "domainName": there["domainName"],
        "regionalCertificateArn": there.get("regionalCertificateArn"),
        "endpointConfiguration": {
            "types": one(reached.get("types", [])),
            "ipAddressType": reached.get("ipAddressType"),
        },
        "securityPolicy": there.get("securityPolicy"),
        "tags": tags(there.get("tags"), inputs),
    }
    target = {
        "regionalDomainName": there.get("regionalDomainName"),
        "regionalZoneId": there.get("regionalHostedZoneId"),
    }
    return Found(inputs["domainName"], found, target)


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
    own = {
        each.inputs["domainName"]: each.owner for each in of_type(declared, tokens.DOMAIN_NAME) if each.owner
    }
    apis = {each.found.id for each in of_type(declared, tokens.REST_API) if each.found}
    mappings = [each for each in declared if each.type == tokens.BASE_PATH_MAPPING]
    known = {(each.inputs["domainName"], each.inputs.get("basePath")) for each in mappings}
    shared = {domain for (domain,) in inputs_of(declared, tokens.BASE_PATH_MAPPING, "domainName")}
    for domain in sorted({*own, *shared}):
        for each in _mapped(reading, domain):
            leads_here = domain in own or each.get("restApiId") in apis
            if leads_here and (domain, _path(each)) not in known:
                at = f"{each.get('restApiId')}/{each.get('stage')}"
                owner = own.get(domain) or each.get("stage", "")
                yield Stray(f"DomainName {domain}", f"mappings.{_path(each) or '/'}", at, owner)


def _certificate(reading: Reading, inputs: Inputs) -> Found | None:
    """Of those with the name the one with our tags: operators may have others."""
    for each in reading.listed("acm", "list_certificates", "CertificateSummaryList"):
        if each["DomainName"] != inputs["domainName"]:
            continue
        arn = each["CertificateArn"]
        listed = reading.ask("acm", "list_tags_for_certificate", CertificateArn=arn) or {}
        own, there = tags(listed.get("Tags"), inputs), _described(reading, arn)
        if there is None or own.get("stack") != inputs["tags"]["stack"]:
            continue
        asked = there.get("DomainValidationOptions") or []
        found = {
            "domainName": there["DomainName"],
            "keyAlgorithm": there.get("KeyAlgorithm", "").replace("-", "_"),
            "validationMethod": one(sorted({each["ValidationMethod"] for each in asked})),
            "tags": own,
        }
        records = [
            {"domainName": each["DomainName"]}
            | {f"resourceRecord{name}": value for name, value in each.get("ResourceRecord", {}).items()}
            for each in asked
        ]
        return Found(arn, found, {"arn": arn, "domainValidationOptions": records})
    return None


def _validation(reading: Reading, inputs: Inputs) -> Found | None:
    """There once the certificate is issued, and as long as it is."""
    arn = inputs["certificateArn"]
    there = _described(reading, arn)
    if there is None or there.get("Status") != "ISSUED":
        return None
    asked = [each.get("ResourceRecord", {}) for each in there.get("DomainValidationOptions") or []]
    records = [each.get("Name", "").rstrip(".") for each in asked]
    return Found(arn, {"certificateArn": arn, "validationRecordFqdns": records})


def _described(reading: Reading, arn: str) -> Answer | None:
    return (reading.ask("acm", "describe_certificate", CertificateArn=arn) or {}).get("Certificate")


def _record(reading: Reading, inputs: Inputs) -> Found | None:
    name, kind, zone = inputs["name"].rstrip("."), inputs["type"], inputs["zoneId"]
    answer = reading.ask(
        "route53",
        "list_resource_record_sets",
        HostedZoneId=zone,
        StartRecordName=name,
        StartRecordType=kind,
        MaxItems="1",
    )
    for each in (answer or {}).get("ResourceRecordSets", []):
        if (each["Name"].rstrip("."), each["Type"]) == (name, kind):
            found = {"zoneId": zone, "name": inputs["name"], "type": kind, "ttl": each.get("TTL")}
            if values := each.get("ResourceRecords"):
                found["records"] = [value["Value"] for value in values]
            if led := each.get("AliasTarget"):
                target = {"name": led["DNSName"].rstrip("."), "zoneId": led["HostedZoneId"]}
                found["aliases"] = [{**target, "evaluateTargetHealth": led["EvaluateTargetHealth"]}]
            return Found(f"{zone}_{name}_{kind}", found, {"fqdn": name})
    return None


READERS = {
    tokens.CERTIFICATE: Reader(_certificate),
    tokens.CERTIFICATE_VALIDATION: Reader(_validation),
    tokens.RECORD: Reader(
        _record, unread={"allowOverwrite": "it says how to make the record, and is forgotten then"}
    ),
    tokens.DOMAIN_NAME: Reader(_domain),
    tokens.BASE_PATH_MAPPING: Reader(_mapping, beyond=_mappings_beside),
}
