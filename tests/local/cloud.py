"""Small clouds for the emulator's tests, made with plain boto3."""

import http.client
import io
import json
import textwrap
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tenantry.local.clients import ACCOUNT, REGION, Credentials, Session, session

TABLE = "items"
TABLE_ARN = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{TABLE}"
INVOCATION = (
    f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/"
    f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:%s/invocations"
)
ECHO = """
    import json, os
    def handle(event, context):
        subject = event["requestContext"].get("authorizer", {}).get("sub")
        told = {"function": context.function_name, "subject": subject, "environment": dict(os.environ)}
        return {"statusCode": 200, "body": json.dumps(told)}
"""
ALLOW = """
    def handle(event, context):
        api = event["methodArn"].split("/")[0]
        allow = {"Effect": "Allow", "Action": "execute-api:Invoke",
                 "Resource": f"{api}/{event['requestContext']['stage']}/*"}
        return {"principalId": "ann", "policyDocument": {"Version": "2012-10-17", "Statement": [allow]},
                "context": {"sub": context.function_name}}
"""


def make_role(root: Session, name: str, *statements: dict[str, Any]) -> str:
    """The ARN of a role that Lambda and the account may take, holding exactly `statements`."""
    iam = root.client("iam")
    principal = {"Service": "lambda.amazonaws.com", "AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=_policy(trust))
    if statements:
        iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=_policy(*statements))
    return str(role["Role"]["Arn"])


def session_of(root: Session, role_arn: str) -> Session:
    taken = root.client("sts").assume_role(RoleArn=role_arn, RoleSessionName="test")["Credentials"]
    own = Credentials(taken["AccessKeyId"], taken["SecretAccessKey"], taken["SessionToken"])
    return session(root.endpoint, own)


def actions(policy: dict[str, Any]) -> set[str]:
    return {action for statement in policy["Statement"] for action in statement["Action"]}


def holding(root: Session, endpoint: str, role: str, allowed: Iterable[str]) -> Session:
    """Somebody who may do this, on whatever there is, and nothing else."""
    iam, sts = root.client("iam"), root.client("sts")
    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    grant = {"Effect": "Allow", "Action": sorted(allowed), "Resource": "*"}
    arn = iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps({"Statement": [trust]}))
    iam.put_role_policy(RoleName=role, PolicyName="own", PolicyDocument=json.dumps({"Statement": [grant]}))
    taken = sts.assume_role(RoleArn=arn["Role"]["Arn"], RoleSessionName="ann")["Credentials"]
    parts = (taken[each] for each in ("AccessKeyId", "SecretAccessKey", "SessionToken"))
    return session(endpoint, Credentials(*parts))


def make_function(root: Session, name: str, source: str, role_arn: str, **settings: Any) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as code:
        code.writestr("app.py", textwrap.dedent(source))
    root.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.11",
        Handler="app.handle",
        Role=role_arn,
        Code={"ZipFile": archive.getvalue()},
        **settings,
    )


def make_table(root: Session) -> None:
    """With the keys `pk` and `sk`."""
    root.client("dynamodb").create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        KeySchema=_keys("pk", "sk"),
    )


def tables(root: Session) -> list[str]:
    return list(root.client("dynamodb").list_tables()["TableNames"])


@dataclass(frozen=True)
class Api:
    """A REST API with `GET /who`, whose integration and authorizer stage variables name unless told."""

    root: Session
    id: str

    @classmethod
    def make(
        cls,
        root: Session,
        authorized: bool = True,
        keyed: bool = False,
        items: str = "${stageVariables.items_function}",
        authorizer: str = "${stageVariables.authorizer_function}",
    ) -> "Api":
        gateway = root.client("apigateway")
        api = gateway.create_rest_api(name="demo")["id"]
        top = gateway.get_resources(restApiId=api)["items"][0]["id"]
        who = gateway.create_resource(restApiId=api, parentId=top, pathPart="who")["id"]
        method: dict[str, Any] = {"authorizationType": "NONE"}
        if authorized:
            made = gateway.create_authorizer(
                restApiId=api,
                name="tokens",
                type="REQUEST",
                identitySource="method.request.header.Authorization,method.request.header.x-api-key",
                authorizerUri=INVOCATION % authorizer,
                authorizerResultTtlInSeconds=60,
            )
            method = {"authorizationType": "CUSTOM", "authorizerId": made["id"]}
        method["apiKeyRequired"] = keyed
        gateway.put_method(restApiId=api, resourceId=who, httpMethod="GET", **method)
        gateway.put_integration(
            restApiId=api,
            resourceId=who,
            httpMethod="GET",
            type="AWS_PROXY",
            integrationHttpMethod="POST",
            uri=INVOCATION % items,
        )
        return cls(root, api)

    def add_stage(self, name: str, **variables: str) -> None:
        gateway = self.root.client("apigateway")
        deployment = gateway.create_deployment(restApiId=self.id)["id"]
        gateway.create_stage(restApiId=self.id, stageName=name, deploymentId=deployment, variables=variables)

    def admit(self, stage: str, name: str, **limits: Any) -> tuple[str, str, str]:
        """A usage plan for the stage with one key: (plan's id, key's id, key)."""
        gateway = self.root.client("apigateway")
        plan = gateway.create_usage_plan(name=name, apiStages=[{"apiId": self.id, "stage": stage}], **limits)[
            "id"
        ]
        key = gateway.create_api_key(name=name, enabled=True)
        gateway.create_usage_plan_key(usagePlanId=plan, keyId=key["id"], keyType="API_KEY")
        return plan, key["id"], key["value"]

    def get(self, stage: str, **headers: str) -> tuple[int, Any]:
        """GET /who on the stage: the status and the JSON body."""
        connection = http.client.HTTPConnection(urlsplit(self.root.endpoint).netloc, timeout=30)
        try:
            connection.request("GET", f"/_aws/execute-api/{self.id}/{stage}/who", headers=headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()


def _policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def _keys(partition: str, sort: str) -> list[dict[str, str]]:
    return [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}]
