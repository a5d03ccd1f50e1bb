"""Declare domains, and where on them a tenant's stage answers: addresses that outlive the cell."""

import pulumi
import pulumi_aws as aws

from tenantry.config.domains import CellDomain, Domain
from tenantry.rules.domains import KEY_ALGORITHM, TLS_POLICY, VALIDATION_TTL

Tags = dict[str, str]


def domain_name(
    logical: str, domain: Domain | CellDomain, tags: Tags, parent: pulumi.Resource
) -> aws.apigateway.DomainName:
    """With the certificate that is given, or one that is made; where a zone is given, with its records in it.

    What a domain needs goes after it: its records lead nowhere, and ACM deletes no certificate in use.
    """
    below, zone = pulumi.ResourceOptions(parent=parent), domain.zone
    made = aws.apigateway.DomainName(
        logical,
        domain_name=domain.name,
        regional_certificate_arn=domain.certificate or _certificate(logical, domain, tags, below),
        endpoint_configuration={"types": "REGIONAL", "ip_address_type": "dualstack"},
        security_policy=TLS_POLICY,
        tags=tags,
        opts=below,
    )
    for kind in ("A", "AAAA") if zone else ():
        # Never over a record that is there: it is somebody's, and clients follow it.
        aws.route53.Record(
            f"{logical}.{kind.lower()}",
            zone_id=zone,
            name=domain.name,
            type=kind,
            aliases=[
                {
                    "name": made.regional_domain_name,
                    "zone_id": made.regional_zone_id,
                    "evaluate_target_health": False,
                }
            ],
            opts=below,
        )
    return made


def _certificate(
    logical: str, domain: Domain | CellDomain, tags: Tags, below: pulumi.ResourceOptions
) -> pulumi.Output[str]:
    """The ARN of one that ACM has issued, once the record is there by which it validates the domain.

    It has one name, hence one record to be validated by: how many is known before ACM has said which.
    """
    made = aws.acm.Certificate(
        logical,
        domain_name=domain.name,
        validation_method="DNS",
        key_algorithm=KEY_ALGORITHM,
        tags=tags,
        opts=below,
    )
    proof = made.domain_validation_options[0]
    # ACM asks for the same record for each certificate of an account for one name, the next one's and other
    # Regions' too, so what is there already is the same.
    record = aws.route53.Record(
        f"{logical}.validation",
        zone_id=domain.zone or "",
        name=proof.resource_record_name,
        type="CNAME",
        records=[proof.resource_record_value],
        ttl=VALIDATION_TTL,
        allow_overwrite=True,
        opts=below,
    )
    return aws.acm.CertificateValidation(
        logical, certificate_arn=made.arn, validation_record_fqdns=[record.fqdn], opts=below
    ).certificate_arn


def mapping(
    logical: str,
    domain: pulumi.Input[str],
    base_path: str | None,
    api: pulumi.Input[str],
    stage: pulumi.Input[str],
    parent: pulumi.Resource,
) -> None:
    """Lead `domain` below `base_path`, or all of it, to the stage.

    `stage` is an output of the stage's, so the mapping goes before it: API Gateway deletes no API that a
    mapping leads to.
    """
    aws.apigateway.BasePathMapping(
        logical,
        domain_name=domain,
        base_path=base_path,
        rest_api=api,
        stage_name=stage,
        opts=pulumi.ResourceOptions(parent=parent),
    )
