"""What an address asks for: a range, an order and whether to refresh, kept in every link of the page."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from tenantry.console.overview import COLUMNS
from tenantry.console.ranges import DEFAULT, RANGES, Range

REFRESH_SECONDS = 60  # the finest step of CloudWatch's metrics


@dataclass(frozen=True, slots=True)
class View:
    path: str
    range: Range = DEFAULT
    sort: str = "status"
    descending: bool = False
    refreshing: bool = False

    @classmethod
    def of(cls, path: str, query: Mapping[str, str]) -> "View":
        """What cannot be understood is left at its default: an old bookmark still opens."""
        sort = query.get("sort", "status")
        sort = sort if sort in COLUMNS else "status"
        return cls(
            path,
            RANGES.get(query.get("range", ""), DEFAULT),
            sort,
            query.get("order", "desc" if COLUMNS[sort].descending else "asc") == "desc",
            query.get("refresh") == "on",
        )

    def link(self) -> str:
        said = {
            "range": self.range.name if self.range != DEFAULT else None,
            "sort": self.sort if self.sort != "status" else None,
            "order": ("desc" if self.descending else "asc")
            if self.descending != COLUMNS[self.sort].descending
            else None,
            "refresh": "on" if self.refreshing else None,
        }
        query = urlencode({name: value for name, value in said.items() if value})
        return f"{self.path}?{query}" if query else self.path

    def at(self, path: str) -> str:
        return replace(self, path=path).link()

    def over(self, name: str) -> str:
        return replace(self, range=RANGES[name]).link()

    def sorted_by(self, column: str) -> str:
        """The other way round, where it is sorted by this column already."""
        descending = not self.descending if column == self.sort else COLUMNS[column].descending
        return replace(self, sort=column, descending=descending).link()

    def toggled(self) -> str:
        return replace(self, refreshing=not self.refreshing).link()
