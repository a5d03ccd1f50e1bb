"""The files that carry the platform to AWS agree with it: stacks and workflow."""

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tenantry.local import PORT
from tenantry.local.platform import SERVICES

ROOT = Path(__file__).parents[2]
STACKS = {path.name.split(".")[1]: yaml.safe_load(path.read_text()) for path in ROOT.glob("Pulumi.*.yaml")}
WORKFLOW_TEXT = (ROOT / ".github" / "workflows" / "deploy.yml").read_text()
WORKFLOW: dict[str, Any] = yaml.safe_load(WORKFLOW_TEXT)
DRIFT: dict[str, Any] = yaml.safe_load((ROOT / ".github" / "workflows" / "drift.yml").read_text())
PRODUCT = ROOT / ".github" / "workflows" / "product.yml"  # an operator may have deleted it
JOBS = WORKFLOW["jobs"] | DRIFT["jobs"]
# Whoever runs the tests by make would have the makes in them speak of being below it.
APART = {name: value for name, value in os.environ.items() if not re.match("MAKE|MFLAGS", name)}
MADE_ALREADY = ("--old-file=.venv/.set-up", "--old-file=policy-pack/.venv/.set-up")
STEPS = [step for job in JOBS.values() for step in job["steps"]]


def stack_keys() -> set[str]:
    modules = (ROOT / "platform" / "tenantry" / f"{name}.py" for name in ("program", "settings"))
    program = "".join(module.read_text() for module in modules)
    return set(re.findall(r'config\.(?:get|get_bool|require)\("(\w+)"\)', program))


@pytest.mark.parametrize("stack", STACKS)
def test_a_stack_has_keys_that_are_read(stack: str) -> None:
    config = STACKS[stack]["config"]
    assert {key.removeprefix("tenantry:") for key in config if key.startswith("tenantry:")} <= stack_keys()
    spec = importlib.util.find_spec("pulumi_aws")
    assert spec is not None
    assert spec.origin is not None
    provider = (Path(spec.origin).parent / "config" / "vars.py").read_text()
    known = set(re.findall(r"__config__\.get\w*\('(\w+)'\)", provider))
    assert {key.removeprefix("aws:") for key in config if key.startswith("aws:")} <= known


def test_the_local_stack_reaches_every_service_at_the_emulators_default_port() -> None:
    (endpoints,) = STACKS["local"]["config"]["aws:endpoints"]
    assert set(endpoints) == {*SERVICES, "sts"}
    assert set(endpoints.values()) == {f"http://127.0.0.1:{PORT}"}


def test_the_workflow_deploys_by_the_stacks_python_and_the_pinned_pulumi() -> None:
    on_aws = {name: each["config"] for name, each in STACKS.items() if "aws:endpoints" not in each["config"]}
    pythons = {step["with"]["python-version"] for step in STEPS if "setup-python" in step.get("uses", "")}
    assert {f"python{each}" for each in pythons} == {config["tenantry:runtime"] for config in on_aws.values()}
    pinned = re.search(r"^pulumi==(\S+)", (ROOT / "requirements" / "platform.txt").read_text(), re.M)
    assert pinned is not None
    versions = {step["with"]["pulumi-version"] for step in STEPS if "pulumi/actions" in step.get("uses", "")}
    assert versions == {pinned[1]}


def test_no_stack_is_named_and_none_is_planned_or_rolled_out_without_the_policy_pack() -> None:
    engine = [step["with"] for step in STEPS if "pulumi/actions" in step.get("uses", "")]
    assert {name for step in engine for name in step} == {"pulumi-version"}  # it brings the CLI alone
    for target, command in {"planned": "plan", "rollout": "up"}.items():
        [line, *_] = made(target).splitlines()
        assert line.startswith(f".venv/bin/tenantry fleet {command} --policy-pack policy-pack")
    for job, target in {"preview": "make planned", "rollout": "make rollout"}.items():
        runs = [step.get("run") for step in WORKFLOW["jobs"][job]["steps"]]
        assert runs.index("make setup policies") < runs.index(target)


def made(target: str) -> str:
    """What that target would run, where the environment is made already."""
    done = subprocess.run(
        ["make", "--dry-run", *MADE_ALREADY, target],
        cwd=ROOT,
        env=APART,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


LISTED = [
    {"stack": "demo", "region": "eu-central-1", "role": None},
    {"stack": "demo.acme", "region": "eu-central-1", "role": None},
    {"stack": "prod", "region": "us-east-1", "role": None},
    {"stack": "far", "region": "eu-west-1", "role": "arn:aws:iam::1:role/deploy"},
]
AWS = (
    'echo "$*" >> aws-calls',
    'case "$*" in',
    "*get-rest-apis*tenantry_prod*) echo api2;;",
    "*get-rest-apis*tenantry_demo*) echo api1;;",
    "*get-stages*) echo acme globex;;",
    "esac",
)


@pytest.fixture
def after(tmp_path: Path) -> Path:
    """Of a project whose `tenantry` lists three cells, one of them reached by a role, and whose `aws` has the
    APIs of the other two. Both write down how they were called.
    """
    (tmp_path / "Makefile").write_text((ROOT / "Makefile").read_text())
    program(
        tmp_path / "bin" / "tenantry",
        'echo "$*" >> calls',
        'case "$*" in',
        f"*list\\ far*) echo '{json.dumps(LISTED[3:])}';;",
        f"*list*) echo '{json.dumps(LISTED)}';;",
        "esac",
    )
    (tmp_path / "bin" / "python").symlink_to(sys.executable)
    program(tmp_path / "aws", *AWS)
    return tmp_path


def done_after(folder: Path, target: str, *settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", *MADE_ALREADY, "BIN=bin", target, *settings],
        cwd=folder,
        env={**APART, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_each_cell_that_the_files_name_is_verified_and_one_with_a_role_if_it_is_asked_for(
    after: Path,
) -> None:
    assert done_after(after, "verify").returncode == 0
    assert done_after(after, "verify", "STACK=far").returncode == 0
    verified = [each for each in (after / "calls").read_text().splitlines() if each.startswith("verify")]
    assert verified == [f"verify --stack {stack} --call" for stack in ("demo", "prod", "far")]


def test_what_the_state_says_of_releases_is_read_by_who_deploys_for_who_verifies(after: Path) -> None:
    assert done_after(after, "record", "RECORDS=known").returncode == 0
    assert done_after(after, "verify", "RECORDS=known").returncode == 0
    calls = (after / "calls").read_text().splitlines()
    stacks = ("demo", "prod")
    assert [each for each in calls if "list" not in each] == [
        *(f"releases --stack {stack} --to known/{stack}.json" for stack in stacks),
        *(f"verify --stack {stack} --call --record known/{stack}.json" for stack in stacks),
    ]
    assert (after / "known").is_dir()
    rollout = WORKFLOW["jobs"]["rollout"]
    assert rollout["env"]["RECORDS"]
    steps = [each.get("run") or each.get("with", {}).get("role-to-assume", "") for each in rollout["steps"]]
    verifying = steps.index("${{ vars.AWS_VERIFY_ROLE }}")
    assert steps.index("make rollout") < steps.index("make record") < verifying < steps.index("make verify")


def test_each_stage_of_those_cells_is_flushed_in_its_own_region(after: Path) -> None:
    assert done_after(after, "flush").returncode == 0
    flushed = [each for each in (after / "aws-calls").read_text().splitlines() if "flush" in each]
    assert flushed == [
        f"apigateway flush-stage-authorizers-cache --region {region} --rest-api-id {api} --stage-name {stage}"
        for region, api in (("eu-central-1", "api1"), ("us-east-1", "api2"))
        for stage in ("acme", "globex")
    ]


@pytest.mark.parametrize("target", ["flush", "verify"])
def test_what_follows_a_rollout_fails_where_the_stacks_cannot_be_listed(after: Path, target: str) -> None:
    program(after / "bin" / "tenantry", "echo tenants/demo/acme.yaml is wrong >&2", "exit 2")
    done = done_after(after, target)
    assert done.returncode != 0
    assert "tenants/demo/acme.yaml is wrong" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_flush_that_finds_no_api_or_may_not_read_its_stages_fails(after: Path) -> None:
    program(after / "aws", 'case "$*" in *get-rest-apis*) ;; *) exit 1;; esac')
    missing = done_after(after, "flush")
    assert missing.returncode != 0
    assert "stack demo has no API tenantry_demo in eu-central-1" in missing.stderr
    program(
        after / "aws", 'case "$*" in *get-rest-apis*) echo api;; *) echo AccessDenied >&2; exit 254;; esac'
    )
    refused = done_after(after, "flush")
    assert refused.returncode != 0
    assert "AccessDenied" in refused.stderr


def test_the_policy_pack_has_the_programs_pulumi() -> None:
    pinned = [
        re.findall(r"^pulumi==(\S+)", (ROOT / "requirements" / f"{each}.txt").read_text(), re.M)
        for each in ("platform", "policy-pack")
    ]
    assert pinned[0] == pinned[1] != []


def test_the_workflow_grants_little_and_runs_no_text_from_outside() -> None:
    assert WORKFLOW["permissions"] == {}
    assert DRIFT["permissions"] == {}
    assert {name for name, job in JOBS.items() if "id-token" in job["permissions"]} == {
        "preview",
        "rollout",
        "drift",
    }
    assert not any("${{" in step.get("run", "") for step in STEPS)
    used = [step["uses"] for step in STEPS if "uses" in step and not step["uses"].startswith("docker://")]
    assert [each for each in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", each)] == []
    assert JOBS["rollout"]["concurrency"]["cancel-in-progress"] is False
    assert "pull_request_target" not in WORKFLOW_TEXT


def test_the_workflow_runs_make_targets_that_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(), re.M))
    lines = [line.split() for step in STEPS for line in step.get("run", "").splitlines() if line]
    runs = [names for first, *names in lines if first == "make"]
    assert runs
    assert {name for names in runs for name in names} <= targets


def test_each_kind_of_run_takes_a_role_of_its_own_and_the_page_says_what_it_holds() -> None:
    taken = {
        name: [
            step["with"]["role-to-assume"].split(".")[1].split()[0]
            for step in job["steps"]
            if "role-to-assume" in step.get("with", {})
        ]
        for name, job in JOBS.items()
    }
    assert {name: roles for name, roles in taken.items() if roles} == {
        "preview": ["AWS_PREVIEW_ROLE"],
        "rollout": ["AWS_DEPLOY_ROLE", "AWS_VERIFY_ROLE"],
        "drift": ["AWS_DRIFT_ROLE"],
    }
    page = (ROOT / "docs" / "operations.md").read_text()
    for role in (each for roles in taken.values() for each in roles):
        policy = role.split("_")[1].lower()
        assert re.search(rf"^\| `{role}` \| ARN of a role .*`tenantry policies {policy}`", page, re.M)


def script(job: str, name: str = "") -> str:
    """The one of that job, and of that name if it has several, which is no target of make's."""
    [found] = [
        step["run"]
        for step in JOBS[job]["steps"]
        if not re.fullmatch(r"make [a-z ]+", step.get("run", "make it")) and step.get("name", "") == name
    ]
    return str(found)


def program(file: Path, *lines: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(("#!/bin/sh", *lines, "")))
    file.chmod(0o700)


def ran(job: str, folder: Path, step: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    """As GitHub runs a step: by bash, which stops at the first error."""
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script(job, step)],
        cwd=folder,
        env={"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(("code", "ends", "marked"), [(0, 0, False), (3, 0, True), (2, 2, False)])
def test_a_plan_that_needs_a_person_marks_the_pull_request_and_fails_nothing(
    tmp_path: Path, code: int, ends: int, marked: bool
) -> None:
    program(tmp_path / ".venv" / "bin" / "tenantry", 'echo "the plan: $*"', f"exit {code}")
    done = ran("plan", tmp_path, GITHUB_STEP_SUMMARY="summary.md")
    assert (done.returncode, "::warning" in done.stdout) == (ends, marked)
    comment = "<!-- tenantry plan -->\nthe plan: plan --against HEAD^1 --markdown\n"
    assert (tmp_path / "plan.md").read_text() == (tmp_path / "summary.md").read_text() == comment


@pytest.mark.parametrize(
    ("known", "sent"),
    [("", "here"), ("7", "--method PATCH comments/7"), ("7\\n9\\n", "--method PATCH comments/7")],
)
def test_a_pull_request_has_one_comment_which_is_renewed(tmp_path: Path, known: str, sent: str) -> None:
    (tmp_path / "plan.md").write_text("<!-- tenantry plan -->\n" + "a" * 70_000)
    program(
        tmp_path / "gh",
        f'case "$*" in *--jq*) printf "{known}";; *) echo "$*" >> sent; esac',
    )
    done = ran("comment", tmp_path, COMMENTS="here", COMMENT="comments")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "sent").read_text() == f"api --silent {sent} --field body=@body.md\n"
    assert 64_000 < len((tmp_path / "body.md").read_text()) < 65_536


def test_whoever_may_comment_runs_nothing_of_the_pull_requests() -> None:
    writing = {name for name, job in WORKFLOW["jobs"].items() if job["permissions"].get("pull-requests")}
    assert writing == {"comment"}
    assert WORKFLOW["jobs"]["comment"]["permissions"] == {"pull-requests": "write"}
    assert not any("checkout" in step.get("uses", "") for step in WORKFLOW["jobs"]["comment"]["steps"])


@pytest.mark.parametrize("job", ["preview", "rollout", "drift"])
def test_a_variable_that_is_missing_is_a_red_step_that_names_it(tmp_path: Path, job: str) -> None:
    [step] = [each for each in JOBS[job]["steps"] if each.get("name") == "variables"]
    assert JOBS[job]["steps"][0] == step
    names = {"PULUMI_BACKEND_URL", *step["env"]}
    used = set(re.findall(r"vars\.([A-Z_]+)", str(JOBS[job]["steps"]))) | {"PULUMI_BACKEND_URL"}
    assert names == used
    complete = dict.fromkeys(names, "set")
    assert ran(job, tmp_path, "variables", **complete).returncode == 0
    for name in names:
        done = ran(job, tmp_path, "variables", **{**complete, name: ""})
        marked = re.findall(r"::error title=(\w+) is missing", done.stdout)
        assert (done.returncode, marked) == (1, [name])


def test_a_rollout_waits_for_its_plan_and_takes_no_other_steps(tmp_path: Path) -> None:
    rollout = WORKFLOW["jobs"]["rollout"]
    assert (rollout["needs"], rollout["environment"]) == ("preview", "rollout")
    steps = [step.get("name") or step.get("run", "") for step in rollout["steps"]]
    assert steps.index("approved") < steps.index("make rollout")
    program(tmp_path / "make", 'printf "demo $DIGEST" > planned')
    (tmp_path / "approved").mkdir()
    (tmp_path / "approved" / "planned").write_text("demo a")
    same = ran("rollout", tmp_path, "approved", DIGEST="a")
    other = ran("rollout", tmp_path, "approved", DIGEST="b")
    assert (same.returncode, other.returncode) == (0, 1)
    assert "< demo a" in other.stdout
    assert "::error title=not what was approved::" in other.stdout


def test_a_plan_that_finds_something_to_do_is_no_failure_and_one_that_cannot_be_made_is() -> None:
    for code, ends in {0: 0, 3: 0, 1: 1}.items():
        command, _, otherwise = made("planned").partition(" || ")
        assert command.endswith("--digest planned")
        done = subprocess.run(["sh", "-c", f"(exit {code}) || {otherwise}"], check=False)
        assert done.returncode == ends


def test_drift_takes_no_rollouts_place_in_the_queue_and_passes_while_one_runs() -> None:
    """Of one group, GitHub cancels what waits for what comes later."""
    others = [
        job["concurrency"]["group"] for name, job in JOBS.items() if "concurrency" in job and name != "drift"
    ]
    assert JOBS["drift"]["concurrency"]["group"] not in others
    _, _, otherwise = made("drift").partition(" || ")
    for code, ends in {3: 1, 1: 1, 5: 0}.items():
        done = subprocess.run(["sh", "-c", f"(exit {code}) || {otherwise}"], check=False)
        assert done.returncode == ends


def test_the_operators_pipeline_runs_none_of_the_products_tests() -> None:
    runs = [step["run"] for step in STEPS if "run" in step]
    assert not any(re.search(r"\b(test|unit|journeys|check)\b", each) for each in runs if "make" in each)


@pytest.mark.skipif(not PRODUCT.exists(), reason="an operator's repository, without the product's suite")
def test_the_product_is_tested_on_every_python_that_it_takes() -> None:
    product = yaml.safe_load(PRODUCT.read_text())
    pythons = product["jobs"]["test"]["strategy"]["matrix"]["python"]
    minors = [int(each.removeprefix("3.")) for each in pythons]
    required = re.search(r'requires-python = ">=3\.(\d+)"', (ROOT / "pyproject.toml").read_text())
    assert required is not None
    assert minors == list(range(int(required[1]), 15))
    assert not any(each.startswith("tenants") for each in product[True]["push"]["paths"])  # YAML's `on`
