"""Names of the variables that state what a function works for and with."""

from typing import Final

from agreed.secrets import RECEIVER_MARK, RUNTIME

TENANT: Final = "TENANT"
CELL: Final = "CELL"
TABLE: Final = "TABLE"
AUTH: Final = "AUTH"  # of the authorizer: what tokens are checked by, as JSON
CORS_ORIGINS: Final = "CORS_ORIGINS"
CORS_CREDENTIALS: Final = "CORS_CREDENTIALS"
OPTIONS: Final = "OPTIONS"  # what the tenant's file sets for the function's group, as JSON
WEBHOOKS: Final = "WEBHOOKS"  # the tenant's receivers of the group's events, as JSON (`agreed.webhooks`)
MAIL_FROM: Final = "MAIL_FROM"
METRICS: Final = "METRICS"  # FREE: what is counted stays out of CloudWatch's metrics; not set: it goes there
FREE: Final = "free"
CURSORS: Final = "CURSORS"  # UNSEALED: no key seals them; not set: the key in the runtime secret does
UNSEALED: Final = "unsealed"
MAX_RECEIVES: Final = "MAX_RECEIVES"  # of the queue that it takes from
ISSUES: Final = "ISSUES"  # of a function that signs tokens: what they say, as JSON
ACCESS_LOG: Final = "ACCESS_LOG"  # of what oversees its tenant: the log group of the tenant's stage
USAGE_PLAN: Final = "USAGE_PLAN"  # the id of the tenant's
API_KEYS: Final = "API_KEYS"  # names of the tenant's, by id, as JSON
STATUS: Final = "STATUS"  # the tenant's, such as ACTIVE
ACTIVE: Final = "active"
LIMITS: Final = "LIMITS"  # the tenant's, as JSON
GROUPS: Final = "GROUPS"  # those that the tenant's file lists, as a JSON list
CALLS: Final = "CALLS"  # addresses beyond AWS that it may call, as a JSON list


def secret_arn(secret: str) -> str:
    """A variable holds no `-`; no declared secret has two `_` in a row."""
    marked = secret.upper().replace(RECEIVER_MARK, "__")
    return "SECRET_ARN" if secret == RUNTIME else f"{marked}_SECRET_ARN"


def queue_url(queue: str) -> str:
    return f"{queue.upper()}_QUEUE_URL"
