"""All rules, in the order in which they are documented."""

from tenantry.guardrails import functions, gateway, logs, statements, storage, tags
from tenantry.guardrails.violations import Rule

RULES = (
    Rule(
        "no-wildcard-action",
        "A grant lists its actions, so that what AWS adds tomorrow is not granted today.",
        statements.no_action_is_a_wildcard,
    ),
    Rule(
        "no-wildcard-resource",
        "A grant names its resources; an action that has none to name is listed with the reason.",
        statements.no_resource_is_a_wildcard,
    ),
    Rule(
        "no-open-principal",
        "A policy says who may use it, and never everybody.",
        statements.no_principal_is_everybody,
    ),
    Rule(
        "role-is-bounded",
        "A permissions boundary limits a role, whatever its own policy says.",
        statements.every_role_is_bounded,
    ),
    Rule(
        "role-runs-one-function",
        "A function that is taken over must not hold what another needs.",
        functions.every_role_runs_one_function,
        alone=False,
    ),
    Rule(
        "permission-has-a-source",
        "A function is invoked only by what was meant to, not by anybody's API.",
        functions.no_permission_is_open,
    ),
    Rule(
        "environment-holds-no-secret",
        "Whoever may read a function's configuration reads its environment.",
        functions.no_environment_holds_a_secret,
    ),
    Rule(
        "function-is-bounded",
        "If one function of a tenant has no bound, whoever calls it can use up the account's concurrency.",
        functions.a_tenants_functions_are_bounded_together,
        alone=False,
    ),
    Rule(
        "function-traces",
        "A request that is traced can be followed through its function, and one that is not costs no trace.",
        functions.a_tenants_functions_trace_as_its_stage_does,
        alone=False,
    ),
    Rule(
        "stage-logs",
        "Every request leaves a line in the access log; whether it is traced is stated.",
        gateway.every_stage_logs,
    ),
    Rule(
        "route-is-guarded",
        "Every route states an authorizer and an API key, or is listed with the reason.",
        gateway.every_route_is_guarded,
    ),
    Rule(
        "no-door-beside-the-contract",
        "Whatever can be called is in the contract, where its guards are stated.",
        gateway.every_door_is_the_contracts,
    ),
    Rule(
        "domain-refuses-old-tls",
        "Versions of TLS before 1.2 can be broken; a domain states which it accepts.",
        gateway.every_domain_refuses_old_tls,
    ),
    Rule(
        "record-leads-to-its-own-domain",
        "Wherever a DNS record leads clients, their keys and tokens go.",
        gateway.every_record_leads_to_its_own_domain,
        alone=False,
    ),
    Rule(
        "log-group-expires",
        "Logs that never expire cost money for ever, and hold what should be forgotten.",
        logs.every_log_group_expires,
    ),
    Rule(
        "log-group-is-declared",
        "A log group that AWS makes by itself never expires and has no tags.",
        logs.everything_that_logs_has_its_group,
        alone=False,
    ),
    Rule(
        "no-execution-log",
        "The gateway makes the group of a removed stage again; it never expires, and no key encrypts it.",
        logs.the_gateway_makes_no_group,
    ),
    Rule(
        "no-bodies-in-logs",
        "Bodies and tokens belong to tenants and their clients, not into logs.",
        logs.no_log_holds_bodies,
    ),
    Rule(
        "table-can-be-brought-back",
        "A mistake must not destroy a tenant's data.",
        storage.every_table_can_be_brought_back,
    ),
    Rule(
        "bucket-is-private",
        "No bucket is ever public, by whatever policy or list.",
        storage.every_bucket_is_private,
        alone=False,
    ),
    Rule(
        "queue-is-encrypted",
        "Messages at rest are encrypted, and it is stated.",
        storage.every_queue_is_encrypted,
    ),
    Rule(
        "queue-has-a-dead-letter-queue",
        "A message that cannot be handled is kept aside, not repeated until it is lost.",
        storage.every_queue_has_a_dead_letter_queue,
        alone=False,
    ),
    Rule(
        "resource-is-tagged",
        "Tags show which costs belong to whom.",
        tags.everything_says_whose_it_is,
        alone=False,
    ),
)
