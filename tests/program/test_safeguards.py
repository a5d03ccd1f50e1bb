"""What must hold for every resource, whoever the tenant is."""

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest
from pulumi.runtime import rpc

from tenantry import program
from tenantry.config import Cell
from tenantry.config.capacity import require_room
from tenantry.errors import WrongInput
from tenantry.gateway import contract
from tenantry.last_update import LastUpdate
from tenantry.packing import artifact
from tenantry.program import declare
from tenantry.program import run as run_program
from tenantry.recording import Recording
from tenantry.removals import removals
from tenantry.rules.naming import Names, generation, log_group
from tenantry.wanted import Project
from tests.support.command import ROOT
from tests.support.engine import ARNS, RecordingMonitor, deployment, register, run
from tests.support.fleets import written

TENANTS = ("acme", "acme-eu", "globex")
SETTINGS = {"tenantry:tenants": "tests/fixtures/tenants", "tenantry:mailFrom": "contact@example.org"}


@pytest.fixture
def _unbuilt(monkeypatch: pytest.MonkeyPatch) -> None:
    for build in ("code", "layer"):
        packed = artifact.Artifact(ROOT / "pyproject.toml", "0" * 64)
        monkeypatch.setattr(artifact, build, lambda *_, packed=packed, **__: packed)


def test_a_tier_that_sets_concurrency_bounds_every_function_of_its_tenants(cell: Cell) -> None:
    """The notifier gets what its queue lets run; with less, Lambda would take entries to throttle them."""
    [acme] = [each for each in cell.tenants if each.slug == "acme"]
    bounded = acme.tier.model_copy(update={"reserved_concurrency": 7})
    tenants = tuple(
        each.model_copy(update={"tier": bounded}) if each is acme else each for each in cell.tenants
    )
    functions = register(cell.model_copy(update={"tenants": tenants}))[0].of_type("Function")
    reserved = {name: each.inputs.get("reservedConcurrentExecutions") for name, each in functions.items()}
    own = {name.partition(".")[2]: most for name, most in reserved.items() if name.startswith("acme.")}
    assert own == {"authorizer": 7, "contact": 7, "items": 7, "tokens": 7, "tools": 7, "notifier": 2}
    assert {most for name, most in reserved.items() if not name.startswith("acme.")} == {None}


def test_a_preview_registers_exactly_what_an_update_registers(cell: Cell, engine: RecordingMonitor) -> None:
    """A resource made inside an `apply` would be missing here, where no output is known."""
    preview = register(cell, preview=True)[0]
    assert preview.by_urn().keys() == engine.by_urn().keys()


def test_a_preview_shows_the_body_and_the_roles_whole(cell: Cell) -> None:
    preview = register(cell, preview=True)[0]
    assert isinstance(preview.of_type("RestApi")["demo"].inputs["body"], str)
    assert preview.of_type("Policy")["demo"].document("policy")["Statement"]


def test_every_resource_hangs_below_its_tenant_or_its_cell(engine: RecordingMonitor) -> None:
    placed = set(engine.below("demo"))
    for tenant in TENANTS:
        placed |= set(engine.below(tenant))
    top = {"pulumi:pulumi:Stack", "tenantry:index:Cell", "tenantry:index:Tenant"}
    assert set(engine.by_urn()) - placed == {each.urn for each in engine.registered if each.type in top}


def test_every_role_is_bounded_and_open_to_lambda_alone(engine: RecordingMonitor) -> None:
    for role in engine.of_type("Role").values():
        assert role.inputs["permissionsBoundary"] == ARNS.iam("policy/tenantry_demo")
        [statement] = role.document("assumeRolePolicy")["Statement"]
        assert statement["Principal"] == {"Service": "lambda.amazonaws.com"}


def test_every_function_logs_to_its_own_group_which_is_there_before_it(engine: RecordingMonitor) -> None:
    groups = {each.inputs["name"]: each for each in engine.of_type("LogGroup").values()}
    for function in engine.of_type("Function").values():
        group = groups[log_group(function.inputs["name"])]
        assert group.urn in function.dependencies
        policy = engine.of_type("RolePolicy")[function.name].document("policy")
        [log] = [each for each in policy["Statement"] if each["Sid"] == "Log"]
        assert log["Resource"] == f"{ARNS.log_group(group.inputs['name'])}:*"


def test_no_stage_writes_an_execution_log_which_late_calls_would_make_again(engine: RecordingMonitor) -> None:
    stages = set(engine.of_type("Stage"))
    settings = engine.of_type("MethodSettings")
    assert set(settings) == stages
    assert all(each.inputs["settings"]["loggingLevel"] == "OFF" for each in settings.values())
    names = [each.inputs["name"] for each in engine.of_type("LogGroup").values()]
    assert not [name for name in names if name.startswith("API-Gateway")]


def test_the_gateway_may_call_a_tenants_function_from_that_tenants_stage_alone(
    engine: RecordingMonitor,
) -> None:
    for name, permission in engine.of_type("Permission").items():
        tenant, group = name.split(".")
        own = "authorizers/*" if group == "authorizer" else f"{tenant}/*/*"
        assert permission.inputs["sourceArn"] == ARNS.execute_api("demo-id", own)
        assert permission.inputs["principal"] == "apigateway.amazonaws.com"


def test_a_stage_is_made_after_the_permissions_it_needs(engine: RecordingMonitor) -> None:
    permissions = engine.of_type("Permission")
    for tenant, stage in engine.of_type("Stage").items():
        own = {each.urn for name, each in permissions.items() if name.startswith(f"{tenant}.")}
        assert own <= set(stage.dependencies)


def test_stages_log_calls_without_credentials(engine: RecordingMonitor) -> None:
    for stage in engine.of_type("Stage").values():
        logged = stage.inputs["accessLogSettings"]["format"].lower()
        assert "$context.status" in logged
        assert not [word for word in ("authorization", "x-api-key", 'apikey"', "body") if word in logged]


def test_tables_outlive_their_declaration(engine: RecordingMonitor) -> None:
    for table in engine.of_type("Table").values():
        assert table.retained


def test_a_tenants_secrets_go_with_it_and_can_be_restored_for_a_month(engine: RecordingMonitor) -> None:
    for each in [*engine.of_type_all("Secret"), *engine.of_type_all("SecretVersion")]:
        assert not each.retained
    assert {each.inputs["recoveryWindowInDays"] for each in engine.of_type_all("Secret")} == {30}


def test_each_creation_of_a_secret_has_a_name_of_its_own(engine: RecordingMonitor) -> None:
    """The old one's is taken for as long as it can be restored."""
    drawn = engine.of_type("RandomId")
    secrets = engine.of_type_all("Secret")
    assert len(drawn) == len(secrets)
    for each in secrets:
        made = [one for one in drawn.values() if one.urn in each.dependencies]
        assert [one.parent for one in made] == [each.parent]
        assert each.inputs["name"].endswith("/0a1b2c3d")


def test_the_first_version_of_a_secret_is_never_made_current_again(engine: RecordingMonitor) -> None:
    """Its own label keeps AWS from deleting it, and the engine from putting it before operators' values."""
    kept = [each for each in engine.of_type_all("SecretVersion") if each.ignored]
    assert kept
    for each in kept:
        assert each.inputs["versionStages"] == ["TENANTRY_FIRST"]
        assert set(each.ignored) == {"secretString", "versionStages"}


def test_a_rotation_of_signing_keys_becomes_the_current_version(engine: RecordingMonitor) -> None:
    [signing] = [each for each in engine.of_type_all("SecretVersion") if not each.ignored]
    assert "versionStages" not in signing.inputs


def test_a_tenants_own_key_rotates_and_outlives_its_declaration(engine: RecordingMonitor) -> None:
    """Its table is retained too, and unreadable without it."""
    [key] = engine.of_type_all("Key")
    assert key.retained
    assert (key.inputs["enableKeyRotation"], key.inputs["deletionWindowInDays"]) == (True, 30)
    assert not engine.of_type("Alias")["globex"].retained  # its name is free when the tenant comes back


def test_the_boundary_lets_roles_decrypt_through_services_what_the_cell_keeps(
    engine: RecordingMonitor,
) -> None:
    """And nothing else of KMS, whichever key it is."""
    limits = engine.of_type("Policy")["demo"].document("policy")["Statement"]
    kms = [each for each in limits if "kms:" in str(each["Action"])]
    assert {each["Action"] for each in kms} == {"kms:Decrypt"}
    assert [each["Condition"] for each in kms] == [
        {
            "StringEquals": {"kms:ViaService": "dynamodb.eu-central-1.amazonaws.com"},
            "StringLike": {"kms:EncryptionContext:aws:dynamodb:tableName": "tenantry_demo_*"},
        },
        {
            "StringEquals": {"kms:ViaService": "secretsmanager.eu-central-1.amazonaws.com"},
            "StringLike": {"kms:EncryptionContext:SecretARN": ARNS.secrets("tenantry/demo/*/*/*")},
        },
    ]


def test_a_table_without_a_key_of_its_own_says_so(engine: RecordingMonitor) -> None:
    """Said by silence, the provider would leave a table under the key that it had."""
    assert engine.of_type("Table")["demo"].inputs["serverSideEncryption"] == {"enabled": False}


def test_an_operators_value_in_a_secret_is_never_overwritten(engine: RecordingMonitor) -> None:
    secrets = {each.urn for each in engine.of_type_all("Secret") if "/signing/" not in each.inputs["name"]}
    versions = [each for each in engine.of_type_all("SecretVersion") if secrets & set(each.dependencies)]
    assert len(versions) == len(secrets) == len(TENANTS) + 1  # and globex's, which signs webhooks
    assert all("secretString" in each.ignored for each in versions)


def test_secret_values_are_marked_secret(engine: RecordingMonitor) -> None:
    for version in engine.of_type_all("SecretVersion"):
        assert rpc.is_rpc_secret(version.inputs["secretString"])
    for key in [*engine.of_type_all("ApiKey"), *engine.of_type_all("UsagePlanKey")]:
        assert "value" in key.secret_outputs


def test_a_functions_environment_holds_no_private_key_and_no_key_value(engine: RecordingMonitor) -> None:
    for function in engine.of_type("Function").values():
        variables = json.dumps(function.inputs["environment"]["variables"])
        assert "PRIVATE" not in variables
        assert "key-value-of" not in variables
        assert '\\"d\\"' not in variables


def secret_of(tenant: str, name: str) -> str:
    made = generation(Names("demo").secret(tenant, name), "0a1b2c3d")
    return ARNS.secrets(made)  # a pattern: the ARN ends in what AWS draws, and the role is there first


READERS = {"items": "runtime", "tools": "runtime", "notifier": "delivery", "tokens": "signing"}


def test_a_function_may_read_its_own_secret_alone(engine: RecordingMonitor) -> None:
    """What the notifier of a mailed tenant may not: it signs nothing."""
    for name, policy in engine.of_type("RolePolicy").items():
        reads = [each for each in policy.document("policy")["Statement"] if each["Sid"] == "ReadSecret"]
        tenant, group = name.split(".")
        own = READERS.get(group) if name != "acme.notifier" else None
        secrets = [secret_of(tenant, own)] if own else []
        assert [each["Resource"] for each in reads] == [secrets] * bool(own)


def test_a_changed_contract_is_a_new_deployment_and_nothing_else_is(
    cell: Cell, engine: RecordingMonitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def trigger(of: RecordingMonitor) -> str:
        return str(of.of_type("Deployment")["demo"].inputs["triggers"]["body"])

    fewer = cell.model_copy(update={"tenants": cell.tenants[:1]})
    assert trigger(register(fewer)[0]) == trigger(engine)
    text = json.dumps(contract.load())
    changed = text.replace('"operationId": "createItem', '"operationId": "makeItem')
    assert changed != text
    monkeypatch.setattr("tenantry.gateway.contract.load", lambda: json.loads(changed))
    assert trigger(register(fewer)[0]) != trigger(engine)


def test_the_accounts_logging_role_is_made_only_where_the_stack_says_so(cell: Cell) -> None:
    assert not register(cell)[0].of_type("Account")
    managed = register(cell, manage_account=True)[0]
    account = managed.of_type("Account")["demo"]
    assert account.retained  # it serves every stack of the account
    role, drawn = managed.of_type("Role")["demo"], managed.of_type("RandomId")["demo.gateway"]
    assert (role.retained, drawn.retained) == (True, False)  # a new one has a name of its own
    assert role.inputs["name"] == "tenantry_demo__gateway_0a1b2c3d"
    assert all(account.urn in stage.dependencies for stage in managed.of_type("Stage").values())


def test_outputs_give_each_tenants_url_and_keys(cell: Cell) -> None:
    outputs = register(cell)[1]
    assert outputs["tenants"]["acme"]["url"] == "https://api.example/acme"
    assert outputs["tenants"]["acme"]["api_key_ids"] == {"web": "acme.web-id"}
    assert outputs["tenants"]["acme"]["api_keys"] == {"web": "key-value-of-acme.web"}


def test_key_values_are_secret_outputs_and_addresses_are_not(cell: Cell) -> None:
    def secrecy() -> dict[str, Any]:
        acme = declare(cell, deployment(cell.name))["tenants"]["acme"]
        return {name: pulumi.Output.from_input(acme[name]).is_secret() for name in ("api_keys", "url")}

    assert run(secrecy, cell.name)[1] == {"api_keys": True, "url": False}


@pytest.mark.usefixtures("_unbuilt")
def test_the_stacks_configuration_names_the_cell_and_the_target() -> None:
    config = {"cell": "demo", "architecture": "x86_64", "runbooks": "https://example.com/runbooks"}
    pulumi.runtime.set_all_config({f"tenantry:{key}": value for key, value in config.items()} | SETTINGS)
    engine, _ = run(run_program, "prod")
    function = engine.of_type("Function")["acme.items"].inputs
    assert function["name"] == "tenantry_prod_acme_items"
    assert function["architectures"] == ["x86_64"]
    assert function["runtime"] == artifact.this_machine().runtime
    notifier = engine.of_type("Function")["acme.notifier"].inputs["environment"]["variables"]
    assert notifier["MAIL_FROM"] == "contact@example.org"
    failing = engine.of_type("MetricAlarm")["acme.5xx"].inputs["alarmDescription"]
    assert failing.endswith("https://example.com/runbooks#5xx")


def test_a_table_that_was_left_behind_is_adopted_by_its_name_and_nothing_else_changes(
    cell: Cell, engine: RecordingMonitor
) -> None:
    adopting = register(cell, adopt=("globex",))[0]
    imported = {each.urn: each.import_id for each in adopting.registered if each.import_id}
    assert imported == {adopting.of_type("Table")["globex"].urn: "tenantry_demo_globex"}
    assert not [each.urn for each in engine.registered if each.import_id]
    assert {urn: each.inputs for urn, each in adopting.by_urn().items()} == {
        urn: each.inputs for urn, each in engine.by_urn().items()
    }


@pytest.mark.usefixtures("_unbuilt")
def test_the_stacks_configuration_names_the_tables_to_adopt() -> None:
    pulumi.runtime.set_all_config({"tenantry:cell": "demo", "tenantry:adopt": '["globex"]', **SETTINGS})
    assert run(run_program, "prod")[0].of_type("Table")["globex"].import_id == "tenantry_prod_globex"


@pytest.mark.usefixtures("_unbuilt")
def test_the_stacks_configuration_gives_keys_their_values_and_keeps_them_secret() -> None:
    given = {"tenantry:apiKey.acme.web": "given-to-web-of-acme", "tenantry:apiKey.gone.web": "of-one-gone"}
    pulumi.runtime.set_all_config({"tenantry:cell": "demo", **given, **SETTINGS}, [*given])
    keys = run(run_program, "prod")[0].of_type("ApiKey")
    [(name, secret)] = [(name, key.inputs["value"]) for name, key in keys.items() if "value" in key.inputs]
    assert (name, secret["value"]) == ("acme.web", "given-to-web-of-acme")
    assert rpc._special_secret_sig in secret.values()


@pytest.mark.usefixtures("_unbuilt")
@pytest.mark.parametrize(
    ("adopt", "message"),
    [
        ('["initech"]', "adopt names 'initech', which has no table of its own in cell demo; .* one: globex"),
        ('["globex", "acme"]', "adopt names 'acme', which has no table of its own"),
        ("globex", r"adopt is not a list of slugs; write one, such as \[initech\]"),
        ('{"globex": true}', "adopt is not a list of slugs"),
        ("[7]", "adopt is not a list of slugs"),
    ],
)
def test_what_cannot_be_adopted_is_told(adopt: str, message: str) -> None:
    pulumi.runtime.set_all_config({"tenantry:cell": "demo", "tenantry:adopt": adopt, **SETTINGS})
    with pytest.raises(pulumi.RunError, match=message):
        run(run_program, "prod")


def deployed(cell: Cell, *slugs: str, **outputs: Any) -> dict[str, Any]:
    """Outputs of a last update that had these tenants; unknown ones were what acme is."""
    tenants = register(cell)[1]["tenants"]
    return {
        "cell": "demo",
        "tenants": {slug: tenants.get(slug, tenants["acme"]) for slug in slugs},
        **outputs,
    }


@pytest.mark.usefixtures("_unbuilt")
def test_a_tenant_that_comes_back_to_its_table_is_refused_before_anything_is_registered(
    cell: Cell, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = ["tenantry_prod", "tenantry_prod_globex"]
    there = aws.dynamodb.AwaitableGetTablesResult(names=tables, region="eu-central-1")
    monkeypatch.setattr(aws.dynamodb, "get_tables", lambda: there)
    last = deployed(cell, "acme", "acme-eu", left=["globex", "initech"])
    pulumi.runtime.set_all_config({"tenantry:cell": "demo", **SETTINGS})
    with pytest.raises(pulumi.RunError, match=r"table tenantry_prod_globex is there, .*adopt: \[globex\]"):
        run(run_program, "prod", last=last)
    pulumi.runtime.set_all_config({"tenantry:cell": "demo", "tenantry:adopt": '["globex"]', **SETTINGS})
    engine = run(run_program, "prod", last=last)[0]
    assert engine.of_type("Table")["globex"].import_id == "tenantry_prod_globex"


@pytest.mark.usefixtures("_unbuilt")
def test_a_tenant_that_comes_back_after_an_erasure_gets_a_new_table(cell: Cell) -> None:
    last = deployed(cell, "acme", "acme-eu", left=["globex"])
    pulumi.runtime.set_all_config({"tenantry:cell": "demo", **SETTINGS})
    assert run(run_program, "prod", last=last)[0].of_type("Table")["globex"].import_id == ""


@pytest.mark.usefixtures("_unbuilt")
def test_what_has_no_room_beside_what_goes_is_refused_before_anything_is_registered(cell: Cell) -> None:
    others = [f"other-{number}" for number in range(8)]
    pulumi.runtime.set_all_config({"tenantry:cell": "demo", "tenantry:allow": json.dumps(others), **SETTINGS})
    with pytest.raises(pulumi.RunError, match=r"holds 10 stages, .* 11 .*: acme, acme-eu, globex would"):
        run(run_program, "prod", last=deployed(cell, *others))


@pytest.mark.usefixtures("_unbuilt")
def test_a_domain_that_another_tenant_had_is_refused_before_anything_is_registered(
    cell: Cell, tmp_path: Path
) -> None:
    folder = tmp_path / "tenants"
    shutil.copytree(ROOT / SETTINGS["tenantry:tenants"], folder)
    certificate = "arn:aws:acm:eu-central-1:123456789012:certificate/0a1b2c3d"
    file = folder / "demo" / "globex.yaml"
    file.write_text(f"{file.read_text()}\ndomain: {{name: api.acme.example, certificate: '{certificate}'}}\n")
    last = deployed(cell, *TENANTS)
    last["tenants"]["acme"] |= {"addresses": ["https://api.acme.example"]}
    allowed = {"tenantry:allow": '["acme/addresses/api.acme.example"]'}
    settings = {"tenantry:cell": "demo", **SETTINGS, **allowed, "tenantry:tenants": str(folder)}
    pulumi.runtime.set_all_config(settings)
    with pytest.raises(pulumi.RunError, match="cannot move from acme to globex in one update"):
        run(run_program, "prod", last=last)


@pytest.mark.parametrize(
    ("before", "after", "quota"),
    [
        (["a", "b"], ["a", "b"], 2),
        (["a", "b"], ["a"], 2),
        (["a"], ["b"], 2),
        (["a", "b"], ["a", "b", "c"], 2),  # in no order either: the capacity table says so
    ],
)
def test_what_fits_in_one_update_is_let_through(before: list[str], after: list[str], quota: int) -> None:
    require_room("demo", before, after, quota)


@pytest.mark.usefixtures("_unbuilt")
@pytest.mark.parametrize("preview", [False, True])
def test_a_tenant_whose_file_is_gone_is_refused_before_anything_is_registered(
    cell: Cell, preview: bool
) -> None:
    last = {"cell": "demo", "tenants": {"initech": register(cell)[1]["tenants"]["acme"]}}
    pulumi.runtime.set_all_config({"tenantry:cell": "demo", **SETTINGS})
    with pytest.raises(pulumi.RunError, match="initech: it would remove the tenant, whose file is gone"):
        run(run_program, "prod", preview, last)
    pulumi.runtime.set_all_config({"tenantry:cell": "demo", "tenantry:allow": '["initech"]', **SETTINGS})
    assert run(run_program, "prod", preview, last)[0].of_type("Stage").keys() == set(TENANTS)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One whose stack `demo` has the fixtures' tenants; the program digests its files."""
    root = written(tmp_path / "project", {"demo": []})
    shutil.copytree(ROOT / SETTINGS["tenantry:tenants"], root / "tenants", dirs_exist_ok=True)
    monkeypatch.setattr(program, "Project", lambda: Project(root))
    pulumi.runtime.set_all_config(
        {"tenantry:cell": "demo", **SETTINGS, "tenantry:tenants": str(root / "tenants")}
    )
    return root


@pytest.mark.usefixtures("_unbuilt")
def test_what_is_saved_during_an_update_is_left_for_the_next_one(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = project / "tenants" / "demo" / "globex.yaml"
    before, digests = Project(project).digest("demo"), list[str]()

    def export(_: Recording, digest: pulumi.Output[str]) -> None:
        digest.apply(digests.append)

    monkeypatch.setattr(Recording, "export", export)
    run(lambda: run_program(lambda _: file.unlink()), "demo")
    assert digests == [before] != [Project(project).digest("demo")]


@pytest.mark.usefixtures("_unbuilt")
def test_files_that_cannot_be_read_are_all_reported(project: Path) -> None:
    for slug in ("acme", "globex"):
        (project / "tenants" / "demo" / f"{slug}.yaml").write_text("name: [\n")
    with pytest.raises(pulumi.RunError, match=r"(?s)acme\.yaml:.*globex\.yaml:"):
        run(run_program, "demo")


@pytest.mark.usefixtures("_unbuilt")
@pytest.mark.parametrize("allow", ["initech", "{}", "[7]"])
def test_what_is_no_list_allows_nothing(allow: str) -> None:
    pulumi.runtime.set_all_config({"tenantry:cell": "demo", "tenantry:allow": allow, **SETTINGS})
    with pytest.raises(pulumi.RunError, match="tenantry:allow is not a list; write one, such as"):
        run(run_program, "prod")


def test_outputs_say_what_the_next_update_must_not_take_away(cell: Cell) -> None:
    """An update is compared with the last one by its outputs alone."""
    last = LastUpdate.of(register(cell)[1])
    assert list(removals(last, cell, date(2027, 1, 1))) == []
    ends = cell.tenants[0].model_copy(update={"status": "offboarding", "until": "2027-03-31"})
    ending = LastUpdate.of(register(cell.model_copy(update={"tenants": (ends,)}))[1])
    assert ending.tenants[ends.slug].ends == date(2027, 3, 31)
    assert {slug: each.signing_keys for slug, each in last.tenants.items() if each.signing_keys} == {
        each.slug: frozenset(each.auth.managed.keys) for each in cell.tenants if each.auth.managed
    }


def test_a_stack_that_names_no_cell_is_told_which_there_are() -> None:
    pulumi.runtime.set_all_config({"tenantry:cell": "nowhere", **SETTINGS})
    with pytest.raises(pulumi.RunError, match="no cell 'nowhere'; there are: demo"):
        run(run_program, "prod")


@pytest.mark.usefixtures("_unbuilt")
@pytest.mark.parametrize("groups", ['["../theirs"]', "../theirs"])
def test_a_stack_cannot_have_groups_of_its_own(groups: str) -> None:
    pulumi.runtime.set_all_config({"tenantry:cell": "demo", "tenantry:groups": groups, **SETTINGS})
    with pytest.raises(pulumi.RunError, match=r"tenantry:groups is the project's; set it in Pulumi\.yaml"):
        run(run_program, "prod")


def test_a_sender_that_is_missing_or_none_is_told_before_anything_is_registered(cell: Cell) -> None:
    with pytest.raises(WrongInput, match=r"acme: messages are to be mailed, .*; set tenantry:mailFrom"):
        register(cell, mail_from=None)
    with pytest.raises(WrongInput, match="mailFrom is 'Acme <x>', which is not an e-mail address"):
        register(cell, mail_from="Acme <x>")


@pytest.mark.usefixtures("_unbuilt")
@pytest.mark.parametrize("address", ["our wiki", "https://example.com/runbooks#here"])
def test_an_address_that_no_anchor_can_be_added_to_is_told(address: str) -> None:
    pulumi.runtime.set_all_config({"tenantry:cell": "demo", "tenantry:runbooks": address, **SETTINGS})
    with pytest.raises(pulumi.RunError, match="write the address of the page, without blanks and without #"):
        run(run_program, "prod")


def test_a_stack_whose_name_cannot_stand_in_names_is_refused(cell: Cell) -> None:
    with pytest.raises(WrongInput, match="production-eu"):
        register(cell, names=Names("production-eu"))
