"""No two things ever share a physical name, and each name is one that its AWS service takes."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantry.config.slugs import is_cell_name
from tenantry.errors import WrongInput
from tenantry.groups import current
from tenantry.monitoring import alarms
from tenantry.monitoring.alarms import UNHEALTHY
from tenantry.monitoring.queries import queries
from tenantry.rules.arns import Arns
from tenantry.rules.naming import Names, generation, log_group, stage_variable
from tests.support.slugs import LONGEST_KEY, LONGEST_SLUG, LONGEST_STACK, slugs, stacks, two_slugs
from tests.support.watched import FUNCTIONS, watched

NAMES = Names(LONGEST_STACK)
FUNCTION_NAMES = {group: NAMES.function(LONGEST_SLUG, group) for group in FUNCTIONS}
QUEUES = [each.name for each in current().queues]
LONGEST_QUEUE = "q" * 10  # as groups' names are
CONDITIONS = [UNHEALTHY, *(each.name for each in alarms.of_tenant(watched()))]
LONGEST_REGION = "ap-southeast-1"

PER_TENANT: dict[str, Callable[[Names, str], str]] = {
    "table": Names.tenant,
    "signing secret": Names.signing_secret,
    "access log": Names.access_log,
    "issuer": Names.issuer,
}

# What each service takes: its API's own pattern (botocore's models), and the documented length.
LIMITS: dict[str, tuple[str, str, int]] = {
    **{f"function {group}": (name, r"[a-zA-Z0-9-_]+", 64) for group, name in FUNCTION_NAMES.items()},
    **{f"role {group}": (name, r"[\w+=,.@-]+", 64) for group, name in FUNCTION_NAMES.items()},
    **{f"log group {g}": (log_group(n), r"[\.\-_/#A-Za-z0-9]+", 512) for g, n in FUNCTION_NAMES.items()},
    **{f"alarm {each}": (NAMES.alarm(LONGEST_SLUG, each), r"[ -~]+", 255) for each in CONDITIONS},
    "access log": (NAMES.access_log(LONGEST_SLUG), r"[\.\-_/#A-Za-z0-9]+", 512),
    "pooled table": (NAMES.table, r"[a-zA-Z0-9_.-]{3,}", 255),
    "silo table": (NAMES.tenant(LONGEST_SLUG), r"[a-zA-Z0-9_.-]{3,}", 255),
    "usage plan": (NAMES.tenant(LONGEST_SLUG), r"[ -~]+", 255),
    **{f"query {each.key}": (NAMES.query(each.title), r"[ -~]+", 255) for each in queries(current())},
    "cell's alarm": (NAMES.cell_alarm("table-throttles"), r"[ -~]+", 255),
    "shared dashboard": (NAMES.shared_dashboard, r"[A-Za-z0-9-_]+", 255),
    "second page": (NAMES.cell_dashboard(2), r"[A-Za-z0-9-_]+", 255),
    "dashboard": (NAMES.tenant(LONGEST_SLUG), r"[A-Za-z0-9-_]+", 255),
    "topic": (NAMES.tenant(LONGEST_SLUG), r"[A-Za-z0-9-_]+", 256),
    "API key": (NAMES.api_key(LONGEST_SLUG, LONGEST_KEY), r"[ -~]+", 1024),
    "layer": (NAMES.layer, r"[a-zA-Z0-9-_]+", 140),
    "managed policy": (NAMES.cell, r"[\w+=,.@-]+", 128),
    "REST API": (NAMES.cell, r"[ -~]+", 1024),
    **{
        f"secret {each}": (generation(name, "0" * 8), r"[A-Za-z0-9/_+=.@-]+", 512)
        for each, name in {
            "runtime": NAMES.secret(LONGEST_SLUG),
            "signing": NAMES.signing_secret(LONGEST_SLUG),
            "delivery": NAMES.secret(LONGEST_SLUG, "delivery"),
        }.items()
    },
    "queue": (NAMES.queue(LONGEST_SLUG, LONGEST_QUEUE), r"[a-zA-Z0-9_-]+", 80),
    "dead letters": (NAMES.dead_letters(LONGEST_SLUG, LONGEST_QUEUE), r"[a-zA-Z0-9_-]+", 80),
    "bucket": (NAMES.bucket("1" * 12, LONGEST_REGION), r"[a-z0-9][a-z0-9.-]+[a-z0-9]", 63),
    "stage": (LONGEST_SLUG, r"[A-Za-z0-9_-]+", 128),
    **{f"stage variable {group}": (stage_variable(group), r"\w+", 64) for group in FUNCTIONS},
    **{f"its value {group}": (n, r"[A-Za-z0-9\-._~:/?#&=,]+", 512) for group, n in FUNCTION_NAMES.items()},
}


@pytest.mark.parametrize(("name", "pattern", "longest"), LIMITS.values(), ids=LIMITS)
def test_the_longest_names_are_ones_that_aws_takes(name: str, pattern: str, longest: int) -> None:
    assert len(name) <= longest, f"{name}: {len(name)} characters"
    assert re.fullmatch(pattern, name)


def names_of(slug: str, stack: str) -> list[str]:
    """All that one tenant's resources are called; role and queue are called as their function is."""
    names = Names(stack)
    return [
        *(name(names, slug) for name in PER_TENANT.values()),
        *(names.secret(slug, each.name) for each in current().secrets),
        *(names.dead_letters(slug, each) for each in QUEUES),
        *(names.function(slug, group) for group in FUNCTIONS),
        *(names.alarm(slug, condition) for condition in CONDITIONS),
    ]


@given(two_slugs(), stacks())
def test_no_two_tenants_meet_in_a_name(pair: tuple[str, str], stack: str) -> None:
    first, second = (names_of(slug, stack) for slug in pair)
    assert not set(first) & set(second)


@given(slugs(), stacks())
def test_no_two_resources_of_a_tenant_meet_in_a_name(slug: str, stack: str) -> None:
    names = names_of(slug, stack)
    assert len(names) == len(set(names))


@given(slugs(), slugs(), stacks(), stacks())
def test_no_two_stacks_of_an_account_meet_in_a_name(one: str, two: str, stack: str, other: str) -> None:
    if stack == other:
        return

    def everything(names: Names, slug: str) -> set[str]:
        shared = {names.cell, names.table, names.layer, names.bucket("1" * 12, "eu-west-1")}
        return shared | set(names_of(slug, names.stack))

    assert not everything(Names(stack), one) & everything(Names(other), two)


@given(st.from_regex(r"[a-z][a-z0-9]{1,12}", fullmatch=True), st.from_regex(r"[a-z0-9]{1,8}", fullmatch=True))
def test_where_a_slug_ends_can_be_told_from_the_name(slug: str, more: str) -> None:
    """acme's `eu-web` is not acme-eu's `web`, though a hyphen joins both."""
    names = Names("demo")
    for name in (names.function, names.api_key, names.alarm):
        assert name(slug, f"{more}-web") != name(f"{slug}-{more}", "web")


@given(slugs())
def test_a_silo_table_is_never_the_pooled_one(slug: str) -> None:
    names = Names("demo")
    assert names.tenant(slug) != names.table


def test_every_function_has_a_stage_variable_of_its_own() -> None:
    assert len({stage_variable(group) for group in FUNCTIONS}) == len(FUNCTIONS)


@given(stacks() | st.text(max_size=14) | st.from_regex(r"[a-z-]{1,13}\n?", fullmatch=True))
def test_a_stack_is_taken_exactly_if_it_could_name_a_cell(stack: str) -> None:
    """The local platform's stack is the cell's own name."""
    try:
        Names(stack)
        taken = True
    except WrongInput:
        taken = False
    assert taken == is_cell_name(stack)


@pytest.mark.parametrize("stack", ["production-eu", "demo_acme", "Demo", "d", "demo-", "demo--x", ""])
def test_a_stack_that_breaks_names_is_refused_with_the_rule(stack: str) -> None:
    with pytest.raises(WrongInput, match=f"stack's name {stack} cannot .* use 2 to 11 of a-z"):
        Names(stack)


def test_a_schedules_rule_fits_and_keeps_its_name() -> None:
    """EventBridge takes 64 characters; another name would be another rule, beside the old one."""
    assert Names("demo").schedule("acme", "sweep") == "tenantry_demo_acme_sweep"
    longest = Names(LONGEST_STACK).schedule(LONGEST_SLUG, "a" * 10)
    assert re.fullmatch(r"[\w.-]{1,64}", longest, re.ASCII)


def test_a_queue_and_its_dead_letters_keep_their_names() -> None:
    """Another name would be another queue, and leave behind what waits in this one."""
    names = Names("demo")
    assert names.queue("acme", "contact") == "tenantry_demo_acme_contact"
    assert names.dead_letters("acme", "contact") == "tenantry_demo_acme_contact_dead"


def test_arns_are_spelt_as_aws_spells_them() -> None:
    """Shapes: the Service Authorization Reference's resource types."""
    arns = Arns("aws-us-gov", "us-gov-west-1", "123456789012")
    own = "us-gov-west-1:123456789012"
    assert arns.table("t") == f"arn:aws-us-gov:dynamodb:{own}:table/t"
    assert arns.function("f") == f"arn:aws-us-gov:lambda:{own}:function:f"
    assert arns.log_group("/aws/lambda/f") == f"arn:aws-us-gov:logs:{own}:log-group:/aws/lambda/f"
    assert arns.rule("r") == f"arn:aws-us-gov:events:{own}:rule/r"
    assert arns.queue("q") == f"arn:aws-us-gov:sqs:{own}:q"
    assert arns.identity("example.com") == f"arn:aws-us-gov:ses:{own}:identity/example.com"
    assert arns.alarm("a") == f"arn:aws-us-gov:cloudwatch:{own}:alarm:a"
    assert arns.execute_api("api", "acme/*/*") == f"arn:aws-us-gov:execute-api:{own}:api/acme/*/*"
    assert arns.secrets("tenantry/demo/acme") == (
        f"arn:aws-us-gov:secretsmanager:{own}:secret:tenantry/demo/acme-??????"
    )
    assert arns.invocation("f") == (
        "arn:aws-us-gov:apigateway:us-gov-west-1:lambda:path/2015-03-31/functions/"
        f"arn:aws-us-gov:lambda:{own}:function:f/invocations"
    )
