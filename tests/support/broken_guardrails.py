"""One way or more to break each guardrail, each of which no other rule reports."""

from typing import Any

from tests.support.guardrails import Mutation, made, restated, set_at, stated, with_also, without

API = "demo"
KEY_DIGITS = "A" * 16


def route(path: str, method: str, **changes: Any) -> Mutation:
    def change(body: dict[str, Any]) -> None:
        operation = body["paths"][path][method]
        operation.update(changes)
        if changes.get("security", ()) is None:
            del operation["security"]

    return restated("RestApi", API, "body", change)


def scheme(name: str, gone: str) -> Mutation:
    return restated(
        "RestApi", API, "body", lambda body: body["components"]["securitySchemes"][name].pop(gone)
    )


def environment(name: str, value: str) -> Mutation:
    return set_at("Function", "acme.items", f"environment.variables.{name}", value)


def granted(**elements: Any) -> Mutation:
    return stated("RolePolicy", "acme.items", sid="DeleteGet", **elements)


def topic_open_to(principal: Any) -> Mutation:
    return stated("TopicPolicy", "demo", sid="Alarms", Principal=principal)


def key_policy(**elements: Any) -> Mutation:
    statement = {"Sid": "Use", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::1:role/r"}, **elements}
    return with_also(made("kms/key:Key", "more", policy={"Statement": statement}))


BREAKS: dict[str, list[Mutation]] = {
    "no-wildcard-action": [
        granted(Action="*"),
        granted(Action=["dynamodb:GetItem", "dynamodb:*"]),
        granted(Action="dynamodb:Quer?"),
        granted(Action=None, NotAction="iam:*"),
        stated("Policy", "demo", sid="Items", Action="dynamodb:*"),
        set_at(
            "Role",
            "acme.items",
            "inlinePolicies",
            [{"policy": '{"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "a"}}'}],
        ),
        key_policy(Action="kms:*", Resource="*"),
    ],
    "no-wildcard-resource": [
        granted(Resource="*"),
        granted(
            Resource=["arn:aws:dynamodb:eu-central-1:1:table/x", "arn:aws:dynamodb:eu-central-1:1:table/*"]
        ),
        granted(Resource="arn:aws:s3:::*"),
        granted(Resource="arn:*:*:*:*:*"),
        granted(Resource=None, NotResource="arn:aws:iam::1:role/x"),
        stated("RolePolicy", "acme.items", sid="Trace", Action=["xray:PutTraceSegments", "xray:GetGroups"]),
        stated("TopicPolicy", "demo", sid="Alarms", Resource="*"),
    ],
    "no-open-principal": [
        topic_open_to("*"),
        topic_open_to({"AWS": "*"}),
        topic_open_to({"AWS": ["arn:aws:iam::1:root", "*"]}),
        stated("TopicPolicy", "demo", sid="Alarms", Principal=None, NotPrincipal={"AWS": "1"}),
        key_policy(Action="kms:Decrypt", Resource="*", Principal={"AWS": "*"}),
    ],
    "role-is-bounded": [
        set_at("Role", "acme.items", "permissionsBoundary", None),
        set_at("Role", "acme.items", "permissionsBoundary", ""),
        stated("Role", API, "assumeRolePolicy", "Gateway", Principal={"Service": "lambda.amazonaws.com"}),
    ],
    "role-runs-one-function": [
        set_at("Function", "acme.items", "role", "arn:aws:iam::123456789012:role/tenantry_demo_acme_tools"),
    ],
    "permission-has-a-source": [
        set_at("Permission", "acme.items", "sourceArn", None),
        set_at("Permission", "acme.items", "sourceArn", "*"),
        set_at("Permission", "acme.items", "principal", "*"),
        set_at("Permission", "acme.items", "functionUrlAuthType", "NONE"),
    ],
    "environment-holds-no-secret": [
        environment("DB_PASSWORD", "hunter2"),
        environment("SECRET_ARN", "s3cr3t"),
        environment("PEM", "-----BEGIN EC PRIVATE KEY-----\nMIG"),
        environment("AUTH", '{"keys": [{"kty": "OKP", "d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}]}'),
        environment("ACCESS", f"AKIA{KEY_DIGITS}"),
    ],
    "function-is-bounded": [
        set_at("Function", "acme.items", "reservedConcurrentExecutions", 5),
    ],
    "function-traces": [
        set_at("Function", "acme.items", "tracingConfig.mode", "PassThrough"),
        set_at("Function", "acme.items", "tracingConfig", None),
    ],
    "stage-logs": [
        set_at("Stage", "acme", "xrayTracingEnabled", None),
        set_at("Stage", "acme", "accessLogSettings", None),
        set_at("Stage", "acme", "accessLogSettings.format", ""),
    ],
    "route-is-guarded": [
        route("/items/{collection}", "get", security=None),
        route("/items/{collection}", "get", security=[]),
        route("/items/{collection}", "get", security=[{"api_key": []}]),
        route("/items/{collection}", "get", security=[{"token": []}]),
        route("/items/{collection}", "get", security=[{"api_key": [], "token": []}]),
        route("/items/{collection}", "get", security=[{"api_key": []}, {"token": []}, {}]),
        route("/contact", "post", security=[]),
        route("/contact", "post", security=[{"token": []}]),
        route("/health", "get", security=None),
        scheme("token", "x-amazon-apigateway-authorizer"),
        scheme("token", "x-amazon-apigateway-authtype"),
        scheme("api_key", "name"),
        restated(
            "RestApi", API, "body", lambda body: body["paths"].update({"/x": {"put": {"security": []}}})
        ),
        set_at("RestApi", API, "body", None),
    ],
    "no-door-beside-the-contract": [
        with_also(made("apigateway/method:Method", "more", authorization="NONE")),
        with_also(made("lambda/functionUrl:FunctionUrl", "more", authorizationType="NONE")),
    ],
    "domain-refuses-old-tls": [
        with_also(made("apigateway/domainName:DomainName", "more", securityPolicy="TLS_1_0")),
        with_also(made("apigateway/domainName:DomainName", "more")),
    ],
    "record-leads-to-its-own-domain": [
        with_also(made("route53/record:Record", "more", aliases=[{"name": "d-x.example", "zoneId": "Z1"}])),
        with_also(made("route53/record:Record", "more", records=["evil.example"])),
    ],
    "log-group-expires": [
        set_at("LogGroup", "acme.items", "retentionInDays", None),
        set_at("LogGroup", "acme.items", "retentionInDays", 0),
    ],
    "log-group-is-declared": [
        without("LogGroup", "acme.items"),
        set_at("LogGroup", "acme.items", "name", "/aws/lambda/tenantry_demo_acme_item"),
        set_at("Function", "acme.items", "name", None),
    ],
    "no-execution-log": [
        set_at("MethodSettings", "acme", "settings.loggingLevel", "ERROR"),
        set_at("MethodSettings", "acme", "settings.loggingLevel", "INFO"),
    ],
    "no-bodies-in-logs": [set_at("MethodSettings", "acme", "settings.dataTraceEnabled", True)],
    "table-can-be-brought-back": [
        set_at("Table", "demo", "pointInTimeRecovery", None),
        set_at("Table", "globex", "pointInTimeRecovery.enabled", False),
        set_at("Table", "globex", "deletionProtectionEnabled", False),
        set_at("Table", "demo", "deletionProtectionEnabled", None),
    ],
    "bucket-is-private": [
        without("BucketPublicAccessBlock", "demo"),
        set_at("BucketPublicAccessBlock", "demo", "blockPublicPolicy", False),
        set_at("BucketPublicAccessBlock", "demo", "restrictPublicBuckets", None),
    ],
    "queue-is-encrypted": [
        set_at("Queue", "notify", "sqsManagedSseEnabled", None),
        set_at("Queue", "dead", "sqsManagedSseEnabled", False),
    ],
    "queue-has-a-dead-letter-queue": [
        set_at("Queue", "notify", "redrivePolicy", None),
        with_also(made("sqs/queue:Queue", "more", sqsManagedSseEnabled=True)),
    ],
    "resource-is-tagged": [
        set_at("Function", "acme.items", "tags", None),
        set_at("Bucket", "demo", "tags.cell", None),
        set_at("Secret", "globex", "tags.tier", None),
        set_at("Table", "globex", "tags.tenant", "acme"),
        with_also(made("ec2/instance:Instance", "more", tags=None)),
    ],
}

QUEUES = with_also(
    made("sqs/queue:Queue", "dead", sqsManagedSseEnabled=True),
    made(
        "sqs/queue:Queue",
        "notify",
        sqsManagedSseEnabled=True,
        redrivePolicy='{"deadLetterTargetArn": "arn:aws:sqs:eu-central-1:123456789012:dead"}',
    ),
)
