"""Lambda: functions, their layer, and what invokes them."""

from tenantry.rules.arns import Arns
from tenantry.rules.kinds.identity import ROLE
from tenantry.rules.kinds.kind import Calls, Kind
from tenantry.rules.kinds.storage import BUCKET, BUCKET_OBJECT, QUEUE
from tenantry.rules.rights.identity import PASSED
from tenantry.rules.rights.running import FUNCTIONS, LAYERS, MAPPINGS, RULES, TAGGED_MAPPINGS
from tenantry.rules.rights.storage import OBJECTS

EVENT_SOURCE_MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
EVENT_INVOKE_CONFIG = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"
EVENT_RULE = "aws:cloudwatch/eventRule:EventRule"
EVENT_TARGET = "aws:cloudwatch/eventTarget:EventTarget"
FUNCTION = "aws:lambda/function:Function"
LAYER_VERSION = "aws:lambda/layerVersion:LayerVersion"
PERMISSION = "aws:lambda/permission:Permission"

KINDS: tuple[Kind, ...] = (
    Kind(
        token=FUNCTION,
        # Concurrency is set, or taken back, by a call of its own.
        calls=Calls.of(
            "lambda",
            "CreateFunction PutFunctionConcurrency",
            "UpdateFunctionCode UpdateFunctionConfiguration PutFunctionConcurrency TagResource",
            "DeleteFunction",
        ),
        rights=(FUNCTIONS, LAYERS, OBJECTS, PASSED),
        name="name",
        arn=Arns.function,
        judged=("environment.variables",),
        references={
            "layers": LAYER_VERSION,
            "role": ROLE,
            "s3Bucket": BUCKET,
            "s3Key": BUCKET_OBJECT,
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
        token=PERMISSION,
        calls=Calls.of("lambda", "AddPermission", "", "RemovePermission"),
        rights=(FUNCTIONS,),
        name="statementId",
        taggable=False,
        judged=("action", "principal", "sourceArn"),
        references={"function": FUNCTION},
    ),
    Kind(
        token=EVENT_SOURCE_MAPPING,
        calls=Calls.of(
            "lambda",
            "CreateEventSourceMapping",
            "UpdateEventSourceMapping TagResource",
            "DeleteEventSourceMapping",
        ),
        rights=(MAPPINGS, TAGGED_MAPPINGS),
        references={"eventSourceArn": QUEUE, "functionName": FUNCTION},
        settings=("batchSize", "functionResponseTypes", "scalingConfig.maximumConcurrency"),
    ),
    Kind(
        token=EVENT_RULE,
        calls=Calls.of("events", "PutRule", "PutRule", "DeleteRule"),
        rights=(RULES,),
        name="name",
        arn=Arns.rule,
        settings=("description", "scheduleExpression", "state"),
    ),
    Kind(
        token=EVENT_TARGET,
        calls=Calls.of("events", "PutTargets", "PutTargets", "RemoveTargets"),
        rights=(RULES,),
        taggable=False,
        references={"arn": FUNCTION, "rule": EVENT_RULE},
        settings=(
            "inputTransformer.inputPaths",
            "inputTransformer.inputTemplate",
            "retryPolicy.maximumEventAgeInSeconds",
            "retryPolicy.maximumRetryAttempts",
            "targetId",
        ),
    ),
    Kind(
        token=EVENT_INVOKE_CONFIG,
        calls=Calls.of(
            "lambda",
            "PutFunctionEventInvokeConfig",
            "PutFunctionEventInvokeConfig",
            "DeleteFunctionEventInvokeConfig",
        ),
        rights=(FUNCTIONS,),
        taggable=False,
        references={"functionName": FUNCTION},
        settings=("maximumEventAgeInSeconds", "maximumRetryAttempts"),
    ),
    Kind(
        token=LAYER_VERSION,
        calls=Calls.of("lambda", "PublishLayerVersion", "", "DeleteLayerVersion"),
        rights=(LAYERS, OBJECTS),
        name="layerName",
        unique=False,
        taggable=False,
        references={"s3Bucket": BUCKET, "s3Key": BUCKET_OBJECT},
        settings=("compatibleArchitectures", "compatibleRuntimes", "description"),
    ),
)
