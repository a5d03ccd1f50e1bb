"""Read what an emulator has measured in the last hours."""

from datetime import UTC, datetime, timedelta

from tenantry.local.clients import Session


def measured(
    root: Session, namespace: str, metric: str, stat: str = "Sum", **dimensions: str
) -> float | None:
    """One statistic over all of it; None for a series that has nothing."""
    now = datetime.now(UTC)
    answer = root.client("cloudwatch").get_metric_data(
        StartTime=now - timedelta(hours=3),
        EndTime=now + timedelta(minutes=1),
        MetricDataQueries=[
            {
                "Id": "asked",
                "MetricStat": {
                    "Metric": {
                        "Namespace": namespace,
                        "MetricName": metric,
                        "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items()],
                    },
                    "Period": 10 * 24 * 3600,  # one period holds all, except on the day that a new one begins
                    "Stat": stat,
                },
            }
        ],
    )
    values = answer["MetricDataResults"][0]["Values"]
    return sum(values) if values else None
