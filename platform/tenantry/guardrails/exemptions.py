"""List every exemption from a rule with its reason; a rule knows no other."""

# Actions that may be granted on `*`.
ON_ANYTHING = {
    "xray:PutTraceSegments": "X-Ray has no resource to name; AWS documents * as the only one",
    "xray:PutTelemetryRecords": "X-Ray has no resource to name; AWS documents * as the only one",
}

# Actions that a boundary, which by itself grants nothing, may name for any resource of a kind.
BOUNDARY_ON_ANYTHING = {
    "kms:Decrypt": "a key has a random id; service, table and secret narrow it in the condition",
}

# Routes that need neither key nor token, and those that need a key alone.
OPEN_ROUTES = {
    "GET /health": "answered by the gateway itself, the same to everybody",
    "OPTIONS *": "a browser sends neither with a preflight; the function answers by the tenant's origins",
}
KEY_ROUTES = {
    "POST /contact": "visitors of a page write it, and have no token",
}

# Services whose roles need no permissions boundary.
UNBOUNDED_SERVICES = {
    "apigateway.amazonaws.com": "the account's logging role holds AWS's own policy; no code runs under it",
}

# Types that AWS, or the provider, cannot tag.
UNTAGGABLE = (
    "aws:apigateway/account:Account",
    "aws:apigateway/deployment:Deployment",
    "aws:apigateway/methodSettings:MethodSettings",
    "aws:apigateway/usagePlanKey:UsagePlanKey",
    "aws:cloudwatch/dashboard:Dashboard",
    "aws:cloudwatch/queryDefinition:QueryDefinition",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "aws:kms/alias:Alias",
    "aws:lambda/layerVersion:LayerVersion",
    "aws:lambda/permission:Permission",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    "aws:secretsmanager/secretVersion:SecretVersion",
    "aws:sns/topicPolicy:TopicPolicy",
    "aws:sns/topicSubscription:TopicSubscription",
)
