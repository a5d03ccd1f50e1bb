"""The command `tenantry`: parse, call, print."""

import typer

from tenantry.cli import (
    backup,
    clients,
    console,
    contracts,
    costs,
    groups,
    isolation,
    keys,
    local,
    logs,
    operations,
    policies,
    quotas,
    secrets,
    tenants,
    updates,
    usage,
)
from tenantry.cli.output import reported_errors

app = typer.Typer(
    name="tenantry",
    help="One YAML file per tenant becomes keyed, authorized API calls.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # a local variable may hold a key
    add_completion=False,
)

app.command("validate")(tenants.validate)
app.command("quotas")(quotas.quotas)
app.command("new")(tenants.new)
app.add_typer(keys.keys, name="keys")
app.add_typer(groups.groups, name="groups")
app.command("openapi")(contracts.openapi)
app.command("cost")(costs.cost)
app.command("fit")(costs.fit)
app.command("build")(local.build)
app.command("up")(local.up)
app.command("update")(updates.update)
app.command("status")(local.status)
app.command("down")(local.down)
app.command("token")(clients.token)
app.command("call")(clients.call)
app.command("isolation")(isolation.isolation)
app.add_typer(secrets.secrets, name="secrets")
app.command("console")(console.console)
app.add_typer(policies.policies, name="policies")
app.command("usage")(usage.usage)
app.command("logs")(logs.logs)
app.command("redrive")(operations.redrive)
app.command("trigger")(operations.trigger)
app.command("purge")(operations.purge)
app.command("export")(backup.export)
app.command("import")(backup.import_)


def main() -> None:
    with reported_errors():
        app()
