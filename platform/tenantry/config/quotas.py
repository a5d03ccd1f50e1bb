"""What AWS grants an account by default, with the page that says so.

Soft quotas are raised on request; hard ones never are.
"""

GATEWAY = "https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html"
GATEWAY_STAGES = "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html"
LAMBDA = "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"
ACM = "https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html"
IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"
DYNAMODB = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html"
EVENTBRIDGE = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html"
SECRETS_MANAGER = "https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html"

# GATEWAY. Some newer Regions grant a quarter of both: 2,500 and 1,250.
REQUESTS_PER_SECOND = 10_000  # account and Region, soft
BURST = 5_000  # account and Region, set by AWS along with the rate

# GATEWAY_STAGES, soft. AWS raises a quota per API for one that exists, and for no future one: a new cell
# begins with this many.
STAGES_PER_API = 10
USAGE_PLANS = 300  # GATEWAY_STAGES, account and Region, soft
REGIONAL_APIS = 600  # GATEWAY_STAGES, account and Region, hard: a cell is one
PUBLIC_DOMAINS = 120  # GATEWAY_STAGES, account and Region, soft
CERTIFICATES = 2_500  # ACM, account and Region, soft; twice as many may be asked for in a year
API_KEYS = 10_000  # GATEWAY_STAGES, account and Region, hard

CONCURRENCY = 1_000  # LAMBDA, account and Region, soft, lower in new accounts
UNRESERVED_CONCURRENCY = 100  # LAMBDA keeps these out of every reservation, hard
MEMORY_MB = (128, 10_240)  # LAMBDA, per function, hard

RULES = 300  # EVENTBRIDGE, per event bus, soft; 100 in some newer Regions
ROLES = 1_000  # IAM, account, soft
TABLES = 2_500  # DYNAMODB, account and Region, soft
SECRETS = 500_000  # SECRETS_MANAGER, account and Region, hard
