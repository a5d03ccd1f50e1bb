"""Log groups, alarms, dashboards and the topics that alarms go to."""

from tenantry.local.resources.maker import Clients, Inputs, Made, given, tag_list


def log_group(clients: Clients, inputs: Inputs) -> Made:
    logs = clients("logs")
    logs.create_log_group(
        **given(logGroupName=inputs["name"], kmsKeyId=inputs.get("kmsKeyId"), tags=inputs["tags"])
    )
    logs.put_retention_policy(logGroupName=inputs["name"], retentionInDays=int(inputs["retentionInDays"]))
    group = logs.describe_log_groups(logGroupNamePrefix=inputs["name"])["logGroups"][0]
    # The provider's `arn` leaves out the `:*` that the API answers.
    return Made(inputs["name"], {"arn": group["arn"].removesuffix(":*")})


def metric_alarm(clients: Clients, inputs: Inputs) -> Made:
    clients("cloudwatch").put_metric_alarm(
        **given(
            AlarmName=inputs["name"],
            AlarmDescription=inputs["alarmDescription"],
            Namespace=inputs["namespace"],
            MetricName=inputs["metricName"],
            Dimensions=[{"Name": name, "Value": value} for name, value in inputs["dimensions"].items()],
            Statistic=inputs.get("statistic"),
            ExtendedStatistic=inputs.get("extendedStatistic"),
            Period=int(inputs["period"]),
            EvaluationPeriods=int(inputs["evaluationPeriods"]),
            Threshold=inputs["threshold"],
            ComparisonOperator=inputs["comparisonOperator"],
            TreatMissingData=inputs["treatMissingData"],
            AlarmActions=inputs["alarmActions"],
            OKActions=inputs["okActions"],
            Tags=tag_list(inputs),
        )
    )
    return Made(inputs["name"], {})


def dashboard(clients: Clients, inputs: Inputs) -> Made:
    clients("cloudwatch").put_dashboard(
        DashboardName=inputs["dashboardName"], DashboardBody=inputs["dashboardBody"]
    )
    return Made(inputs["dashboardName"], {})


def topic(clients: Clients, inputs: Inputs) -> Made:
    arn = clients("sns").create_topic(Name=inputs["name"], Tags=tag_list(inputs))["TopicArn"]
    return Made(arn, {"arn": arn})


def topic_policy(clients: Clients, inputs: Inputs) -> Made:
    clients("sns").set_topic_attributes(
        TopicArn=inputs["arn"], AttributeName="Policy", AttributeValue=inputs["policy"]
    )
    return Made(inputs["arn"], {})


def topic_subscription(clients: Clients, inputs: Inputs) -> Made:
    made = clients("sns").subscribe(
        TopicArn=inputs["topic"],
        Protocol=inputs["protocol"],
        Endpoint=inputs["endpoint"],
        ReturnSubscriptionArn=True,
    )
    return Made(made["SubscriptionArn"], {})
