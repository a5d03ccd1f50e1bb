"""Spell every type token, once; nothing else does.

A token is `<provider>:<module>/<type>:<Type>`, as the provider names what it makes.
"""

TENANT, CELL = "tenantry:index:Tenant", "tenantry:index:Cell"
COMPONENTS = "tenantry:index:"  # what they begin with; a component is made of resources, and is none itself
STACK = "pulumi:pulumi:Stack"

ACCOUNT = "aws:apigateway/account:Account"
API_KEY = "aws:apigateway/apiKey:ApiKey"
BASE_PATH_MAPPING = "aws:apigateway/basePathMapping:BasePathMapping"
DEPLOYMENT = "aws:apigateway/deployment:Deployment"
DOMAIN_NAME = "aws:apigateway/domainName:DomainName"
METHOD_SETTINGS = "aws:apigateway/methodSettings:MethodSettings"
REST_API = "aws:apigateway/restApi:RestApi"
STAGE = "aws:apigateway/stage:Stage"
USAGE_PLAN = "aws:apigateway/usagePlan:UsagePlan"
USAGE_PLAN_KEY = "aws:apigateway/usagePlanKey:UsagePlanKey"

EVENT_SOURCE_MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
EVENT_INVOKE_CONFIG = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"
EVENT_RULE = "aws:cloudwatch/eventRule:EventRule"
EVENT_TARGET = "aws:cloudwatch/eventTarget:EventTarget"
FUNCTION = "aws:lambda/function:Function"
LAYER_VERSION = "aws:lambda/layerVersion:LayerVersion"
PERMISSION = "aws:lambda/permission:Permission"

ALIAS = "aws:kms/alias:Alias"
KEY = "aws:kms/key:Key"
KEY_POLICY = "aws:kms/keyPolicy:KeyPolicy"
POLICY = "aws:iam/policy:Policy"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
ROLE_POLICY_ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
PRIVATE_KEY = "tls:index/privateKey:PrivateKey"
RANDOM_ID = "random:index/randomId:RandomId"
RANDOM_BYTES = "random:index/randomBytes:RandomBytes"

BUCKET = "aws:s3/bucket:Bucket"
BUCKET_OBJECT = "aws:s3/bucketObjectv2:BucketObjectv2"
BUCKET_PUBLIC_ACCESS_BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
QUEUE = "aws:sqs/queue:Queue"
SECRET = "aws:secretsmanager/secret:Secret"  # noqa: S105 - a type token
SECRET_VERSION = "aws:secretsmanager/secretVersion:SecretVersion"  # noqa: S105 - a type token
TABLE = "aws:dynamodb/table:Table"

BUDGET = "aws:budgets/budget:Budget"
COMPOSITE_ALARM = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
DASHBOARD = "aws:cloudwatch/dashboard:Dashboard"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
METRIC_ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
QUERY_DEFINITION = "aws:cloudwatch/queryDefinition:QueryDefinition"
TOPIC = "aws:sns/topic:Topic"
TOPIC_POLICY = "aws:sns/topicPolicy:TopicPolicy"
TOPIC_SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"

# Ways in that the contract does not state; the program opens none of them.
OTHER_DOORS = (
    "aws:apigateway/integration:Integration",
    "aws:apigateway/method:Method",
    "aws:apigatewayv2/api:Api",
    "aws:lambda/functionUrl:FunctionUrl",
    "aws:lb/loadBalancer:LoadBalancer",
)
