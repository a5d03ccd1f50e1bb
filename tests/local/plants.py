"""Changes to a cell that stands, each of which somebody with the right to could make by hand.

Each is made when it is called, and answers how to undo it.
"""

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from tenantry.config import Cell
from tenantry.deployment import Deployment
from tenantry.local.clients import Session
from tenantry.local.engine.resources.alarms import COMPOSITE_ALARM, METRIC_ALARM
from tenantry.rules.kinds import tokens
from tenantry.verification.findings import Finding, findings
from tenantry.verification.reader import Deployed
from tenantry.verification.readers import READERS
from tenantry.verification.reading import Reading

ITEMS, SWEEP = "tenantry_demo_acme_items", "tenantry_demo_acme_sweep"
OPEN = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "Open", "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}],
}
GRANT = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}

Undo = Callable[[], object]


@dataclass
class Cloud:
    """The cell as it stands, and how to look at it again."""

    root: Session
    cell: Cell
    made: Deployment
    declared: list[Deployed]
    first: Reading

    def __call__(self, service: str) -> Any:
        return self.root.client(service)

    def of(self, token: str, name: str) -> Deployed:
        """The first; a tenant has two secrets of its name."""
        return next(each for each in self.declared if (each.type, each.name) == (token, name))

    def id(self, token: str, name: str) -> str:
        found = self.of(token, name).found
        assert found is not None
        return found.id

    @property
    def api(self) -> str:
        return self.id(tokens.REST_API, "demo")

    def found(self, token: str) -> list[Finding]:
        """Of one type, as it is now."""
        reading = Reading(self.made.names, self.made.arns, self.root.client, self.first.url, self.first.code)
        reader = READERS[token]
        again = [
            replace(each, found=reader.read(reading, each.inputs)) if each.type == token else each
            for each in self.declared
        ]
        return list(findings(again, reading, [token]))


# --- roles ---


def widened_policy(cloud: Cloud) -> Undo:
    iam, policy = cloud("iam"), {"RoleName": ITEMS, "PolicyName": "own"}
    iam.put_role_policy(**policy, PolicyDocument=json.dumps(GRANT))
    meant = cloud.of(tokens.ROLE_POLICY, "acme.items").inputs["policy"]
    return lambda: iam.put_role_policy(**policy, PolicyDocument=meant)


def more_inline(cloud: Cloud) -> Undo:
    iam, policy = cloud("iam"), {"RoleName": ITEMS, "PolicyName": "more"}
    iam.put_role_policy(**policy, PolicyDocument=json.dumps(GRANT))
    return lambda: iam.delete_role_policy(**policy)


def attached(cloud: Cloud) -> Undo:
    iam, policy = cloud("iam"), cloud.id(tokens.POLICY, "demo")
    iam.attach_role_policy(RoleName=ITEMS, PolicyArn=policy)
    return lambda: iam.detach_role_policy(RoleName=ITEMS, PolicyArn=policy)


def unbounded(cloud: Cloud) -> Undo:
    iam, policy = cloud("iam"), cloud.id(tokens.POLICY, "demo")
    iam.delete_role_permissions_boundary(RoleName=ITEMS)
    return lambda: iam.put_role_permissions_boundary(RoleName=ITEMS, PermissionsBoundary=policy)


def trusted(cloud: Cloud) -> Undo:
    iam, meant = cloud("iam"), cloud.of(tokens.ROLE, "acme.items").inputs["assumeRolePolicy"]
    iam.update_assume_role_policy(RoleName=ITEMS, PolicyDocument=json.dumps(OPEN))
    return lambda: iam.update_assume_role_policy(RoleName=ITEMS, PolicyDocument=meant)


def another_role(cloud: Cloud) -> Undo:
    iam, name = cloud("iam"), "tenantry_demo_acme_more"
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(OPEN))
    return lambda: iam.delete_role(RoleName=name)


def wider_boundary(cloud: Cloud) -> Undo:
    iam, arn = cloud("iam"), cloud.id(tokens.POLICY, "demo")
    meant = cloud.of(tokens.POLICY, "demo").inputs["policy"]
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(GRANT), SetAsDefault=True)
    return lambda: iam.create_policy_version(PolicyArn=arn, PolicyDocument=meant, SetAsDefault=True)


# --- the API ---


def _method(cloud: Cloud, path: str, **changes: str) -> Undo:
    gateway = cloud("apigateway")
    resources = gateway.get_resources(restApiId=cloud.api, limit=500)["items"]
    [at] = [each["id"] for each in resources if each["path"] == path]
    method = {"restApiId": cloud.api, "resourceId": at, "httpMethod": "GET"}
    before = gateway.get_method(**method)

    def patch(values: dict[str, str]) -> None:
        operations = [{"op": "replace", "path": f"/{name}", "value": value} for name, value in values.items()]
        gateway.update_method(**method, patchOperations=operations)

    patch(changes)
    return lambda: patch({name: _patched(before[name]) for name in changes})


def _patched(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def keyless(cloud: Cloud) -> Undo:
    return _method(cloud, "/items/{collection}", apiKeyRequired="false")


def unauthorized(cloud: Cloud) -> Undo:
    return _method(cloud, "/items/{collection}", authorizationType="NONE")


def _authorizer(cloud: Cloud, name: str, value: str) -> Undo:
    gateway = cloud("apigateway")
    [there] = gateway.get_authorizers(restApiId=cloud.api)["items"]

    def patch(to: str) -> None:
        operation = {"op": "replace", "path": f"/{name}", "value": to}
        gateway.update_authorizer(restApiId=cloud.api, authorizerId=there["id"], patchOperations=[operation])

    patch(value)
    return lambda: patch(str(there[name]))


def long_verdicts(cloud: Cloud) -> Undo:
    return _authorizer(cloud, "authorizerResultTtlInSeconds", "3600")


def one_source(cloud: Cloud) -> Undo:
    return _authorizer(cloud, "identitySource", "method.request.header.Authorization")


def open_answers(cloud: Cloud) -> Undo:
    gateway = cloud("apigateway")
    at = {"restApiId": cloud.api, "responseType": "UNAUTHORIZED"}
    there = gateway.get_gateway_response(**at)
    kept = {name: there[name] for name in ("statusCode", "responseParameters", "responseTemplates")}
    more = {"gatewayresponse.header.Access-Control-Allow-Credentials": "'true'"}
    changed = {**kept, "responseParameters": {**kept["responseParameters"], **more}}
    gateway.put_gateway_response(**at, **changed)
    return lambda: gateway.put_gateway_response(**at, **kept)


def uncompressed(cloud: Cloud) -> Undo:
    gateway = cloud("apigateway")

    def patch(value: str) -> None:
        operation = {"op": "replace", "path": "/minimumCompressionSize", "value": value}
        gateway.update_rest_api(restApiId=cloud.api, patchOperations=[operation])

    patch("10485760")
    return lambda: patch("1024")


def another_method(cloud: Cloud) -> Undo:
    gateway = cloud("apigateway")
    resources = gateway.get_resources(restApiId=cloud.api, limit=500)["items"]
    [at] = [each["id"] for each in resources if each["path"] == "/items/{collection}"]
    method = {"restApiId": cloud.api, "resourceId": at, "httpMethod": "PATCH"}
    gateway.put_method(**method, authorizationType="NONE")
    return lambda: gateway.delete_method(**method)


def snapshot(cloud: Cloud) -> Undo:
    """Stages serve a deployment; the API itself is as it was."""
    gateway, undo = cloud("apigateway"), keyless(cloud)
    contract = cloud.of(tokens.DEPLOYMENT, "demo").inputs["description"]
    made = gateway.create_deployment(restApiId=cloud.api, description=contract)["id"]
    undo()
    return lambda: gateway.delete_deployment(restApiId=cloud.api, deploymentId=made)


# --- stages and plans ---


def _stage(cloud: Cloud, path: str, value: str, before: str) -> Undo:
    gateway = cloud("apigateway")

    def patch(to: str) -> None:
        operation = {"op": "replace", "path": path, "value": to}
        gateway.update_stage(restApiId=cloud.api, stageName="acme", patchOperations=[operation])

    patch(value)
    return lambda: patch(before)


def swapped_variable(cloud: Cloud) -> Undo:
    return _stage(cloud, "/variables/items_function", "tenantry_demo_globex_items", ITEMS)


def untraced(cloud: Cloud) -> Undo:
    return _stage(cloud, "/tracingEnabled", "false", "true")


def data_trace(cloud: Cloud) -> Undo:
    return _stage(cloud, "/*/*/logging/dataTrace", "true", "false")


def faster_methods(cloud: Cloud) -> Undo:
    limit = cloud.of(tokens.METHOD_SETTINGS, "acme").inputs["settings"]["throttlingRateLimit"]
    return _stage(cloud, "/*/*/throttling/rateLimit", "100000", f"{limit:g}")


def another_stage(cloud: Cloud) -> Undo:
    gateway = cloud("apigateway")
    kept = cloud.id(tokens.DEPLOYMENT, "demo")
    gateway.create_stage(restApiId=cloud.api, stageName="initech", deploymentId=kept)
    return lambda: gateway.delete_stage(restApiId=cloud.api, stageName="initech")


def raised_limits(cloud: Cloud) -> Undo:
    gateway, plan = cloud("apigateway"), cloud.id(tokens.USAGE_PLAN, "acme")

    def patch(value: str) -> None:
        operation = {"op": "replace", "path": "/throttle/rateLimit", "value": value}
        gateway.update_usage_plan(usagePlanId=plan, patchOperations=[operation])

    meant = cloud.of(tokens.USAGE_PLAN, "acme").inputs["throttleSettings"]["rateLimit"]
    patch("10000")
    return lambda: patch(f"{meant:g}")


def foreign_key(cloud: Cloud) -> Undo:
    gateway, plan = cloud("apigateway"), cloud.id(tokens.USAGE_PLAN, "acme")
    key = gateway.create_api_key(name="stranger", enabled=True)["id"]
    gateway.create_usage_plan_key(usagePlanId=plan, keyId=key, keyType="API_KEY")

    def undo() -> None:
        gateway.delete_usage_plan_key(usagePlanId=plan, keyId=key)
        gateway.delete_api_key(apiKey=key)

    return undo


def another_plan(cloud: Cloud) -> Undo:
    gateway = cloud("apigateway")
    made = gateway.create_usage_plan(name="stranger", apiStages=[{"apiId": cloud.api, "stage": "acme"}])["id"]

    def undo() -> None:
        operation = {"op": "remove", "path": "/apiStages", "value": f"{cloud.api}:acme"}
        gateway.update_usage_plan(usagePlanId=made, patchOperations=[operation])
        gateway.delete_usage_plan(usagePlanId=made)

    return undo


def disabled_key(cloud: Cloud) -> Undo:
    gateway, key = cloud("apigateway"), cloud.id(tokens.API_KEY, "acme.web")

    def patch(value: str) -> None:
        operation = {"op": "replace", "path": "/enabled", "value": value}
        gateway.update_api_key(apiKey=key, patchOperations=[operation])

    patch("false")
    return lambda: patch("true")


# --- functions ---


def _function(cloud: Cloud, **changes: Any) -> Undo:
    functions = cloud("lambda")
    before = functions.get_function_configuration(FunctionName=ITEMS)
    kept = {name: before[name] for name in changes}
    if "Environment" in kept:
        kept["Environment"] = {"Variables": kept["Environment"]["Variables"]}
    if "Layers" in kept:
        kept["Layers"] = [each["Arn"] for each in kept["Layers"]]
    functions.update_function_configuration(FunctionName=ITEMS, **changes)
    return lambda: functions.update_function_configuration(FunctionName=ITEMS, **kept)


def other_table(cloud: Cloud) -> Undo:
    variables = cloud.of(tokens.FUNCTION, "acme.items").inputs["environment"]["variables"]
    return _function(cloud, Environment={"Variables": {**variables, "CORS_ORIGINS": "https://evil.example"}})


def slower(cloud: Cloud) -> Undo:
    return _function(cloud, Timeout=900)


def bigger(cloud: Cloud) -> Undo:
    return _function(cloud, MemorySize=3008)


def other_handler(cloud: Cloud) -> Undo:
    return _function(cloud, Handler="start.other")


def without_layer(cloud: Cloud) -> Undo:
    return _function(cloud, Layers=[])


def other_code(cloud: Cloud) -> Undo:
    functions, meant = cloud("lambda"), cloud.of(tokens.FUNCTION, "acme.items").inputs
    other = cloud.of(tokens.BUCKET_OBJECT, "code").inputs["bucket"]
    cloud("s3").put_object(Bucket=other, Key="other.zip", Body=_zip())
    functions.update_function_code(FunctionName=ITEMS, S3Bucket=other, S3Key="other.zip")
    return lambda: functions.update_function_code(
        FunctionName=ITEMS, S3Bucket=meant["s3Bucket"], S3Key=meant["s3Key"]
    )


def _zip() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("start.py", "stolen = True")
    return held.getvalue()


def for_another_account(cloud: Cloud) -> Undo:
    functions, statement = cloud("lambda"), {"FunctionName": ITEMS, "StatementId": "foreign"}
    functions.add_permission(**statement, Action="lambda:InvokeFunction", Principal="210987654321")
    return lambda: functions.remove_permission(**statement)


def from_any_api(cloud: Cloud) -> Undo:
    functions, statement = cloud("lambda"), {"FunctionName": ITEMS, "StatementId": "gateway"}
    meant = cloud.of(tokens.PERMISSION, "acme.items").inputs
    invoked = {"Action": meant["action"], "Principal": meant["principal"]}
    functions.remove_permission(**statement)
    functions.add_permission(**statement, **invoked)

    def undo() -> None:
        functions.remove_permission(**statement)
        functions.add_permission(**statement, **invoked, SourceArn=meant["sourceArn"])

    return undo


def function_url(cloud: Cloud) -> Undo:
    functions = cloud("lambda")
    functions.create_function_url_config(FunctionName=ITEMS, AuthType="NONE")
    return lambda: functions.delete_function_url_config(FunctionName=ITEMS)


def stopped_consumer(cloud: Cloud) -> Undo:
    functions, mapping = cloud("lambda"), cloud.id(tokens.EVENT_SOURCE_MAPPING, "acme.contact")
    functions.update_event_source_mapping(UUID=mapping, Enabled=False)
    return lambda: functions.update_event_source_mapping(UUID=mapping, Enabled=True)


def idle_rule(cloud: Cloud) -> Undo:
    events = cloud("events")
    events.disable_rule(Name=SWEEP)
    return lambda: events.enable_rule(Name=SWEEP)


def another_target(cloud: Cloud) -> Undo:
    events, arn = cloud("events"), cloud.of(tokens.FUNCTION, "globex.items").inputs["name"]
    target = {"Id": "more", "Arn": cloud.made.arns.function(arn)}
    events.put_targets(Rule=SWEEP, Targets=[target])
    return lambda: events.remove_targets(Rule=SWEEP, Ids=["more"])


def other_target(cloud: Cloud) -> Undo:
    events, meant = cloud("events"), cloud.of(tokens.EVENT_TARGET, "acme.sweep").inputs
    [there] = events.list_targets_by_rule(Rule=SWEEP)["Targets"]
    other = cloud.made.arns.function("tenantry_demo_globex_items")
    events.put_targets(Rule=SWEEP, Targets=[{**there, "Arn": other}])
    return lambda: events.put_targets(Rule=SWEEP, Targets=[{**there, "Arn": meant["arn"]}])


def fewer_repeats(cloud: Cloud) -> Undo:
    functions, meant = cloud("lambda"), cloud.of(tokens.EVENT_INVOKE_CONFIG, "acme.sweep").inputs
    at = {"FunctionName": SWEEP}

    def put(attempts: int) -> None:
        age = int(meant["maximumEventAgeInSeconds"])
        functions.put_function_event_invoke_config(
            **at, MaximumRetryAttempts=attempts, MaximumEventAgeInSeconds=age
        )

    put(0)
    return lambda: put(int(meant["maximumRetryAttempts"]))


# --- storage ---


def secret_policy(cloud: Cloud) -> Undo:
    secrets, secret = cloud("secretsmanager"), cloud.id(tokens.SECRET, "acme")
    secrets.put_resource_policy(SecretId=secret, ResourcePolicy=json.dumps(OPEN))
    return lambda: secrets.delete_resource_policy(SecretId=secret)


def another_secret(cloud: Cloud) -> Undo:
    secrets, name = cloud("secretsmanager"), "tenantry/demo/acme/stolen/0a1b2c3d"
    secrets.create_secret(Name=name, SecretString="x")
    return lambda: secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


def queue_policy(cloud: Cloud) -> Undo:
    sqs, url = cloud("sqs"), cloud.id(tokens.QUEUE, "acme.contact")
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(OPEN)})
    return lambda: sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})


def no_recovery(cloud: Cloud) -> Undo:
    tables = cloud("dynamodb")

    def switch(to: bool) -> None:
        tables.update_continuous_backups(
            TableName="tenantry_demo",
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": to},
        )

    switch(False)
    return lambda: switch(True)


def no_expiry(cloud: Cloud) -> Undo:
    tables = cloud("dynamodb")

    def switch(to: bool) -> None:
        tables.update_time_to_live(
            TableName="tenantry_demo",
            TimeToLiveSpecification={"Enabled": to, "AttributeName": "expires_at"},
        )

    switch(False)
    return lambda: switch(True)


def unprotected(cloud: Cloud) -> Undo:
    tables = cloud("dynamodb")
    tables.update_table(TableName="tenantry_demo", DeletionProtectionEnabled=False)
    return lambda: tables.update_table(TableName="tenantry_demo", DeletionProtectionEnabled=True)


def public_bucket(cloud: Cloud) -> Undo:
    s3, bucket = cloud("s3"), cloud.id(tokens.BUCKET, "demo")
    meant = cloud.of(tokens.BUCKET_PUBLIC_ACCESS_BLOCK, "demo").inputs
    names = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
    s3.delete_public_access_block(Bucket=bucket)
    block = {name: meant[name[0].lower() + name[1:]] for name in names}
    return lambda: s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=block)


def key_policy(cloud: Cloud) -> Undo:
    kms, key = cloud("kms"), cloud.id(tokens.KEY, KEYED)
    meant = cloud.of(tokens.KEY, KEYED).inputs["policy"]
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(OPEN))
    return lambda: kms.put_key_policy(KeyId=key, PolicyName="default", Policy=meant)


def unrotated(cloud: Cloud) -> Undo:
    kms, key = cloud("kms"), cloud.id(tokens.KEY, KEYED)
    kms.disable_key_rotation(KeyId=key)
    return lambda: kms.enable_key_rotation(KeyId=key)


def granted_key(cloud: Cloud) -> Undo:
    kms, key = cloud("kms"), cloud.id(tokens.KEY, KEYED)
    grantee = "arn:aws:iam::210987654321:role/eve"
    made = kms.create_grant(KeyId=key, GranteePrincipal=grantee, Operations=["Decrypt"])["GrantId"]
    return lambda: kms.revoke_grant(KeyId=key, GrantId=made)


def streamed_table(cloud: Cloud) -> Undo:
    tables, streams = cloud("dynamodb"), cloud("kinesis")
    streams.create_stream(StreamName="stolen", ShardCount=1)
    arn = streams.describe_stream_summary(StreamName="stolen")["StreamDescriptionSummary"]["StreamARN"]
    fed = {"TableName": "tenantry_demo", "StreamArn": arn}
    tables.enable_kinesis_streaming_destination(**fed)

    def undo() -> None:
        tables.disable_kinesis_streaming_destination(**fed)
        streams.delete_stream(StreamName="stolen")

    return undo


# --- watching ---


def forwarded_log(cloud: Cloud) -> Undo:
    logs, filtered = cloud("logs"), {"logGroupName": f"/aws/lambda/{ITEMS}", "filterName": "stolen"}
    arn = cloud.made.arns.function("eve")
    logs.put_subscription_filter(**filtered, filterPattern="", destinationArn=arn)
    return lambda: logs.delete_subscription_filter(**filtered)


def kept_for_ever(cloud: Cloud) -> Undo:
    logs, group = cloud("logs"), f"/aws/lambda/{ITEMS}"
    days = int(cloud.of(tokens.LOG_GROUP, "acme.items").inputs["retentionInDays"])
    logs.delete_retention_policy(logGroupName=group)
    return lambda: logs.put_retention_policy(logGroupName=group, retentionInDays=days)


def silent_alarm(cloud: Cloud) -> Undo:
    meant = cloud.of(tokens.COMPOSITE_ALARM, "acme.unhealthy").inputs
    clients = cloud.root.client
    COMPOSITE_ALARM.make(clients, {**meant, "alarmActions": []})
    return lambda: COMPOSITE_ALARM.make(clients, dict(meant))


def deaf_alarm(cloud: Cloud) -> Undo:
    meant = next(each for each in cloud.declared if each.type == tokens.METRIC_ALARM and each.owner == "acme")
    clients = cloud.root.client
    METRIC_ALARM.make(clients, {**meant.inputs, "threshold": 1e9})
    return lambda: METRIC_ALARM.make(clients, dict(meant.inputs))


def open_topic(cloud: Cloud) -> Undo:
    sns, meant = cloud("sns"), cloud.of(tokens.TOPIC_POLICY, "acme").inputs

    def put(policy: str) -> None:
        sns.set_topic_attributes(TopicArn=meant["arn"], AttributeName="Policy", AttributeValue=policy)

    put(json.dumps(OPEN))
    return lambda: put(meant["policy"])


def subscribed(cloud: Cloud) -> Undo:
    sns, topic = cloud("sns"), cloud.id(tokens.TOPIC, "acme")
    made = sns.subscribe(
        TopicArn=topic, Protocol="email", Endpoint="eve@evil.example", ReturnSubscriptionArn=True
    )["SubscriptionArn"]
    return lambda: sns.unsubscribe(SubscriptionArn=made)


def other_dashboard(cloud: Cloud) -> Undo:
    board = cloud("cloudwatch")
    meant = next(each for each in cloud.declared if each.type == tokens.DASHBOARD and each.owner == "acme")
    name = meant.inputs["dashboardName"]
    board.put_dashboard(DashboardName=name, DashboardBody=json.dumps({"widgets": []}))
    return lambda: board.put_dashboard(DashboardName=name, DashboardBody=meant.inputs["dashboardBody"])


GET = r"body\.methods\.GET /items/\{collection\}"
KEYED = "globex"


def _changed_record(cloud: Cloud, record: dict[str, Any]) -> None:
    assert cloud.made.domain is not None
    changes = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record}]}
    cloud("route53").change_resource_record_sets(HostedZoneId=cloud.made.domain.zone, ChangeBatch=changes)


def elsewhere(cloud: Cloud) -> Undo:
    """A record of the domain leads to somebody else's."""
    assert cloud.made.domain is not None
    listed = cloud("route53").list_resource_record_sets(HostedZoneId=cloud.made.domain.zone)
    [was] = [each for each in listed["ResourceRecordSets"] if each["Type"] == "A"]
    target = {**was["AliasTarget"], "DNSName": "d-evil.execute-api.example"}
    _changed_record(cloud, {**was, "AliasTarget": target})
    return lambda: _changed_record(cloud, was)


PLANTS: list[tuple[Callable[[Cloud], Undo], str, str, str]] = [
    (elsewhere, tokens.RECORD, "Record demo.a", r"aliases"),
    (widened_policy, tokens.ROLE_POLICY, "RolePolicy acme.items", r"policy\.statements"),
    (more_inline, tokens.ROLE_POLICY, "Role acme.items", r"inlinePolicies\.more"),
    (attached, tokens.ROLE_POLICY_ATTACHMENT, "Role acme.items", "attachedPolicies"),
    (unbounded, tokens.ROLE, "Role acme.items", "permissionsBoundary"),
    (trusted, tokens.ROLE, "Role acme.items", r"assumeRolePolicy\.statements"),
    (another_role, tokens.ROLE, "Role tenantry_demo_acme_more", ""),
    (wider_boundary, tokens.POLICY, "Policy demo", r"policy\.statements"),
    (keyless, tokens.REST_API, "RestApi demo", rf"{GET}\.apiKeyRequired"),
    (unauthorized, tokens.REST_API, "RestApi demo", rf"{GET}\.authorizer"),
    (long_verdicts, tokens.REST_API, "RestApi demo", r"body\.authorizers\.token\.authorizerResultTtl"),
    (one_source, tokens.REST_API, "RestApi demo", r"body\.authorizers\.token\.identitySource"),
    (open_answers, tokens.REST_API, "RestApi demo", r"body\.responses\.UNAUTHORIZED\.parameters"),
    (uncompressed, tokens.REST_API, "RestApi demo", r"body\.minimumCompressionSize"),
    (another_method, tokens.REST_API, "RestApi demo", r"body\.methods\.PATCH /items"),
    (snapshot, tokens.DEPLOYMENT, "Deployment demo", r"methods\.GET /items/\{collection\}\.apiKeyRequired"),
    (swapped_variable, tokens.STAGE, "Stage acme", r"variables\.items_function"),
    (untraced, tokens.STAGE, "Stage acme", "xrayTracingEnabled"),
    (another_stage, tokens.STAGE, "Stage initech", ""),
    (data_trace, tokens.METHOD_SETTINGS, "MethodSettings acme", r"settings\.dataTraceEnabled"),
    (faster_methods, tokens.METHOD_SETTINGS, "MethodSettings acme", r"settings\.throttlingRateLimit"),
    (raised_limits, tokens.USAGE_PLAN, "UsagePlan acme", r"throttleSettings\.rateLimit"),
    (another_plan, tokens.USAGE_PLAN, "UsagePlan stranger", "apiStages"),
    (foreign_key, tokens.USAGE_PLAN_KEY, "UsagePlan acme", "keys"),
    (disabled_key, tokens.API_KEY, "ApiKey acme.web", "enabled"),
    (other_table, tokens.FUNCTION, "Function acme.items", r"environment\.variables\.CORS_ORIGINS"),
    (slower, tokens.FUNCTION, "Function acme.items", "timeout"),
    (bigger, tokens.FUNCTION, "Function acme.items", "memorySize"),
    (other_handler, tokens.FUNCTION, "Function acme.items", "handler"),
    (without_layer, tokens.FUNCTION, "Function acme.items", "layers"),
    (other_code, tokens.FUNCTION, "Function acme.items", "s3Key"),
    (function_url, tokens.FUNCTION, "Function acme.items", "functionUrl"),
    (for_another_account, tokens.PERMISSION, "Function acme.items", r"policy\.foreign"),
    (from_any_api, tokens.PERMISSION, "Permission acme.items", "sourceArn"),
    (stopped_consumer, tokens.EVENT_SOURCE_MAPPING, "EventSourceMapping acme.contact", "enabled"),
    (idle_rule, tokens.EVENT_RULE, "EventRule acme.sweep", "state"),
    (another_target, tokens.EVENT_TARGET, "EventRule acme.sweep", r"targets\.more"),
    (other_target, tokens.EVENT_TARGET, "EventTarget acme.sweep", "arn"),
    (fewer_repeats, tokens.EVENT_INVOKE_CONFIG, "FunctionEventInvokeConfig acme.sweep", "maximumRetry"),
    (secret_policy, tokens.SECRET, "Secret acme", "policy"),
    (another_secret, tokens.SECRET, "Secret tenantry/demo/acme/stolen/0a1b2c3d", ""),
    (queue_policy, tokens.QUEUE, "Queue acme.contact", "policy"),
    (no_recovery, tokens.TABLE, "Table demo", r"pointInTimeRecovery\.enabled"),
    (no_expiry, tokens.TABLE, "Table demo", r"ttl\."),
    (unprotected, tokens.TABLE, "Table demo", "deletionProtectionEnabled"),
    (public_bucket, tokens.BUCKET_PUBLIC_ACCESS_BLOCK, "BucketPublicAccessBlock demo", ""),
    (key_policy, tokens.KEY, f"Key {KEYED}", r"policy\.statements"),
    (unrotated, tokens.KEY, f"Key {KEYED}", "enableKeyRotation"),
    (granted_key, tokens.KEY, f"Key {KEYED}", "grants"),
    (streamed_table, tokens.TABLE, "Table demo", "kinesisStreams"),
    (forwarded_log, tokens.LOG_GROUP, "LogGroup acme.items", "subscriptionFilters"),
    (kept_for_ever, tokens.LOG_GROUP, "LogGroup acme.items", "retentionInDays"),
    (silent_alarm, tokens.COMPOSITE_ALARM, "CompositeAlarm acme.unhealthy", "alarmActions"),
    (deaf_alarm, tokens.METRIC_ALARM, "MetricAlarm acme.", "threshold"),
    (open_topic, tokens.TOPIC_POLICY, "TopicPolicy acme", r"policy\.statements"),
    (subscribed, tokens.TOPIC_SUBSCRIPTION, "Topic acme", "subscriptions"),
    (other_dashboard, tokens.DASHBOARD, "Dashboard acme", "dashboardBody"),
]
