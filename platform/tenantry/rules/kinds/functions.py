"""Lambda: functions, their layer, and what invokes them."""

from tenantry.rules.arns import Arns
from tenantry.rules.kinds import tokens
from tenantry.rules.kinds.kind import Kind
from tenantry.rules.rights.identity import PASSED
from tenantry.rules.rights.running import FUNCTIONS, LAYERS, MAPPINGS, RULES, TAGGED_MAPPINGS
from tenantry.rules.rights.storage import OBJECTS

KINDS = (
    Kind(
        token=tokens.FUNCTION,
        rights=(FUNCTIONS, LAYERS, OBJECTS, PASSED),
        name="name",
        arn=Arns.function,
        judged=("environment.variables",),
        references={
            "layers": tokens.LAYER_VERSION,
            "role": tokens.ROLE,
            "s3Bucket": tokens.BUCKET,
            "s3Key": tokens.BUCKET_OBJECT,
        },
        settings=(
            "architectures",
            "handler",
            "memorySize",
            "reservedConcurrentExecutions",
            "runtime",
            "timeout",
            "tracingConfig.mode",
        ),
        target="functions",
    ),
    Kind(
        token=tokens.PERMISSION,
        rights=(FUNCTIONS,),
        name="statementId",
        taggable=False,
        judged=("action", "principal", "sourceArn"),
        references={"function": tokens.FUNCTION},
    ),
    Kind(
        token=tokens.EVENT_SOURCE_MAPPING,
        rights=(MAPPINGS, TAGGED_MAPPINGS),
        references={"eventSourceArn": tokens.QUEUE, "functionName": tokens.FUNCTION},
        settings=("batchSize", "functionResponseTypes", "scalingConfig.maximumConcurrency"),
    ),
    Kind(
        token=tokens.EVENT_RULE,
        rights=(RULES,),
        name="name",
        arn=Arns.rule,
        settings=("description", "scheduleExpression", "state"),
    ),
    Kind(
        token=tokens.EVENT_TARGET,
        rights=(RULES,),
        taggable=False,
        references={"arn": tokens.FUNCTION, "rule": tokens.EVENT_RULE},
        settings=(
            "inputTransformer.inputPaths",
            "inputTransformer.inputTemplate",
            "retryPolicy.maximumEventAgeInSeconds",
            "retryPolicy.maximumRetryAttempts",
            "targetId",
        ),
    ),
    Kind(
        token=tokens.EVENT_INVOKE_CONFIG,
        rights=(FUNCTIONS,),
        taggable=False,
        references={"functionName": tokens.FUNCTION},
        settings=("maximumEventAgeInSeconds", "maximumRetryAttempts"),
    ),
    Kind(
        token=tokens.LAYER_VERSION,
        rights=(LAYERS, OBJECTS),
        name="layerName",
        unique=False,
        taggable=False,
        references={"s3Bucket": tokens.BUCKET, "s3Key": tokens.BUCKET_OBJECT},
        settings=("compatibleArchitectures", "compatibleRuntimes", "description"),
    ),
)
