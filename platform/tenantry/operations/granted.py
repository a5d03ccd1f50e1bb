"""Ask Service Quotas what AWS has granted the account; a quota that was never raised is at its default."""

from datetime import date
from typing import Any

from tenantry.config.granted import Granted
from tenantry.operations.aws import refusals_reported

# Service and code of each: https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html
CODES = {
    "usage_plans": ("apigateway", "L-E8693075"),
    "roles": ("iam", "L-FE177D64"),
    "concurrency": ("lambda", "L-B99A9384"),
    "tables": ("dynamodb", "L-F98FE922"),
    "event_rules": ("events", "L-244521F2"),
}
GLOBAL = {"iam": "us-east-1"}  # the Region that knows the quotas of a service that has none


def granted(client: Any, abroad: Any, today: date) -> Granted:
    """
    Args:
        client: boto3's `service-quotas` client of the stack's Region; `abroad` that of us-east-1.

    Raises:
        Failed: AWS refuses.
    """
    found = {}
    for name, (service, code) in CODES.items():
        asked = abroad if service in GLOBAL else client
        with refusals_reported(asked.meta.region_name):
            found[name] = int(_value(asked, service, code))
    return Granted(**found, taken=today)


def _value(client: Any, service: str, code: str) -> float:
    try:
        quota = client.get_service_quota(ServiceCode=service, QuotaCode=code)
    except client.exceptions.NoSuchResourceException:
        quota = client.get_aws_default_service_quota(ServiceCode=service, QuotaCode=code)
    return float(quota["Quota"]["Value"])
