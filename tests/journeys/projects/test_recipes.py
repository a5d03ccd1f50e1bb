"""The recipes of CONTRIBUTING need the files that they list and no others: each is carried out on a copy."""

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.support.command import ROOT
from tests.support.projects import Project

CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()
SCHEMAS = "tenants/schema/*.json"
PLATFORM = "platform/tenantry"

Edit = tuple[str, str, str]
"""A file, a text of it that an edit goes behind, and the edit; the file is new where there is no text."""

TIER_OPTION: tuple[Edit, ...] = (
    (
        f"{PLATFORM}/config/tiers.py",
        'description="Memory of each function; CPU grows with it."\n    )\n',
        "    ephemeral_storage_mb: int = Field("
        '512, ge=512, le=10_240, description="Room in /tmp of each function.")\n',
    ),
    (
        f"{PLATFORM}/components/function.py",
        "memory_size=args.memory_mb or site.tenant.tier.memory_mb,\n",
        '            ephemeral_storage={"size": site.tenant.tier.ephemeral_storage_mb},\n',
    ),
    (
        f"{PLATFORM}/rules/kinds/functions.py",
        '            "architectures",\n',
        '            "ephemeralStorage.size",\n',
    ),
    (
        "docs/configuration.md",
        "CPU grows with it; default 256 |\n",
        "| `tiers.<name>.ephemeral_storage_mb` | room in each `/tmp`, 512 to 10,240; default 512 |\n",
    ),
)
NAME: Edit = (
    f"{PLATFORM}/rules/naming.py",
    'return f"{self.log_groups(tenant)}access"\n',
    "\n    def audit_log(self, tenant: str) -> str:\n"
    '        """Who changed what of a tenant."""\n'
    '        return f"/{self.folder}{tenant}/audit"\n',
)
DECLARATION: Edit = (
    f"{PLATFORM}/components/audit.py",
    "",
    '''"""Declare a tenant's audit log."""

import pulumi
import pulumi_aws as aws

from tenantry.components.site import Site


def audit_log(site: Site, parent: pulumi.Resource) -> aws.cloudwatch.LogGroup:
    name = f"{site.slug}.audit"
    return aws.cloudwatch.LogGroup(
        name,
        name=site.deployment.names.audit_log(site.slug),
        retention_in_days=site.tenant.tier.log_retention_days,
        kms_key_id=site.key,
        tags=site.tags,
        opts=pulumi.ResourceOptions(parent=parent),
    )
''',
)
PLACE: tuple[Edit, ...] = (
    (
        f"{PLATFORM}/components/tenant.py",
        "from tenantry.components.access import Access\n",
        "from tenantry.components.audit import audit_log\n",
    ),
    (
        f"{PLATFORM}/components/tenant.py",
        "        access = Access(site, stage.name, below)\n",
        "        audit_log(site, self)\n",
    ),
)
KNOWN_TYPE = (NAME, DECLARATION, *PLACE)
NEW_TYPE: tuple[Edit, ...] = (
    NAME,
    (
        DECLARATION[0],
        "",
        DECLARATION[2]
        .replace("-> aws.cloudwatch.LogGroup:", "-> aws.cloudwatch.LogStream:")
        .replace("    return aws.cloudwatch.LogGroup(", "    group = aws.cloudwatch.LogGroup(")
        + """\
    return aws.cloudwatch.LogStream(
        name, name="changes", log_group_name=group.name, opts=pulumi.ResourceOptions(parent=parent)
    )
""",
    ),
    *PLACE,
    (
        f"{PLATFORM}/rules/kinds/watching.py",
        'LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"\n',
        'LOG_STREAM = "aws:cloudwatch/logStream:LogStream"\n',
    ),
    (
        f"{PLATFORM}/rules/kinds/watching.py",
        "KINDS: tuple[Kind, ...] = (\n",
        """\
    Kind(
        token=LOG_STREAM,
        calls=Calls.of("logs", "CreateLogStream"),
        name="name",
        unique=False,
        taggable=False,
        references={"logGroupName": LOG_GROUP},
        rights=(Right("Streams", "logs", "CreateLogStream DeleteLogStream", "DescribeLogStreams"),),
        free="it holds lines of its own group",
    ),
""",
    ),
    (
        f"{PLATFORM}/rules/kinds/watching.py",
        "from tenantry.rules.kinds.kind import Calls, Kind\n",
        "from tenantry.rules.rights.shape import Right\n",
    ),
    (
        f"{PLATFORM}/local/engine/resources/observability.py",
        'LOG_GROUP = put(_put_log_group, _remove_log_group, "name", "kmsKeyId")\n',
        """

def _make_log_stream(clients: Clients, inputs: Inputs) -> Made:
    clients("logs").create_log_stream(logGroupName=inputs["logGroupName"], logStreamName=inputs["name"])
    return Made(inputs["name"], {})


LOG_STREAM = MadeKind(_make_log_stream, goes_with_its_owner)
""",
    ),
    (
        f"{PLATFORM}/local/engine/resources/observability.py",
        "    tokens.LOG_GROUP: LOG_GROUP,\n",
        "    tokens.LOG_STREAM: LOG_STREAM,\n",
    ),
    (
        f"{PLATFORM}/verification/readers/watching.py",
        "    tokens.METRIC_ALARM: Reader(_metric_alarm),\n",
        "    tokens.LOG_STREAM: Reader(_log_stream),\n",
    ),
    (
        f"{PLATFORM}/verification/readers/watching.py",
        'return Found(name, found, {"arn": arn})\n',
        """

def _log_stream(reading: Reading, inputs: Inputs) -> Found | None:
    group = inputs["logGroupName"]
    there = reading.listed("logs", "describe_log_streams", "logStreams", logGroupName=group)
    found = any(each["logStreamName"] == inputs["name"] for each in there)
    return Found(inputs["name"], dict(inputs)) if found else None
""",
    ),
)


def listed(recipe: str) -> list[str]:
    """The files of a recipe's table, as patterns."""
    text = CONTRIBUTING.split(f"**{recipe}", 1)[1].split("\n**", 1)[0]
    return [re.sub(r"<\w+>", "*", name) for name in re.findall(r"^\| `([^`]+)` \|", text, re.M)]


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    project = Project.copied(tmp_path / "project")
    project.tenant("acme", "items")
    yield project
    project.tenantry("down", "--all")


def carried_out(project: Project, edits: tuple[Edit, ...]) -> set[str]:
    """The files that differ after it, but the generated schemas."""
    before = project.digests()
    for name, anchor, text in edits:
        file = project.root / name
        there = file.read_text() if anchor else ""
        assert there.count(anchor) == 1 or not anchor, f"{name}: {anchor}"
        file.write_text(there.replace(anchor, anchor + text) if anchor else text)
    succeeded(project, ".venv/bin/python", "-m", "tenantry.config.schema")
    after = project.digests()
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    return {name for name in changed if not fnmatch(name, SCHEMAS)}


def succeeded(project: Project, *command: str) -> None:
    done = project.run(*command)
    assert done.returncode == 0, done.stdout + done.stderr


def holds(project: Project) -> None:
    """Whatever a change must leave true: lint, the proof, the guardrails' registration, the documentation."""
    succeeded(project, ".venv/bin/ruff", "check", "platform")
    succeeded(project, ".venv/bin/ruff", "format", "--check", "platform")
    succeeded(project, ".venv/bin/python", "-m", "pytest", "-q", "tests/docs/test_documentation.py")
    [proof] = project.json("isolation", "--tenants", "own")["cells"]
    assert proof["leaks"] == []
    project.tenantry("up", "--detach", "--port", "0", "--tenants", "own")
    project.tenantry("verify")


def test_a_group_is_one_folder(project: Project) -> None:
    before = project.digests()
    project.tenantry("groups", "new", "quotes")
    after = project.digests()
    changed = {name for name in after if before.get(name) != after[name] and not fnmatch(name, SCHEMAS)}
    [folder] = listed("Add a route group")
    assert all(fnmatch(name, f"{folder}*") for name in changed)
    assert {Path(name).parts[:3] for name in changed} == {("functions", "groups", "quotes")}


def test_an_option_of_tiers_is_the_four_files_that_are_listed(project: Project) -> None:
    changed = carried_out(project, TIER_OPTION)
    patterns = listed("Add an option of tiers")
    assert len(changed) == len(patterns) == 4
    assert all(any(fnmatch(name, each) for each in patterns) for name in changed)
    tiers = project.root / "own" / "tiers.yaml"
    tiers.write_text(
        tiers.read_text().replace("    memory_mb:", "    ephemeral_storage_mb: 2048\n    memory_mb:")
    )
    holds(project)
    functions = project.client("lambda").list_functions()["Functions"]
    assert {each["EphemeralStorage"]["Size"] for each in functions} == {2048}


@pytest.mark.parametrize(("edits", "files"), [(KNOWN_TYPE, 3), (NEW_TYPE, 6)], ids=["known type", "new type"])
def test_a_resource_of_each_tenant_is_the_files_that_are_listed(
    project: Project, edits: tuple[Edit, ...], files: int
) -> None:
    changed = carried_out(project, edits)
    patterns = listed("Give each tenant another resource")
    assert len(patterns) == 6
    assert len(changed) == files
    assert all(any(fnmatch(name, each) for each in patterns[:files]) for name in changed)
    holds(project)
    logs, group = project.client("logs"), "/tenantry/demo/acme/audit"
    assert [each["logGroupName"] for each in logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]]
    streams = [each["logStreamName"] for each in logs.describe_log_streams(logGroupName=group)["logStreams"]]
    assert streams == (["changes"] if edits is NEW_TYPE else [])
