"""API Gateway, Lambda and EventBridge: what serves calls and runs by the clock."""

from tenantry.rules.rights.shape import TAGGING, TAGS_READ, Condition, Place, Right, named


def _gateway(place: Place) -> list[str]:
    """By id alone: API Gateway's own resources bear no names of ours."""
    kinds = ("account", "apikeys", "domainnames", "restapis", "tags", "usageplans")
    return [place.arns.gateway(f"/{kind}*") for kind in kinds]


def _of_own_functions(place: Place) -> Condition:
    function = place.arns.function(place.names.function("*", "*"))
    return {"ArnLike": {"lambda:FunctionArn": function}}


GATEWAY = Right("Gateway", "apigateway", "DELETE PATCH POST PUT", "GET", _gateway)
FUNCTIONS = Right(
    "Functions",
    "lambda",
    "AddPermission CreateFunction DeleteFunction DeleteFunctionConcurrency DeleteFunctionEventInvokeConfig "
    "PutFunctionConcurrency PutFunctionEventInvokeConfig RemovePermission UpdateFunctionCode "
    f"UpdateFunctionConfiguration UpdateFunctionEventInvokeConfig {TAGGING}",
    "GetFunction GetFunctionCodeSigningConfig GetFunctionConcurrency GetFunctionConfiguration "
    "GetFunctionEventInvokeConfig GetPolicy ListTags ListVersionsByFunction",
    named(lambda arns, names: [arns.function(names.function("*", "*"))]),
)
LAYERS = Right(
    "Layers",
    "lambda",
    "DeleteLayerVersion PublishLayerVersion",
    "GetLayerVersion",
    named(
        lambda arns, names: [
            arns.layer(names.layer),
            arns.layer(f"{names.layer}:*"),
            arns.layer(names.group_layer("*")),
        ]
    ),
)
MAPPINGS = Right(
    "Mappings",
    "lambda",
    "CreateEventSourceMapping DeleteEventSourceMapping UpdateEventSourceMapping",
    "GetEventSourceMapping",
    condition=_of_own_functions,
)
TAGGED_MAPPINGS = Right(
    "TagMappings", "lambda", TAGGING, "ListTags", named(lambda arns, _: [arns.mapping("*")])
)
RULES = Right(
    "Rules",
    "events",
    f"DeleteRule DisableRule EnableRule PutRule PutTargets RemoveTargets {TAGGING}",
    f"DescribeRule ListTargetsByRule {TAGS_READ}",
    named(lambda arns, names: [arns.rule(names.schedule("*", "*"))]),
)
