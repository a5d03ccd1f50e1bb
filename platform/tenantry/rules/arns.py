"""Spell the ARNs that can be known before a resource exists.

Policies and the gateway's body are built from these, so a preview shows them whole instead of as unknown.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Arns:
    partition: str
    region: str
    account: str

    @classmethod
    def of(cls, region: str, account: str) -> "Arns":
        """Regions' names tell their partition: https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html"""
        kinds = {"cn-": "aws-cn", "us-gov-": "aws-us-gov", "eusc-": "aws-eusc"}
        found = (kind for start, kind in kinds.items() if region.startswith(start))
        return cls(next(found, "aws"), region, account)

    def _arn(self, service: str, resource: str) -> str:
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def table(self, name: str) -> str:
        return self._arn("dynamodb", f"table/{name}")

    def function(self, name: str) -> str:
        return self._arn("lambda", f"function:{name}")

    def layer(self, name: str) -> str:
        """Without a version; a layer's versions have it behind another colon."""
        return self._arn("lambda", f"layer:{name}")

    def mapping(self, identifier: str) -> str:
        return self._arn("lambda", f"event-source-mapping:{identifier}")

    def invocation(self, function: str) -> str:
        """What API Gateway calls to invoke `function`, which may hold a stage variable.

        Source: "API Gateway stage variables reference": the variable may stand for the function's name
        only within the whole ARN.
        """
        path = f"path/2015-03-31/functions/{self.function(function)}/invocations"
        return f"arn:{self.partition}:apigateway:{self.region}:lambda:{path}"

    def log_group(self, name: str) -> str:
        return self._arn("logs", f"log-group:{name}")

    def log_and_streams(self, name: str) -> list[str]:
        """The group's ARN as AWS spells it where something is read from it: with a part for its streams, or
        without."""
        return [self.log_group(name), f"{self.log_group(name)}:*"]

    def secrets(self, name_pattern: str) -> str:
        """Secrets Manager appends `-` and six characters to every name."""
        return self._arn("secretsmanager", f"secret:{name_pattern}-??????")

    def kms(self, resource: str) -> str:
        """`resource` is `key/<id>` or `alias/<name>`."""
        return self._arn("kms", resource)

    def certificate(self, identifier: str) -> str:
        return self._arn("acm", f"certificate/{identifier}")

    def route53(self, resource: str) -> str:
        """Route 53 has neither Regions nor accounts; `resource` is `hostedzone/<id>` or `change/<id>`."""
        return f"arn:{self.partition}:route53:::{resource}"

    def execute_api(self, api: str, path: str) -> str:
        """`path` is `<stage>/<method>/<resource>` for calls, `authorizers/<id>` for authorizers."""
        return self._arn("execute-api", f"{api}/{path}")

    def alarm(self, name: str) -> str:
        return self._arn("cloudwatch", f"alarm:{name}")

    def dashboard(self, name: str) -> str:
        """Dashboards belong to the account, to no Region."""
        return f"arn:{self.partition}:cloudwatch::{self.account}:dashboard/{name}"

    def topic(self, name: str) -> str:
        return self._arn("sns", name)

    def queue(self, name: str) -> str:
        return self._arn("sqs", name)

    def rule(self, name: str) -> str:
        """Of EventBridge's, on the account's default bus: no other takes one that runs by the clock."""
        return self._arn("events", f"rule/{name}")

    def budget(self, name: str) -> str:
        """Budgets belong to the account, to no Region."""
        return f"arn:{self.partition}:budgets::{self.account}:budget/{name}"

    def identity(self, sender: str) -> str:
        """What SES has verified: an e-mail address, or its domain."""
        return self._arn("ses", f"identity/{sender}")

    def iam(self, resource: str) -> str:
        """IAM has no Regions; `resource` is `role/<name>` or `policy/<name>`."""
        return f"arn:{self.partition}:iam::{self.account}:{resource}"

    def managed(self, policy: str) -> str:
        """A policy that AWS wrote, the same in every account."""
        return f"arn:{self.partition}:iam::aws:policy/{policy}"

    def regional(self, service: str) -> str:
        """The service as KMS and CloudWatch Logs name it in policies: that of this Region alone."""
        return f"{service}.{self.region}.amazonaws.com"

    def usage(self, plan: str) -> str:
        """What the plan has counted, by key and day."""
        return self.gateway(f"/usageplans/{plan}/usage")

    def bucket(self, name: str) -> str:
        """Bucket names are global, so neither Region nor account stand in it."""
        return f"arn:{self.partition}:s3:::{name}"

    def gateway(self, path: str) -> str:
        """What manages API Gateway names its own resources by path, `/restapis/<id>/...`."""
        return f"arn:{self.partition}:apigateway:{self.region}::{path}"
