"""Rules that run by the clock, what they run, and how often a run that fails is repeated."""

from tenantry.local.engine.resources.maker import Clients, Existing, Inputs, Made, put, tag_list
from tenantry.rules.kinds import tokens


def _put_rule(clients: Clients, inputs: Inputs) -> Made:
    made = clients("events").put_rule(
        Name=inputs["name"],
        Description=inputs["description"],
        ScheduleExpression=inputs["scheduleExpression"],
        State=inputs["state"],
        Tags=tag_list(inputs),
    )
    return Made(inputs["name"], {"arn": made["RuleArn"]})


def _remove_rule(clients: Clients, existing: Existing) -> None:
    clients("events").delete_rule(Name=existing.id)


RULE = put(_put_rule, _remove_rule, "name")


def _put_target(clients: Clients, inputs: Inputs) -> Made:
    transformer, retries = inputs["inputTransformer"], inputs["retryPolicy"]
    target = {
        "Id": inputs["targetId"],
        "Arn": inputs["arn"],
        "InputTransformer": {
            "InputPathsMap": dict(transformer["inputPaths"].items()),
            "InputTemplate": transformer["inputTemplate"],
        },
        "RetryPolicy": {
            "MaximumEventAgeInSeconds": int(retries["maximumEventAgeInSeconds"]),
            "MaximumRetryAttempts": int(retries["maximumRetryAttempts"]),
        },
    }
    clients("events").put_targets(Rule=inputs["rule"], Targets=[target])
    return Made(f"{inputs['rule']}-{inputs['targetId']}", {})


def _remove_target(clients: Clients, existing: Existing) -> None:
    clients("events").remove_targets(Rule=existing.inputs["rule"], Ids=[existing.inputs["targetId"]])


TARGET = put(_put_target, _remove_target, "rule", "targetId")


def _put_retries(clients: Clients, inputs: Inputs) -> Made:
    clients("lambda").put_function_event_invoke_config(
        FunctionName=inputs["functionName"],
        MaximumEventAgeInSeconds=int(inputs["maximumEventAgeInSeconds"]),
        MaximumRetryAttempts=int(inputs["maximumRetryAttempts"]),
    )
    return Made(inputs["functionName"], {})


def _remove_retries(clients: Clients, existing: Existing) -> None:
    clients("lambda").delete_function_event_invoke_config(FunctionName=existing.id)


RETRIES = put(_put_retries, _remove_retries, "functionName")

MAKERS = {
    tokens.EVENT_INVOKE_CONFIG: RETRIES,
    tokens.EVENT_RULE: RULE,
    tokens.EVENT_TARGET: TARGET,
}
