"""Declare domains, and where on them a tenant's stage answers: addresses that outlive the cell."""

import pulumi
import pulumi_aws as aws

from tenantry.rules.domains import TLS_POLICY

Tags = dict[str, str]


def domain_name(
    logical: str, domain: str, certificate: str, tags: Tags, parent: pulumi.Resource
) -> aws.apigateway.DomainName:
    return aws.apigateway.DomainName(
        logical,
        domain_name=domain,
        regional_certificate_arn=certificate,
        endpoint_configuration={"types": "REGIONAL"},
        security_policy=TLS_POLICY,
        tags=tags,
        opts=pulumi.ResourceOptions(parent=parent),
    )


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
