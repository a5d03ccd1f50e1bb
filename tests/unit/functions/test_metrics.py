"""What each function measures, as CloudWatch takes it from the output."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreed.metrics import READS, REPLAYS, Metric
from api import metrics
from groups.items.declaration import DELETED, WRITTEN
from tenantry.monitoring.metrics import catalogue
from tests.support import emf
from tests.support.emf import Point
from tests.support.tenant_api import BrokenTable, TenantApi
from tests.unit.functions.test_application import COLLECTION, ITEM, ORDERS, aws_error, cancelled

KEY = {"Idempotency-Key": "k"}
FORM = {"email": "ada@private.example", "message": "m"}
CREATE, DELETE = f"POST {COLLECTION}", f"DELETE {ITEM}"


class Said:
    """What was written since it was asked last."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def lines(self) -> list[dict[str, Any]]:
        return emf.lines(self._capsys.readouterr().out)

    def points(self) -> list[Point]:
        return emf.points(self._capsys.readouterr().out)

    def counts(self) -> list[tuple[str, float, dict[str, str]]]:
        """Without the capacity, which every call has."""
        found = [point for point in self.points() if not point.name.startswith("Consumed")]
        assert {point.unit for point in found} <= {"Count"}
        return [(point.name, point.value, point.dimensions) for point in found]


@pytest.fixture(name="said")
def fixture_said(capsys: pytest.CaptureFixture[str]) -> Said:
    return Said(capsys)


class TestBusiness:
    def test_each_write_is_counted_once_by_tenant_and_route(self, acme: TenantApi, said: Said) -> None:
        for _ in range(2):
            created = acme.call("POST", COLLECTION, {}, path=ORDERS, headers=KEY)
        path = {**ORDERS, "id": created.json["id"]}
        acme.call("PUT", ITEM, {}, path=path, headers={"If-Match": "*"})
        acme.call("DELETE", ITEM, path=path)
        acme.call("DELETE", ITEM, path=path)  # a 404
        acme.call("POST", "/contact", FORM, subject=None)
        assert said.counts() == [
            ("ItemsWritten", 1, {"tenant": "acme", "route": CREATE}),
            ("IdempotentReplays", 1, {"tenant": "acme", "route": CREATE}),
            ("ItemsWritten", 1, {"tenant": "acme", "route": f"PUT {ITEM}"}),
            ("ItemsDeleted", 1, {"tenant": "acme", "route": DELETE}),
            ("ContactsReceived", 1, {"tenant": "acme", "route": "POST /contact"}),
        ]

    def test_a_request_writes_one_line_whatever_it_counts(
        self, acme: TenantApi, said: Said, broken_table: BrokenTable
    ) -> None:
        broken_table.consumed = {"TransactWriteItems": [{"TableName": "t", "CapacityUnits": 8.0}]}
        acme.call("POST", COLLECTION, {}, path=ORDERS)
        [line] = said.lines()
        assert line["message"] == "answered"
        assert {"ItemsWritten", "ConsumedWriteCapacity"} < line.keys()

    def test_a_request_that_counts_nothing_has_no_metrics(self, acme: TenantApi, said: Said) -> None:
        acme.call("OPTIONS", COLLECTION)
        acme.call("GET", COLLECTION, path=ORDERS, query="limit=0")
        assert [line for line in said.lines() if "_aws" in line] == []

    def test_what_a_broken_off_request_counted_is_not_the_nexts(self, acme: TenantApi, said: Said) -> None:
        metrics.count(DELETED)
        acme.call("OPTIONS", COLLECTION)
        assert said.points() == []

    def test_metrics_go_out_at_every_log_level(
        self, acme: TenantApi, said: Said, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("POWERTOOLS_LOG_LEVEL", "ERROR")
        acme.call("OPTIONS", COLLECTION)
        acme.call("POST", COLLECTION, {}, path=ORDERS)
        assert [("ItemsWritten" in line, line["route"]) for line in said.lines()] == [(True, CREATE)]


class TestFree:
    """Where only AWS's own metrics are wanted."""

    @pytest.fixture(autouse=True)
    def free(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("METRICS", "free")

    def test_a_line_says_what_was_consumed_and_makes_no_metric(
        self, acme: TenantApi, said: Said, broken_table: BrokenTable
    ) -> None:
        broken_table.consumed = {"TransactWriteItems": [{"TableName": "t", "CapacityUnits": 8.0}]}
        acme.call("POST", COLLECTION, {}, path=ORDERS)
        [line] = said.lines()
        assert (line["message"], line["write_units"]) == ("answered", 8.0)
        assert not line.keys() & {"_aws", "ItemsWritten", "ConsumedWriteCapacity"}

    def test_a_line_below_the_log_level_is_not_written_for_its_counts(
        self, acme: TenantApi, said: Said, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("POWERTOOLS_LOG_LEVEL", "ERROR")
        acme.call("POST", COLLECTION, {}, path=ORDERS)
        assert said.lines() == []


class TestColdStarts:
    def test_an_environment_tells_of_its_start_once(
        self, acme: TenantApi, said: Said, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(metrics, "_cold", True)
        for _ in range(2):
            acme.call("OPTIONS", COLLECTION)
        assert said.points() == [Point("ColdStarts", {"tenant": "acme", "function": "items"}, 1, "Count")]


class TestCapacity:
    def test_reads_and_writes_of_a_request_are_counted_and_logged(
        self, acme: TenantApi, said: Said, broken_table: BrokenTable
    ) -> None:
        broken_table.consumed = {"Query": {"TableName": "t", "CapacityUnits": 2.5}}
        acme.call("GET", COLLECTION, path=ORDERS)
        [line] = said.lines()
        assert (line["read_units"], line["write_units"]) == (2.5, 0)
        assert emf.points(json.dumps(line)) == [
            Point("ConsumedReadCapacity", {"tenant": "acme", "route": f"GET {COLLECTION}"}, 2.5, "Count")
        ]

    def test_all_calls_of_a_request_are_added_up(
        self, acme: TenantApi, said: Said, broken_table: BrokenTable
    ) -> None:
        broken_table.consumed = {"Query": {"TableName": "t", "CapacityUnits": 0.5}}
        acme.call("GET", "/tools/summary")
        assert said.lines()[0]["read_units"] == 0.5 * len(broken_table.calls) > 0.5

    @pytest.mark.parametrize(
        ("consumed", "reads", "writes"),
        [
            ([{"TableName": "t", "CapacityUnits": 8.0, "WriteCapacityUnits": 8.0}], 0, 8),
            # The token's second use: nothing is written, what had been written is read.
            ([{"TableName": "t", "CapacityUnits": 4.0, "ReadCapacityUnits": 4.0}], 4, 0),
            ([{"TableName": "t", "CapacityUnits": 3.0}, {"TableName": "u", "CapacityUnits": 2.0}], 0, 5),
            ([], 0, 0),
            (None, 0, 0),
        ],
    )
    def test_a_transaction_tells_of_each_table_and_kind(
        self, acme: TenantApi, said: Said, broken_table: BrokenTable, consumed: Any, reads: int, writes: int
    ) -> None:
        broken_table.consumed = {"TransactWriteItems": consumed}
        acme.call("POST", COLLECTION, {}, path=ORDERS)
        [line] = said.lines()
        assert (line["read_units"], line["write_units"]) == (reads, writes)
        named = {name for name in line if name.startswith("Consumed")}
        assert named == {
            name
            for name, units in (("ConsumedReadCapacity", reads), ("ConsumedWriteCapacity", writes))
            if units
        }

    def test_a_read_that_tells_nothing_counts_nothing(
        self, acme: TenantApi, said: Said, broken_table: BrokenTable
    ) -> None:
        broken_table.consumed = {"Query": None}
        assert acme.call("GET", COLLECTION, path=ORDERS).status == 200
        assert said.points() == []

    def test_an_update_consumes_writes(self, acme: TenantApi, said: Said, broken_table: BrokenTable) -> None:
        path = {**ORDERS, "id": acme.call("POST", COLLECTION, {}, path=ORDERS).json["id"]}
        broken_table.consumed = {"UpdateItem": {"TableName": "t", "CapacityUnits": 3.0}}
        acme.call("PUT", ITEM, {}, path=path, headers={"If-Match": "*"})
        assert said.lines()[-1]["write_units"] == 3.0

    def test_every_call_asks_for_it(self, acme: TenantApi, broken_table: BrokenTable) -> None:
        path = {**ORDERS, "id": acme.call("POST", COLLECTION, {}, path=ORDERS).json["id"]}
        acme.call("GET", ITEM, path=path)
        acme.call("PUT", ITEM, {}, path=path, headers={"If-Match": "*"})
        acme.call("GET", "/tools/summary")
        acme.call("GET", COLLECTION, path=ORDERS)
        assert {"GetItem", "Query", "UpdateItem", "TransactWriteItems"} == set(broken_table.calls)
        assert {asked["ReturnConsumedCapacity"] for asked in broken_table.asked} == {"TOTAL"}

    def test_a_failure_after_a_read_still_tells_of_the_read(
        self, acme: TenantApi, said: Said, broken_table: BrokenTable
    ) -> None:
        form = acme.call("POST", "/contact", FORM, subject=None)
        said.lines()
        broken_table.consumed = {"GetItem": {"TableName": "t", "CapacityUnits": 1.0}}
        broken_table.refusals = [aws_error("AccessDeniedException", "TransactWriteItems")]
        answer = acme.call("PATCH", "/tools/contacts/{id}", {"note": "n"}, path={"id": form.json["id"]})
        assert answer.status == 500
        assert [line["read_units"] for line in said.lines() if line["message"] == "answered"] == [1.0]

    def test_a_cancelled_transaction_tells_of_nothing(
        self, acme: TenantApi, said: Said, broken_table: BrokenTable
    ) -> None:
        broken_table.consumed = {"TransactWriteItems": [{"TableName": "t", "CapacityUnits": 4.0}]}
        broken_table.refusals = [cancelled("None", "TransactionConflict")]
        acme.call("POST", COLLECTION, {}, path=ORDERS)
        assert said.lines()[-1]["write_units"] == 4.0

    def test_the_next_request_starts_at_nothing(self, acme: TenantApi, said: Said) -> None:
        acme.call("GET", COLLECTION, path=ORDERS)
        acme.call("GET", COLLECTION, path=ORDERS, query="limit=0")
        assert [line["read_units"] > 0 for line in said.lines()] == [True, False]

    def test_threads_that_count_side_by_side_lose_nothing(self) -> None:
        class Slow(float):
            """Adding it lets the other threads run."""

            def __radd__(self, other: float) -> float:
                time.sleep(0.001)
                return other + float(self)

        metrics.begin()
        with ThreadPoolExecutor(10) as pool:
            for _ in range(20):
                pool.submit(metrics.count, READS, Slow(0.5))
        assert metrics.take() == {READS: 10}


class TestFormat:
    OF: ClassVar = {
        "tenant": "acme",
        "route": CREATE,
        "reason": "expired",
        "function": "items",
        "receiver": "crm",
    }

    @given(st.dictionaries(st.sampled_from(catalogue()), st.integers(1, 100)))
    def test_each_count_goes_out_under_its_own_dimensions_alone(self, counts: dict[Metric, float]) -> None:
        line = json.dumps(metrics.embedded(counts, self.OF))
        expected = [
            Point(metric.name, {each: self.OF[each] for each in metric.dimensions}, value, "Count")
            for metric, value in counts.items()
        ]
        assert sorted(emf.points(line)) == sorted(expected)

    def test_what_one_request_counted_or_was_called_is_not_the_nexts(self) -> None:
        metrics.embedded({WRITTEN: 1}, self.OF)
        with pytest.raises(KeyError, match="route"):  # after the tenant's was taken
            metrics.embedded({DELETED: 1}, {"tenant": "acme-eu"})
        line = json.dumps(metrics.embedded({REPLAYS: 1}, {"tenant": "acme", "route": DELETE}))
        assert emf.points(line) == [
            Point("IdempotentReplays", {"tenant": "acme", "route": DELETE}, 1, "Count")
        ]
        assert "ItemsWritten" not in line
