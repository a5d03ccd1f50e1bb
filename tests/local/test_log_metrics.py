"""What a log group takes in is measured, whoever writes."""

from tenantry.local.clients import Session
from tests.local.cloud import make_function, make_role
from tests.support.measurements import measured

LOGS = "AWS/Logs"
SILENT = """
    def handle(event, context):
        return {}
"""


def written(root: Session) -> None:
    """Two events of nine bytes to the group `own`."""
    logs = root.client("logs")
    logs.create_log_group(logGroupName="own")
    logs.create_log_stream(logGroupName="own", logStreamName="stream")
    events = [{"timestamp": 0, "message": "12345"}, {"timestamp": 0, "message": "1€"}]
    logs.put_log_events(logGroupName="own", logStreamName="stream", logEvents=events)


def test_bytes_and_events_are_measured_by_group(root: Session) -> None:
    written(root)
    assert measured(root, LOGS, "IncomingBytes", LogGroupName="own") == 9
    assert measured(root, LOGS, "IncomingLogEvents", LogGroupName="own") == 2


def test_what_lambda_writes_of_an_invocation_counts(root: Session) -> None:
    make_function(root, "silent", SILENT, make_role(root, "silent"))
    root.client("lambda").invoke(FunctionName="silent")
    events = root.client("logs").filter_log_events(logGroupName="/aws/lambda/silent")["events"]
    size = sum(len(each["message"]) for each in events)
    assert measured(root, LOGS, "IncomingBytes", LogGroupName="/aws/lambda/silent") == size > 0


def test_the_untouched_emulator_measures_no_log(untouched: Session) -> None:
    """When this fails, the repair is no longer needed."""
    written(untouched)
    assert measured(untouched, LOGS, "IncomingBytes", LogGroupName="own") is None
