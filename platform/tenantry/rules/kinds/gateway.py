"""API Gateway: the API, its stages, and who may call them."""

from tenantry.rules.kinds.identity import ROLE
from tenantry.rules.kinds.kind import Calls, Kind
from tenantry.rules.kinds.watching import LOG_GROUP
from tenantry.rules.rights.identity import PASSED, TRACING
from tenantry.rules.rights.running import GATEWAY

ACCOUNT = "aws:apigateway/account:Account"
API_KEY = "aws:apigateway/apiKey:ApiKey"
DEPLOYMENT = "aws:apigateway/deployment:Deployment"
METHOD_SETTINGS = "aws:apigateway/methodSettings:MethodSettings"
REST_API = "aws:apigateway/restApi:RestApi"
STAGE = "aws:apigateway/stage:Stage"
USAGE_PLAN = "aws:apigateway/usagePlan:UsagePlan"
USAGE_PLAN_KEY = "aws:apigateway/usagePlanKey:UsagePlanKey"

KINDS: tuple[Kind, ...] = (
    Kind(
        token=REST_API,
        calls=Calls.of("apigateway", "CreateRestApi PutRestApi", "PutRestApi TagResource", "DeleteRestApi"),
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
        token=DEPLOYMENT,
        calls=Calls.of("apigateway", "CreateDeployment", "UpdateDeployment", "DeleteDeployment"),
        rights=(GATEWAY,),
        taggable=False,
        references={"restApi": REST_API},
        settings=("description", "triggers"),
        unused={"triggers": "their change replaces the deployment, which is all that they are for"},
    ),
    Kind(
        token=STAGE,
        calls=Calls.of(
            "apigateway", "CreateStage UpdateStage", "GetStage UpdateStage TagResource", "DeleteStage"
        ),
        rights=(GATEWAY, TRACING),
        name="stageName",
        judged=("variables",),
        references={
            "accessLogSettings.destinationArn": LOG_GROUP,
            "deployment": DEPLOYMENT,
            "restApi": REST_API,
        },
        settings=("accessLogSettings.format", "description", "xrayTracingEnabled"),
        computed={"invokeUrl": "https://api.example/{name}"},
    ),
    Kind(
        token=METHOD_SETTINGS,
        calls=Calls.of("apigateway", "UpdateStage", "UpdateStage", "UpdateStage"),
        rights=(GATEWAY,),
        name="methodPath",
        unique=False,
        taggable=False,
        references={"restApi": REST_API, "stageName": STAGE},
        settings=(
            "settings.dataTraceEnabled",
            "settings.loggingLevel",
            "settings.metricsEnabled",
            "settings.throttlingBurstLimit",
            "settings.throttlingRateLimit",
        ),
    ),
    Kind(
        token=API_KEY,
        calls=Calls.of("apigateway", "CreateApiKey", "UpdateApiKey TagResource", "DeleteApiKey"),
        rights=(GATEWAY,),
        name="name",
        unique=False,
        settings=("description", "enabled"),
        judged=("value",),  # a stack's file may give it, and the program never: so nothing is expected
        computed={"value": "key-value-of-{name}"},
        secret_outputs=("value",),
    ),
    Kind(
        token=USAGE_PLAN,
        # A plan goes only when no stage is in it.
        calls=Calls.of(
            "apigateway",
            "CreateUsagePlan",
            "GetUsagePlan UpdateUsagePlan TagResource",
            "GetUsagePlan UpdateUsagePlan DeleteUsagePlan",
        ),
        rights=(GATEWAY,),
        name="name",
        unique=False,
        references={"apiStages.apiId": REST_API, "apiStages.stage": STAGE},
        settings=(
            "description",
            "quotaSettings.limit",
            "quotaSettings.period",
            "throttleSettings.burstLimit",
            "throttleSettings.rateLimit",
        ),
    ),
    Kind(
        token=USAGE_PLAN_KEY,
        calls=Calls.of("apigateway", "CreateUsagePlanKey", "", "DeleteUsagePlanKey"),
        rights=(GATEWAY,),
        taggable=False,
        references={"keyId": API_KEY, "usagePlanId": USAGE_PLAN},
        settings=("keyType",),
        secret_outputs=("value",),
    ),
    Kind(
        token=ACCOUNT,
        calls=Calls.of("apigateway", "UpdateAccount", "UpdateAccount"),
        rights=(GATEWAY, PASSED),
        taggable=False,
        references={"cloudwatchRoleArn": ROLE},
    ),
)
