"""API Gateway: the API, its stages, and who may call them."""

from tenantry.rules.kinds import tokens
from tenantry.rules.kinds.kind import Kind
from tenantry.rules.rights.identity import PASSED, TRACING
from tenantry.rules.rights.running import GATEWAY

KINDS = (
    Kind(
        token=tokens.REST_API,
        rights=(GATEWAY,),
        name="name",
        unique=False,
        judged=("body",),
        settings=(
            "disableExecuteApiEndpoint",
            "endpointConfiguration.types",
            "failOnWarnings",
            "putRestApiMode",
        ),
    ),
    Kind(
        token=tokens.DEPLOYMENT,
        rights=(GATEWAY,),
        taggable=False,
        references={"restApi": tokens.REST_API},
        settings=("triggers",),
        unused={"triggers": "their change replaces the deployment, which is all that they are for"},
    ),
    Kind(
        token=tokens.STAGE,
        rights=(GATEWAY, TRACING),
        name="stageName",
        judged=("variables",),
        references={
            "accessLogSettings.destinationArn": tokens.LOG_GROUP,
            "deployment": tokens.DEPLOYMENT,
            "restApi": tokens.REST_API,
        },
        settings=("accessLogSettings.format", "xrayTracingEnabled"),
        computed={"invokeUrl": "https://api.example/{name}"},
    ),
    Kind(
        token=tokens.DOMAIN_NAME,
        rights=(GATEWAY, TRACING),  # an account's first domain makes the role that traces, too
        name="domainName",
        judged=("regionalCertificateArn", "securityPolicy"),
        settings=("endpointConfiguration.types",),
        computed={"regionalDomainName": "d-{name}.execute-api.example"},
        secret_outputs=("certificatePrivateKey",),  # the provider's; never given, so never there
    ),
    Kind(
        token=tokens.BASE_PATH_MAPPING,
        rights=(GATEWAY,),
        taggable=False,
        judged=("basePath", "domainName"),
        references={"restApi": tokens.REST_API, "stageName": tokens.STAGE},
    ),
    Kind(
        token=tokens.METHOD_SETTINGS,
        rights=(GATEWAY,),
        name="methodPath",
        unique=False,
        taggable=False,
        references={"restApi": tokens.REST_API, "stageName": tokens.STAGE},
        settings=(
            "settings.dataTraceEnabled",
            "settings.loggingLevel",
            "settings.metricsEnabled",
            "settings.throttlingBurstLimit",
            "settings.throttlingRateLimit",
        ),
    ),
    Kind(
        token=tokens.API_KEY,
        rights=(GATEWAY,),
        name="name",
        unique=False,
        settings=("description", "enabled"),
        judged=("value",),  # a stack's file may give it, and the program never: so nothing is expected
        computed={"value": "key-value-of-{name}"},
        secret_outputs=("value",),
    ),
    Kind(
        token=tokens.USAGE_PLAN,
        rights=(GATEWAY,),
        name="name",
        unique=False,
        references={"apiStages.apiId": tokens.REST_API, "apiStages.stage": tokens.STAGE},
        settings=(
            "description",
            "quotaSettings.limit",
            "quotaSettings.period",
            "throttleSettings.burstLimit",
            "throttleSettings.rateLimit",
        ),
    ),
    Kind(
        token=tokens.USAGE_PLAN_KEY,
        rights=(GATEWAY,),
        taggable=False,
        references={"keyId": tokens.API_KEY, "usagePlanId": tokens.USAGE_PLAN},
        settings=("keyType",),
        secret_outputs=("value",),
    ),
    Kind(
        token=tokens.ACCOUNT,
        rights=(GATEWAY, PASSED),
        taggable=False,
        references={"cloudwatchRoleArn": tokens.ROLE},
    ),
)
