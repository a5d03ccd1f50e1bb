"""What a handler raises is one event of its log, with the exception first."""

from tenantry.local.clients import Session
from tests.local.cloud import make_function, make_role
from tests.support.command import eventually

FAILING = """
    def handle(event, context):
        print("asked")
        raise RuntimeError("first\\nsecond")
"""


def test_an_exception_is_one_event_that_begins_with_what_was_raised(root: Session) -> None:
    make_function(root, "raising", FAILING, make_role(root, "raising"))
    assert root.client("lambda").invoke(FunctionName="raising")["FunctionError"] == "Unhandled"

    def events() -> list[str]:
        found = root.client("logs").filter_log_events(logGroupName="/aws/lambda/raising")["events"]
        return [each["message"] for each in found]

    assert eventually(lambda: events()[-1].startswith("REPORT"))
    start, asked, raised, end, _report = events()
    assert (start.split()[0], asked, end.split()[0]) == ("START", "asked", "END")
    assert raised.startswith("[ERROR] RuntimeError: first  second  Traceback (most recent call last):  File ")
