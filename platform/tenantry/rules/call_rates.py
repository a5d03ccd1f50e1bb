"""State how often AWS's control plane may be called, from the services' own pages of quotas.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html
https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/throttling-api-requests.html
"""

from collections.abc import Mapping

# Seconds between two calls of one account and Region, by operation or service.
SECONDS = {
    "apigateway:UpdateUsagePlan": 20,
    "apigateway:DeleteRestApi": 30,
    "apigateway:CreateDeployment": 5,
    "apigateway:CreateRestApi": 3,
    "apigateway:PutRestApi": 1,
    "apigateway:CreateApiKey": 1 / 5,
    "apigateway:DeleteApiKey": 1 / 5,
    "apigateway": 1 / 10,  # all of its operations together
    "acm:AddTagsToCertificate": 1 / 5,
    "acm:RequestCertificate": 1 / 5,
    "lambda": 1 / 15,
    "route53": 1 / 10,  # of the account, whatever the Region
    "cloudwatch:DeleteAlarms": 1 / 3,
    "cloudwatch:PutMetricAlarm": 1 / 3,
}

# Calls that are taken at once, where the page says so.
BURST = {"apigateway": 40}


def counted(calls: Mapping[str, int]) -> dict[str, int]:
    """How many calls count toward each rate: an operation's own, and its service's."""
    found = {
        rate: sum(number for name, number in calls.items() if rate in (name, name.partition(":")[0]))
        for rate in SECONDS
    }
    return {rate: number for rate, number in found.items() if number}
