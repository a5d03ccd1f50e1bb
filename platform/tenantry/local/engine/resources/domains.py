"""Domains and what they lead to, which the emulator makes anew to change; certificates and records."""

from typing import Any

from tenantry.local.engine.resources.maker import (
    Clients,
    Existing,
    Inputs,
    Made,
    MadeKind,
    goes_with_its_owner,
    put,
    tag_list,
)
from tenantry.rules.kinds import tokens

WHOLE = "(none)"  # as API Gateway spells the base path that is all of a domain


def _make_domain(clients: Clients, inputs: Inputs) -> Made:
    made = clients("apigateway").create_domain_name(
        domainName=inputs["domainName"],
        regionalCertificateArn=inputs["regionalCertificateArn"],
        endpointConfiguration={
            "types": [inputs["endpointConfiguration"]["types"]],
            "ipAddressType": inputs["endpointConfiguration"]["ipAddressType"],
        },
        securityPolicy=inputs["securityPolicy"],
        tags=inputs["tags"],
    )
    target = {
        "regionalDomainName": made["regionalDomainName"],
        "regionalZoneId": made["regionalHostedZoneId"],
    }
    return Made(inputs["domainName"], target)


def _update_domain(clients: Clients, existing: Existing, inputs: Inputs) -> Made:
    """The emulator drops a domain's mappings when it is made anew."""
    gateway = clients("apigateway")
    mapped = gateway.get_base_path_mappings(domainName=existing.id).get("items", [])
    made = _make_domain(clients, inputs)
    for each in mapped:
        gateway.create_base_path_mapping(domainName=existing.id, **each)
    return made


def _remove_domain(clients: Clients, existing: Existing) -> None:
    clients("apigateway").delete_domain_name(domainName=existing.id)


def _put_mapping(clients: Clients, inputs: Inputs) -> Made:
    domain, path = inputs["domainName"], inputs.get("basePath") or WHOLE
    clients("apigateway").create_base_path_mapping(
        domainName=domain, basePath=path, restApiId=inputs["restApi"], stage=inputs["stageName"]
    )
    return Made(f"{domain}/{inputs.get('basePath') or ''}", {})


def _remove_mapping(clients: Clients, existing: Existing) -> None:
    clients("apigateway").delete_base_path_mapping(
        domainName=existing.inputs["domainName"], basePath=existing.inputs.get("basePath") or WHOLE
    )


def _make_certificate(clients: Clients, inputs: Inputs) -> Made:
    made = clients("acm").request_certificate(
        DomainName=inputs["domainName"],
        ValidationMethod=inputs["validationMethod"],
        KeyAlgorithm=inputs["keyAlgorithm"],
        Tags=tag_list(inputs),
    )
    return _made_certificate(clients, made["CertificateArn"])


def _made_certificate(clients: Clients, arn: str) -> Made:
    """The emulator issues it at once, whatever its zone says."""
    there = clients("acm").describe_certificate(CertificateArn=arn)["Certificate"]
    asked = [
        {"domainName": each["DomainName"]}
        | {f"resourceRecord{name}": value for name, value in each["ResourceRecord"].items()}
        for each in there["DomainValidationOptions"]
    ]
    return Made(arn, {"arn": arn, "domainValidationOptions": asked})


def _find_certificate(clients: Clients, inputs: Inputs) -> Made | None:
    acm = clients("acm")
    for page in acm.get_paginator("list_certificates").paginate():
        for each in page["CertificateSummaryList"]:
            arn = each["CertificateArn"]
            if each["DomainName"] != inputs["domainName"]:
                continue
            if acm.list_tags_for_certificate(CertificateArn=arn)["Tags"] == tag_list(inputs):
                return _made_certificate(clients, arn)
    return None


def _tag_certificate(clients: Clients, existing: Existing, inputs: Inputs) -> Made:
    clients("acm").add_tags_to_certificate(CertificateArn=existing.id, Tags=tag_list(inputs))
    return Made(existing.id, existing.outputs)


def _remove_certificate(clients: Clients, existing: Existing) -> None:
    clients("acm").delete_certificate(CertificateArn=existing.id)


def _await_certificate(clients: Clients, inputs: Inputs) -> Made:
    """The provider waits here until it is issued."""
    arn, there = inputs["certificateArn"], inputs["validationRecordFqdns"]
    certificate = clients("acm").describe_certificate(CertificateArn=arn)["Certificate"]
    asked = {each["ResourceRecord"]["Name"].rstrip(".") for each in certificate["DomainValidationOptions"]}
    if certificate["Status"] != "ISSUED" or asked != {each.rstrip(".") for each in there}:
        raise LookupError(f"{arn} is {certificate['Status']}, and is validated by {', '.join(sorted(asked))}")
    return Made(arn, {})


def _record(inputs: Inputs) -> dict[str, Any]:
    record = {"Name": inputs["name"], "Type": inputs["type"]}
    if "aliases" not in inputs:
        values = [{"Value": each} for each in inputs["records"]]
        return {**record, "TTL": int(inputs["ttl"]), "ResourceRecords": values}
    [led] = inputs["aliases"]
    target = {"DNSName": led["name"], "HostedZoneId": led["zoneId"]}
    return {**record, "AliasTarget": {**target, "EvaluateTargetHealth": led["evaluateTargetHealth"]}}


def _changed(clients: Clients, action: str, inputs: Inputs) -> Made:
    change = {"Action": action, "ResourceRecordSet": _record(inputs)}
    zone = inputs["zoneId"]
    clients("route53").change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": [change]})
    return _made_record(inputs)


def _made_record(inputs: Inputs) -> Made:
    name = inputs["name"].rstrip(".")
    return Made(f"{inputs['zoneId']}_{name}_{inputs['type']}", {"fqdn": name})


def _make_record(clients: Clients, inputs: Inputs) -> Made:
    return _changed(clients, "UPSERT" if inputs.get("allowOverwrite") else "CREATE", inputs)


def _update_record(clients: Clients, _existing: Existing, inputs: Inputs) -> Made:
    """What is there is ours, whatever is to become of another's."""
    inputs.get("allowOverwrite")
    return _changed(clients, "UPSERT", inputs)


def _remove_record(clients: Clients, existing: Existing) -> None:
    _changed(clients, "DELETE", existing.inputs)


def _find_record(clients: Clients, inputs: Inputs) -> Made | None:
    made = _made_record(inputs)
    pages = clients("route53").get_paginator("list_resource_record_sets")
    for page in pages.paginate(HostedZoneId=inputs["zoneId"]):
        for each in page["ResourceRecordSets"]:
            if (each["Name"].rstrip("."), each["Type"]) == (made.outputs["fqdn"], inputs["type"]):
                return made
    return None


MAKERS = {
    tokens.CERTIFICATE: MadeKind(
        _make_certificate,
        _remove_certificate,
        _tag_certificate,
        _find_certificate,
        frozenset({"domainName", "keyAlgorithm", "validationMethod"}),
    ),
    tokens.CERTIFICATE_VALIDATION: MadeKind(_await_certificate, goes_with_its_owner),
    tokens.RECORD: MadeKind(
        _make_record, _remove_record, _update_record, _find_record, frozenset({"name", "type", "zoneId"})
    ),
    tokens.DOMAIN_NAME: MadeKind(
        _make_domain, _remove_domain, _update_domain, fixed=frozenset({"domainName"})
    ),
    tokens.BASE_PATH_MAPPING: put(_put_mapping, _remove_mapping, "domainName", "basePath"),
}
