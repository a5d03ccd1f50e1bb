"""API Gateway's domains with what maps them, ACM's certificates and Route 53's records."""

from tenantry.rules.arns import Arns
from tenantry.rules.kinds.gateway import REST_API, STAGE
from tenantry.rules.kinds.kind import Calls, Kind
from tenantry.rules.rights.domains import CERTIFICATES, MAKE_CERTIFICATES, RECORDS, ZONES
from tenantry.rules.rights.identity import TRACING
from tenantry.rules.rights.running import GATEWAY

BASE_PATH_MAPPING = "aws:apigateway/basePathMapping:BasePathMapping"
CERTIFICATE = "aws:acm/certificate:Certificate"
CERTIFICATE_VALIDATION = "aws:acm/certificateValidation:CertificateValidation"
DOMAIN_NAME = "aws:apigateway/domainName:DomainName"
RECORD = "aws:route53/record:Record"


def _certificate(arns: Arns, identifier: str) -> str:
    return arns.certificate(identifier)


KINDS: tuple[Kind, ...] = (
    Kind(
        token=DOMAIN_NAME,
        calls=Calls.of("apigateway", "CreateDomainName", "UpdateDomainName TagResource", "DeleteDomainName"),
        rights=(GATEWAY, TRACING),  # an account's first domain makes the role that traces, too
        name="domainName",
        judged=("regionalCertificateArn", "securityPolicy"),
        settings=("endpointConfiguration.ipAddressType", "endpointConfiguration.types"),
        computed={
            "regionalDomainName": "d-{name}.execute-api.example",
            "regionalZoneId": "zone-of-d-{name}",
        },
        secret_outputs=("certificatePrivateKey",),  # the provider's; never given, so never there
    ),
    Kind(
        token=BASE_PATH_MAPPING,
        calls=Calls.of(
            "apigateway", "CreateBasePathMapping", "UpdateBasePathMapping", "DeleteBasePathMapping"
        ),
        rights=(GATEWAY,),
        taggable=False,
        judged=("basePath", "domainName"),
        references={"restApi": REST_API, "stageName": STAGE},
    ),
    Kind(
        token=CERTIFICATE,
        calls=Calls.of("acm", "RequestCertificate", "AddTagsToCertificate", "DeleteCertificate"),
        rights=(MAKE_CERTIFICATES, CERTIFICATES),
        arn=_certificate,
        judged=("domainName",),
        settings=("keyAlgorithm", "validationMethod"),
        computed={
            "domainValidationOptions": [
                {
                    "domainName": "{inputs[domainName]}",
                    "resourceRecordName": "_{name}.{inputs[domainName]}",
                    "resourceRecordType": "CNAME",
                    "resourceRecordValue": "_{name}.acm-validations.example",
                }
            ]
        },
        secret_outputs=("privateKey", "privateKeyWo"),  # as a domain's
    ),
    Kind(
        token=CERTIFICATE_VALIDATION,
        calls=Calls.of("acm", "DescribeCertificate"),
        rights=(CERTIFICATES,),
        taggable=False,
        judged=("validationRecordFqdns",),
        references={"certificateArn": CERTIFICATE},
    ),
    Kind(
        token=RECORD,
        calls=Calls.of(
            "route53", "ChangeResourceRecordSets", "ChangeResourceRecordSets", "ChangeResourceRecordSets"
        ),
        rights=(RECORDS, ZONES),
        taggable=False,
        judged=("aliases.name", "aliases.zoneId", "name", "records", "type", "zoneId"),
        settings=("aliases.evaluateTargetHealth", "allowOverwrite", "ttl"),
        computed={"fqdn": "{inputs[name]}"},
    ),
)
