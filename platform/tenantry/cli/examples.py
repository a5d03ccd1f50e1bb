"""The examples that `--help` shows of each command; a test runs each line as it is written here."""

from typer import Typer

EXAMPLES = {
    "validate": ("tenantry validate", "tenantry validate --json"),
    "quotas": ("tenantry quotas --stack demo",),
    "new": ("tenantry new initech --cell demo --tier bronze",),
    "keys list": ("tenantry keys list acme", "tenantry keys list acme --kind signing --json"),
    "keys add": ("tenantry keys add acme", "tenantry keys add acme 2027 --kind signing"),
    "keys retire": ("tenantry keys retire acme web", "tenantry keys retire acme web --stack demo --yes"),
    "keys set": ("tenantry keys set acme web < value", "tenantry keys set acme web --stack demo < value"),
    "groups list": ("tenantry groups list",),
    "groups new": ("tenantry groups new quotes", "tenantry groups new quotes --in ../our-groups"),
    "openapi": ("tenantry openapi acme --local > openapi.yaml", "tenantry openapi acme --stack demo --json"),
    "place": ("tenantry place initech", "tenantry place initech --residency eu"),
    "simulate": ("tenantry simulate --tenants 10000 --growth 100 --accounts 4",),
    "handover": ("tenantry handover acme --to handover/acme --stack demo",),
    "plan": ("tenantry plan", "tenantry plan --against origin/main --markdown", "tenantry plan --stack demo"),
    "cost": (
        "tenantry cost acme --requests-per-month 100000 --requests-per-month 1000000",
        "tenantry cost acme --compare tier",
        "tenantry cost --actual --stack demo",
    ),
    "fit": ("tenantry fit acme",),
    "build": ("tenantry build",),
    "up": ("tenantry up", "tenantry up --watch", "tenantry up --detach --port 0 --json"),
    "update": ("tenantry update --preview", "tenantry update"),
    "status": ("tenantry status acme", "tenantry status --json"),
    "env": ('eval "$(tenantry env acme)"', "tenantry env acme --scope items:read --ttl 600 > .env"),
    "down": ("tenantry down", "tenantry down --delete"),
    "credentials": ('eval "$(tenantry credentials)"',),
    "token": ("tenantry token acme --scope items:read", "tenantry token acme --stack demo --ttl 600"),
    "call": (
        "tenantry call acme GET /items/orders",
        "tenantry call acme POST /items/orders --data @order.json",
        "tenantry call acme GET /items/orders --curl",
    ),
    "isolation": ("tenantry isolation", "tenantry isolation --cell demo --wide", "tenantry isolation --live"),
    "guardrails": ("tenantry guardrails",),
    "secrets list": ("tenantry secrets list acme --stack demo",),
    "secrets set": (
        "tenantry secrets set acme webhook_secret --generate --show",
        "tenantry secrets set acme webhook_secret --stack demo < value",
    ),
    "secrets show": ("tenantry secrets show acme webhook_secret --stack demo",),
    "console": ("tenantry console --open", "tenantry console --stack demo --listen 0"),
    "verify": ("tenantry verify", "tenantry verify acme --stack demo --call"),
    "policies deploy": ("tenantry policies deploy --stack demo --account 123456789012",),
    "policies preview": ("tenantry policies preview --stack demo --account 123456789012",),
    "policies drift": ("tenantry policies drift --stack demo --account 123456789012",),
    "policies verify": ("tenantry policies verify --stack demo --account 123456789012",),
    "policies console": ("tenantry policies console --stack demo --account 123456789012",),
    "policies zones": (
        "tenantry policies zones --stack demo --account 123456789012 --zone Z0123456789ABCDEFGHIJ",
    ),
    "policies audit": ("tenantry policies audit --stack demo --account 123456789012",),
    "audit": ("tenantry audit acme --since 30d", "tenantry audit acme --stack demo --verify"),
    "releases": ("tenantry releases --stack demo",),
    "usage": ("tenantry usage acme", "tenantry usage --month 2026-10 --csv --stack demo"),
    "logs": (
        "tenantry logs acme --follow --errors",
        "tenantry logs acme --since 2h --request 01JD3Z6K --stack demo",
    ),
    "portal": ("tenantry portal acme --open", "tenantry portal acme --clients --stack demo"),
    "webhooks list": ("tenantry webhooks list globex",),
    "webhooks test": ("tenantry webhooks test globex crm --stack demo",),
    "webhooks enable": ("tenantry webhooks enable globex crm --stack demo",),
    "webhooks resend": (
        "tenantry webhooks resend globex --since 2h",
        "tenantry webhooks resend globex --id 01JD3Z6K0V8Q4T7M2N5P9R1S3W",
    ),
    "webhooks listen": ("tenantry webhooks listen globex --forward http://localhost:3000/hook",),
    "clients list": ("tenantry clients list acme",),
    "clients add": ("tenantry clients add acme crm --scope items:read",),
    "clients roll": ("tenantry clients roll acme crm --grace 48",),
    "clients end": ("tenantry clients end acme crm --days 0",),
    "clients remove": ("tenantry clients remove acme crm --stack demo",),
    "redrive": ("tenantry redrive acme --stack demo",),
    "trigger": ("tenantry trigger acme digests",),
    "fleet list": ("tenantry fleet list --offline",),
    "fleet plan": ("tenantry fleet plan",),
    "fleet up": ("tenantry fleet up", "tenantry fleet up demo demo.acme"),
    "fleet rollback": ("tenantry fleet rollback",),
    "fleet status": ("tenantry fleet status",),
    "fleet halt": ('tenantry fleet halt --why "errors at acme"',),
    "fleet resume": ("tenantry fleet resume",),
    "fleet drift": ("tenantry fleet drift demo",),
    "fleet split": ("tenantry fleet split demo",),
    "fleet join": ("tenantry fleet join demo --yes",),
    "repair": ("tenantry repair --stack demo", "tenantry repair --stack demo --yes"),
    "erase": ("tenantry erase initech --stack demo --certificate initech-erased.json",),
    "export": ("tenantry export acme --to acme.export", "tenantry export acme --stack demo --to acme.export"),
    "import": ("tenantry import initech --from acme.export",),
}


def show(app: Typer, group: str = "") -> None:
    """Below the help of each command of `app`."""
    for command in app.registered_commands:
        lines = EXAMPLES.get(f"{group}{command.name}")
        command.epilog = "\n".join(("Examples:", *(f"  {line}" for line in lines))) if lines else None
    for below in app.registered_groups:
        if below.typer_instance:
            show(below.typer_instance, f"{group}{below.name} ")
