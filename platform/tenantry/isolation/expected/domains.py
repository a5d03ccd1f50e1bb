"""What a domain is expected to be: its connection, its certificate, and the records that lead to it."""

from collections.abc import Iterator

from tenantry.config.domains import CellDomain, Domain
from tenantry.isolation.expected.expectation import Expected, Place
from tenantry.rules.kinds import tokens


def of_domain(at: Place, logical: str, domain: CellDomain | Domain) -> Iterator[Expected]:
    certificate = domain.certificate
    if domain.zone and not certificate:
        certificate = at.arn(tokens.CERTIFICATE, logical)
        yield from _certificate(at, logical, domain.name, domain.zone)
    yield at.expected(
        tokens.DOMAIN_NAME,
        logical,
        {
            "domainName": domain.name,
            "regionalCertificateArn": certificate,
            "endpointConfiguration": {"types": "REGIONAL", "ipAddressType": "dualstack"},
            "securityPolicy": "TLS_1_2",
            "tags": at.tags,
        },
    )
    if domain.zone:
        target = {
            "name": at.computed(tokens.DOMAIN_NAME, logical, "regionalDomainName"),
            "zoneId": at.computed(tokens.DOMAIN_NAME, logical, "regionalZoneId"),
            "evaluateTargetHealth": False,
        }
        for kind in ("A", "AAAA"):
            inputs = {"zoneId": domain.zone, "name": domain.name, "type": kind, "aliases": [target]}
            yield at.expected(tokens.RECORD, f"{logical}.{kind.lower()}", inputs)


def _certificate(at: Place, logical: str, name: str, zone: str) -> Iterator[Expected]:
    """ACM says by which record it validates a certificate; no other is made for it."""
    yield at.expected(
        tokens.CERTIFICATE,
        logical,
        {"domainName": name, "validationMethod": "DNS", "keyAlgorithm": "RSA_2048", "tags": at.tags},
    )
    [asked] = at.computed(tokens.CERTIFICATE, logical, "domainValidationOptions") or [{}]
    record = asked.get("resourceRecordName", "")
    yield at.expected(
        tokens.RECORD,
        f"{logical}.validation",
        {
            "zoneId": zone,
            "name": record,
            "type": "CNAME",
            "records": [asked.get("resourceRecordValue", "")],
            "ttl": 3600,
            "allowOverwrite": True,
        },
    )
    yield at.expected(
        tokens.CERTIFICATE_VALIDATION,
        logical,
        {"certificateArn": at.arn(tokens.CERTIFICATE, logical), "validationRecordFqdns": [record]},
    )
