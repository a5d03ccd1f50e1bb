"""What an update does to resources, by small programs on an emulator."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from tenantry.local.clients import ACCOUNT, Session
from tenantry.local.engine import inventory
from tenantry.local.engine.changes import Change, Step
from tenantry.local.engine.deployment import stand
from tenantry.local.engine.inventory import Inventory
from tenantry.local.engine.monitor import DeploymentError
from tenantry.local.engine.resources import MAKERS
from tenantry.local.platform import SERVICES
from tests.local.cloud import _policy

TRUST = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
ALLOWED = {"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "*"}
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/boundary"
Declare = Callable[[], object]


class Stack:
    """A program's resources on the emulator; `update` brings them to what `declare` registers."""

    def __init__(self, root: Session, folder: Path) -> None:
        self.clients = {service: root.client(service) for service in SERVICES}
        self.folder = folder

    def update(self, declare: Declare) -> list[tuple[Step, str]]:
        def program() -> dict[str, Any]:
            declare()
            return {}

        with inventory.opened(self.folder) as made:
            _, changes = stand(program, "demo", self.clients.__getitem__, made, _ignore)
        return [(each.step, each.name) for each in changes]

    def recorded(self) -> Inventory:
        with inventory.opened(self.folder) as made:
            return made

    def roles(self) -> set[str]:
        return {each["RoleName"] for each in self.clients["iam"].list_roles()["Roles"]}


def _ignore(_change: Change) -> None:
    """A person would be told."""


@pytest.fixture(scope="module", autouse=True)
def boundary(root: Session) -> None:
    root.client("iam").create_policy(PolicyName="boundary", PolicyDocument=_policy(ALLOWED))


@pytest.fixture
def stack(root: Session, tmp_path: Path) -> Iterator[Stack]:
    stack = Stack(root, tmp_path)
    yield stack
    stack.update(lambda: None)


def role(name: str, **options: Any) -> aws.iam.Role:
    return aws.iam.Role(
        "role",
        name=name,
        assume_role_policy=_policy(TRUST),
        permissions_boundary=BOUNDARY,
        tags={},
        opts=pulumi.ResourceOptions(**options),
    )


def log(name: str, days: int = 14) -> aws.cloudwatch.LogGroup:
    return aws.cloudwatch.LogGroup(name, name=f"/{name}", retention_in_days=days, tags={})


def table(**options: Any) -> aws.dynamodb.Table:
    return aws.dynamodb.Table(
        "table",
        name="silo",
        billing_mode="PAY_PER_REQUEST",
        hash_key="pk",
        range_key=options.pop("sort_key", "sk"),
        attributes=[{"name": key, "type": "S"} for key in ("pk", "sk")],
        ttl={"attribute_name": "expires_at", "enabled": True},
        point_in_time_recovery=options.pop("recovery", {"enabled": True}),
        server_side_encryption={"enabled": False},
        deletion_protection_enabled=options.pop("protected", True),
        tags={},
        opts=pulumi.ResourceOptions(**options),
    )


def alarm(name: str, tier: str = "gold", **watched: Any) -> aws.cloudwatch.MetricAlarm:
    return aws.cloudwatch.MetricAlarm(
        name,
        name=name,
        alarm_description="d",
        evaluation_periods=1,
        threshold=0,
        comparison_operator="GreaterThanThreshold",
        treat_missing_data="notBreaching",
        alarm_actions=[],
        ok_actions=[],
        tags={"tier": tier},
        **watched,
    )


def errors_of(function: str) -> dict[str, Any]:
    return {"namespace": "AWS/Lambda", "metric_name": "Errors", "dimensions": {"FunctionName": function}}


def faults(rule: str, tier: str = "gold") -> None:
    """Two alarms, the second on an expression, and one that joins them."""
    one = alarm("one", tier, **errors_of("f"), statistic="Sum", period=300)
    metric = errors_of("g") | {"stat": "Sum", "period": 300}
    queries = [
        {"id": "m", "metric": metric, "return_data": False},
        {"id": "result", "expression": "FILL(m,0)", "label": "l", "return_data": True},
    ]
    two = alarm("two", tier, metric_queries=queries)
    aws.cloudwatch.CompositeAlarm(
        "both",
        alarm_name="both",
        alarm_description="d",
        alarm_rule=rule,
        alarm_actions=[],
        ok_actions=[],
        tags={"tier": tier},
        opts=pulumi.ResourceOptions(depends_on=[one, two]),
    )


def test_a_composite_alarm_comes_after_what_it_joins_and_goes_before_it(stack: Stack) -> None:
    either, both = 'ALARM("one") OR ALARM("two")', 'ALARM("one") AND ALARM("two")'
    assert stack.update(lambda: faults(either))[-1] == (Step.CREATED, "both")
    assert stack.update(lambda: faults(both)) == [(Step.CHANGED, "both")]
    [found] = stack.clients["cloudwatch"].describe_alarms(AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
    assert found["AlarmRule"] == both
    assert stack.update(lambda: faults(both)) == []
    gone = stack.update(lambda: None)
    assert gone[0] == (Step.REMOVED, "both")
    assert set(gone) == {(Step.REMOVED, name) for name in ("both", "one", "two")}


def test_an_alarm_that_is_put_again_has_its_new_tags(stack: Stack) -> None:
    rule, watch = 'ALARM("one") OR ALARM("two")', stack.clients["cloudwatch"]
    stack.update(lambda: faults(rule, "gold"))
    stack.update(lambda: faults(rule, "silver"))
    kinds = ["CompositeAlarm", "MetricAlarm"]
    found = watch.describe_alarms(AlarmNames=["both", "one", "two"], AlarmTypes=kinds)
    arns = {each["AlarmName"]: each["AlarmArn"] for kind in kinds for each in found[f"{kind}s"]}
    tags = {name: watch.list_tags_for_resource(ResourceARN=arn)["Tags"] for name, arn in arns.items()}
    silver = [{"Key": "tier", "Value": "silver"}]
    assert tags == {"both": silver, "one": silver, "two": silver}


def test_a_saved_query_keeps_its_id_when_it_changes_and_is_found_when_a_call_was_cut_off(
    stack: Stack,
) -> None:
    def saved(text: str) -> list[tuple[Step, str]]:
        return stack.update(lambda: aws.cloudwatch.QueryDefinition("slow", name="slow", query_string=text))

    saved("limit 1")
    [entry] = stack.recorded().entries.values()
    assert saved("limit 2") == [(Step.CHANGED, "slow")]
    with inventory.opened(stack.folder) as made:
        made.removed(made.entries[entry.urn])
        made.begin(replace(entry, id="", outputs={}))
    assert saved("limit 3") == [(Step.CHANGED, "slow")]
    found = stack.clients["logs"].describe_query_definitions()["queryDefinitions"]
    assert [(each["queryDefinitionId"], each["queryString"]) for each in found] == [(entry.id, "limit 3")]


def test_a_new_name_makes_a_new_one_and_removes_the_old(stack: Stack) -> None:
    stack.update(lambda: role("one"))
    assert stack.update(lambda: role("two")) == [(Step.REPLACED, "role")]
    assert {"one", "two"} & stack.roles() == {"two"}


def test_dependants_go_before_what_they_need(stack: Stack) -> None:
    def both() -> None:
        made = role("needed")
        aws.iam.RolePolicy("policy", name="own", role=made.name, policy=_policy(ALLOWED))

    stack.update(both)
    assert stack.update(lambda: None) == [(Step.REMOVED, "policy"), (Step.REMOVED, "role")]


def test_what_is_declared_under_another_name_is_not_removed(stack: Stack) -> None:
    domains = stack.clients["apigateway"].get_domain_names

    def domain(logical: str) -> aws.apigateway.DomainName:
        return aws.apigateway.DomainName(
            logical,
            domain_name="api.acme.example",
            regional_certificate_arn=f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/0a1b",
            endpoint_configuration={"types": "REGIONAL", "ip_address_type": "dualstack"},
            security_policy="TLS_1_2",
            tags={},
        )

    stack.update(lambda: domain("acme"))
    assert stack.update(lambda: domain("globex")) == [(Step.CREATED, "globex"), (Step.REMOVED, "acme")]
    assert [each["domainName"] for each in domains()["items"]] == ["api.acme.example"]
    assert stack.update(lambda: None) == [(Step.REMOVED, "globex")]
    assert domains()["items"] == []


def test_an_id_that_is_unique_in_its_bucket_alone_keeps_nothing_in_another(stack: Stack) -> None:
    page = stack.folder / "page"
    page.touch()

    def files(*buckets: str) -> None:
        for each in ("one", "two"):
            bucket = aws.s3.Bucket(each, bucket=f"{each}-bucket", tags={})
            if each in buckets:
                aws.s3.BucketObjectv2(
                    each, bucket=bucket.bucket, key="page", source=pulumi.FileAsset(str(page)), tags={}
                )

    stack.update(lambda: files("one", "two"))
    assert stack.update(lambda: files("two")) == [(Step.REMOVED, "one")]
    listed = [stack.clients["s3"].list_objects_v2(Bucket=f"{each}-bucket") for each in ("one", "two")]
    assert [each["KeyCount"] for each in listed] == [0, 1]


def test_what_is_to_stay_stays_and_is_taken_up_again_with_its_data(stack: Stack) -> None:
    dynamodb = stack.clients["dynamodb"]
    stack.update(lambda: table(retain_on_delete=True))
    item = {"pk": {"S": "a"}, "sk": {"S": "b"}}
    dynamodb.put_item(TableName="silo", Item=item)
    assert stack.update(lambda: None) == [(Step.RETAINED, "table")]
    assert stack.update(lambda: None) == []
    assert stack.update(lambda: table(retain_on_delete=True)) == [(Step.ADOPTED, "table")]
    assert dynamodb.get_item(TableName="silo", Key=item)["Item"] == item
    stack.update(lambda: table(protected=False))  # the next test has a table of the same name


def test_an_import_id_adopts_what_is_there(stack: Stack, root: Session, tmp_path: Path) -> None:
    earlier = Stack(root, tmp_path / "earlier")
    earlier.folder.mkdir()
    earlier.update(table)
    assert stack.update(lambda: table(import_="silo", protected=False)) == [(Step.ADOPTED, "table")]
    found = stack.clients["dynamodb"].describe_table(TableName="silo")["Table"]
    assert found["DeletionProtectionEnabled"] is False
    assert stack.update(lambda: table(import_="silo", protected=False)) == []


def test_an_import_id_of_nothing_is_an_error_that_names_it(stack: Stack) -> None:
    with pytest.raises(DeploymentError, match=r"table: there is no silo to adopt"):
        stack.update(lambda: table(import_="silo"))


def test_an_ignored_input_may_differ(stack: Stack) -> None:
    stack.update(lambda: role("one"))
    assert stack.update(lambda: role("two", ignore_changes=["name"])) == []


def test_what_must_stay_is_not_removed_to_be_made_anew(stack: Stack) -> None:
    stack.update(lambda: table(retain_on_delete=True, protected=False))
    with pytest.raises(DeploymentError, match=r"rangeKey.*to stay; `tenantry up --fresh` starts empty"):
        stack.update(lambda: table(retain_on_delete=True, protected=False, sort_key="other"))
    assert "silo" in stack.clients["dynamodb"].list_tables()["TableNames"]
    stack.update(lambda: table(protected=False))


def test_what_a_stranger_made_is_never_taken_for_ours(stack: Stack) -> None:
    iam = stack.clients["iam"]
    iam.create_role(RoleName="taken", AssumeRolePolicyDocument=_policy(TRUST))

    def both() -> None:
        role("taken", depends_on=[log("first")])

    for _ in range(2):
        with pytest.raises(DeploymentError, match=r"aws:iam/role:Role role: .*already exists"):
            stack.update(both)
    assert [each.name for each in stack.recorded().entries.values()] == ["first"]
    iam.delete_role(RoleName="taken")
    assert stack.update(both) == [(Step.CREATED, "role")]


def test_a_type_without_a_kind_is_named(stack: Stack) -> None:
    with pytest.raises(
        DeploymentError, match=r"logs: the local platform does not know aws:athena/workgroup:Workgroup"
    ):
        stack.update(lambda: aws.athena.Workgroup("logs"))


def test_an_input_that_no_maker_reads_is_named_until_it_is_gone(stack: Stack) -> None:
    def log_group(**more: Any) -> None:
        aws.cloudwatch.LogGroup("group", name="/group", retention_in_days=14, tags={}, **more)

    for _ in range(2):  # not taken for made the second time
        with pytest.raises(DeploymentError, match=r"logGroup:LogGroup group: nothing .* reads skipDestroy;"):
            stack.update(lambda: log_group(skip_destroy=True))
    assert stack.update(log_group) == [(Step.CREATED, "group")]
    with pytest.raises(DeploymentError, match=r"LogGroup group: nothing .* reads logGroupClass;"):
        stack.update(lambda: log_group(log_group_class="INFREQUENT_ACCESS"))


def test_a_member_of_an_input_that_no_maker_reads_is_named(stack: Stack) -> None:
    with pytest.raises(DeploymentError, match=r"Table table: nothing .* reads pointInTimeRecovery\.recovery"):
        stack.update(lambda: table(recovery={"enabled": True, "recovery_period_in_days": 3}, protected=False))
    stack.update(lambda: table(protected=False))


def test_an_option_that_the_engine_drops_is_named(stack: Stack) -> None:
    with pytest.raises(DeploymentError, match=r"role:Role role: .* does not know the option protect;"):
        stack.update(lambda: role("one", protect=True))
    with pytest.raises(DeploymentError, match=r"name2 as an input to ignore"):
        stack.update(lambda: role("one", ignore_changes=["name2"]))
    with pytest.raises(DeploymentError, match=r"arn as a secret output"):
        stack.update(lambda: role("one", additional_secret_outputs=["arn"]))
    assert "one" not in stack.roles()


def test_whether_a_cut_off_call_made_it_is_found_out(stack: Stack) -> None:
    stack.update(lambda: role("cut-off"))
    [entry] = stack.recorded().entries.values()
    stack.update(lambda: None)
    for made_already in (False, True):
        with inventory.opened(stack.folder) as made:
            made.begin(replace(entry, id="", outputs={}))
        if made_already:
            MAKERS[entry.type].make(stack.clients.__getitem__, entry.inputs)
        step = Step.CHANGED if made_already else Step.CREATED
        assert stack.update(lambda: role("cut-off")) == [(step, "role")]
        assert "cut-off" in stack.roles()
        assert stack.update(lambda: role("cut-off")) == []
        assert stack.update(lambda: None) == [(Step.REMOVED, "role")]


def test_what_a_cut_off_removal_left_is_found_out(stack: Stack) -> None:
    for gone in (False, True):
        stack.update(lambda: role("leaving"))
        with inventory.opened(stack.folder) as made:
            [entry] = made.entries.values()
            made.begin(entry)
        if gone:
            stack.clients["iam"].delete_role(RoleName="leaving")
        expected = Step.CREATED if gone else Step.CHANGED
        assert stack.update(lambda: role("leaving")) == [(expected, "role")]
        assert "leaving" in stack.roles()
        assert json.loads((stack.folder / inventory.JOURNAL).read_text().splitlines()[-1])[0] == "made"
