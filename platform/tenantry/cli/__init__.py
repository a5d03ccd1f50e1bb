"""The command `tenantry`: parse, call, print."""

from typing import Annotated

import typer

from tenantry.cli import (
    audit,
    backup,
    clients,
    console,
    contracts,
    costs,
    examples,
    fleet,
    groups,
    growth,
    guardrails,
    isolation,
    keys,
    local,
    logs,
    operations,
    plan,
    policies,
    portal,
    quotas,
    releases,
    repair,
    secrets,
    stopping,
    tenants,
    token_clients,
    updates,
    usage,
    verification,
    webhooks,
)
from tenantry.cli.output import reported_errors
from tenantry.cli.streams import print_what_can_be

app = typer.Typer(
    name="tenantry",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # a local variable may hold a key
    context_settings={"help_option_names": ["-h", "--help"]},
)
FILES, HERE, RUNNING, DATA = "Tenants' files", "This machine", "What runs, here or on AWS", "Data and keys"


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(version("tenantry"))
        raise typer.Exit


@app.callback()
def overview(
    _version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """One YAML file per tenant becomes keyed, authorized API calls."""


app.command("validate", rich_help_panel=FILES)(tenants.validate)
app.command("quotas", rich_help_panel=FILES)(quotas.quotas)
app.command("new", rich_help_panel=FILES)(tenants.new)
app.add_typer(keys.keys, name="keys", rich_help_panel=FILES)
app.add_typer(groups.groups, name="groups", rich_help_panel=FILES)
app.command("openapi", rich_help_panel=FILES)(contracts.openapi)
app.command("place", rich_help_panel=FILES)(growth.place)
app.command("simulate", rich_help_panel=FILES)(growth.simulate)
app.command("plan", rich_help_panel=FILES)(plan.plan)
app.command("cost", rich_help_panel=FILES)(costs.cost)
app.command("fit", rich_help_panel=FILES)(costs.fit)
app.command("build", rich_help_panel=HERE)(local.build)
app.command("up", rich_help_panel=HERE)(local.up)
app.command("update", rich_help_panel=HERE)(updates.update)
app.command("status", rich_help_panel=HERE)(local.status)
app.command("env", rich_help_panel=HERE)(clients.env)
app.command("down", rich_help_panel=HERE)(stopping.down)
app.command("credentials", rich_help_panel=HERE)(local.credentials)
app.command("token", rich_help_panel=HERE)(clients.token)
app.command("call", rich_help_panel=HERE)(clients.call)
app.command("isolation", rich_help_panel=FILES)(isolation.isolation)
app.command("guardrails", rich_help_panel=FILES)(guardrails.guardrails)
app.add_typer(secrets.secrets, name="secrets", rich_help_panel=DATA)
app.command("console", rich_help_panel=RUNNING)(console.console)
app.command("handover", rich_help_panel=RUNNING)(contracts.handover)
app.command("portal", rich_help_panel=RUNNING)(portal.portal)
app.command("verify", rich_help_panel=RUNNING)(verification.verify)
app.add_typer(policies.policies, name="policies", rich_help_panel=RUNNING)
app.command("audit", rich_help_panel=RUNNING)(audit.audit)
app.command("releases", rich_help_panel=RUNNING)(releases.releases)
app.command("usage", rich_help_panel=RUNNING)(usage.usage)
app.command("logs", rich_help_panel=RUNNING)(logs.logs)
app.add_typer(webhooks.webhooks, name="webhooks", rich_help_panel=RUNNING)
app.add_typer(token_clients.clients, name="clients", rich_help_panel=RUNNING)
app.command("redrive", rich_help_panel=RUNNING)(operations.redrive)
app.command("trigger", rich_help_panel=RUNNING)(operations.trigger)
app.add_typer(fleet.fleet, name="fleet", rich_help_panel=RUNNING)
app.command("repair", rich_help_panel=RUNNING)(repair.repair)
app.command("erase", rich_help_panel=DATA)(operations.erase)
app.command("export", rich_help_panel=DATA)(backup.export)
app.command("import", rich_help_panel=DATA)(backup.import_)
examples.show(app)


def main() -> None:
    print_what_can_be()
    with reported_errors():
        app()
