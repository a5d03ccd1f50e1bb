"""AWS's control-plane rates, for one account and Region: a token bucket for each, in a file that all share.

Written down a second time, from the same pages as the platform's own, to be compared with them:
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html
https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/throttling-api-requests.html
"""

import fcntl
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

THROTTLED = "ThrottlingException"
CAPACITY = 4.0  # the most seconds of calls that any bucket holds
# Calls a second, and how many at once: what the page says, or those of a second where it says nothing.
LIMITS: Mapping[str, tuple[float, float]] = {
    "apigateway": (10, 40),
    "apigateway:UpdateUsagePlan": (1 / 20, 1),
    "apigateway:DeleteRestApi": (1 / 30, 1),
    "apigateway:CreateDeployment": (1 / 5, 1),
    "apigateway:CreateRestApi": (1 / 3, 1),
    "apigateway:PutRestApi": (1, 1),
    "apigateway:CreateApiKey": (5, 5),
    "apigateway:DeleteApiKey": (5, 5),
    "acm:AddTagsToCertificate": (5, 5),
    "acm:RequestCertificate": (5, 5),
    "lambda": (15, 15),
    "route53": (10, 10),
    "cloudwatch:DeleteAlarms": (3, 3),
    "cloudwatch:PutMetricAlarm": (3, 3),
}
_ROUNDING = 1e-6


@dataclass
class Limits:
    """`left` is how many calls each bucket takes yet, and when that was so."""

    left: dict[str, tuple[float, float]] = field(default_factory=dict)

    def refused(self, calls: Mapping[str, int], now: float) -> str:
        """The operation that AWS throttles; empty where it takes all of them."""
        for name, number in calls.items():
            for _ in range(number):
                held = {each: self._held(each, now) for each in LIMITS if each in (name, name.split(":")[0])}
                if any(tokens < 1 - _ROUNDING for tokens in held.values()):
                    return name
                self.left |= {each: (tokens - 1, now) for each, tokens in held.items()}
        return ""

    def _held(self, name: str, now: float) -> float:
        rate, capacity = LIMITS[name]
        tokens, since = self.left.get(name, (capacity, now))
        return min(capacity, tokens + (now - since) * rate)


def refused(folder: Path, calls: Mapping[str, int]) -> str:
    """As `Limits.refused`, in an account whose rates are enforced; else nothing ever is."""
    file = folder / "rates.json"
    if not file.exists():
        return ""
    with _alone(file) as stream:
        limits = Limits({name: (tokens, at) for name, (tokens, at) in json.load(stream).items()})
        answer = limits.refused(calls, time.time())
        stream.seek(0)
        stream.truncate()
        json.dump(limits.left, stream)
    return answer


def enforce(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rates.json").write_text("{}")


@contextmanager
def _alone(file: Path) -> Iterator[TextIO]:
    with file.open("r+") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield stream
