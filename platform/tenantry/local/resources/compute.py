"""Lambda functions, their layer and their permissions."""

from tenantry.local.resources.maker import Clients, Inputs, Made, given


def layer_version(clients: Clients, inputs: Inputs) -> Made:
    made = clients("lambda").publish_layer_version(
        LayerName=inputs["layerName"],
        Description=inputs["description"],
        Content={"S3Bucket": inputs["s3Bucket"], "S3Key": inputs["s3Key"]},
        CompatibleRuntimes=inputs["compatibleRuntimes"],
        CompatibleArchitectures=inputs["compatibleArchitectures"],
    )
    arn = made["LayerVersionArn"]
    return Made(arn, {"arn": arn})


def function(clients: Clients, inputs: Inputs) -> Made:
    made = clients("lambda").create_function(
        FunctionName=inputs["name"],
        Role=inputs["role"],
        Runtime=inputs["runtime"],
        Architectures=inputs["architectures"],
        Handler=inputs["handler"],
        Code={"S3Bucket": inputs["s3Bucket"], "S3Key": inputs["s3Key"]},
        Layers=inputs["layers"],
        MemorySize=int(inputs["memorySize"]),
        Timeout=int(inputs["timeout"]),
        Environment={"Variables": inputs["environment"]["variables"]},
        TracingConfig={"Mode": inputs["tracingConfig"]["mode"]},
        Tags=inputs["tags"],
    )
    reserved = inputs.get("reservedConcurrentExecutions")
    if reserved is not None:
        clients("lambda").put_function_concurrency(
            FunctionName=inputs["name"], ReservedConcurrentExecutions=int(reserved)
        )
    return Made(inputs["name"], {"arn": made["FunctionArn"]})


def permission(clients: Clients, inputs: Inputs) -> Made:
    clients("lambda").add_permission(
        **given(
            FunctionName=inputs["function"],
            StatementId=inputs["statementId"],
            Action=inputs["action"],
            Principal=inputs["principal"],
            SourceArn=inputs.get("sourceArn"),
        )
    )
    return Made(inputs["statementId"], {})
