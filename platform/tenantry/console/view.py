"""What an address asks for, kept in every link of the page: a shared link shows another reader the same."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote, urlencode

from tenantry.console.overview import COLUMNS, DEFAULT_SORT, EVERYTHING, Filter
from tenantry.console.ranges import DEFAULT, RANGES, Span, chosen, written

REFRESH_SECONDS = 60  # the finest step of CloudWatch's metrics


def at(link: str, moment: datetime) -> str:
    """With the moment that is to be looked at."""
    return f"{link}{'&' if '?' in link else '?'}at={quote(written(moment), safe='')}"


@dataclass(frozen=True, slots=True)
class View:
    """`compared` draws the day before as well."""

    path: str
    range: Span = DEFAULT
    sort: str = DEFAULT_SORT
    descending: bool = True
    refreshing: bool = False
    filter: Filter = EVERYTHING
    page: int = 1
    compared: bool = False

    @classmethod
    def of(cls, path: str, query: Mapping[str, str]) -> "View":
        """What cannot be understood is left at its default: an old bookmark still opens."""
        sort = query.get("sort", DEFAULT_SORT)
        sort = sort if sort in COLUMNS else DEFAULT_SORT
        page = query.get("page", "")
        return cls(
            path,
            chosen(query),
            sort,
            query.get("order", "desc" if COLUMNS[sort].descending else "asc") == "desc",
            query.get("refresh") == "on",
            Filter.of(query),
            max(int(page), 1) if page.isascii() and page.isdigit() and len(page) < 7 else 1,
            query.get("compare") == "before",
        )

    def fields(self, *without: str) -> dict[str, str]:
        """As a form sends them; what is at its default is left out."""
        order = "desc" if self.descending else "asc"
        said = {
            **(self.range.query if self.range != DEFAULT else {}),
            "sort": self.sort if self.sort != DEFAULT_SORT else "",
            "order": order if self.descending != COLUMNS[self.sort].descending else "",
            "refresh": "on" if self.refreshing else "",
            **self.filter.query,
            "page": str(self.page) if self.page > 1 else "",
            "compare": "before" if self.compared else "",
        }
        return {name: value for name, value in said.items() if value and name not in without}

    @property
    def filtered(self) -> bool:
        return self.filter != EVERYTHING

    def link(self) -> str:
        query = urlencode(self.fields())
        return f"{self.path}?{query}" if query else self.path

    def at(self, path: str) -> str:
        return replace(self, path=path).link()

    def over(self, name: str) -> str:
        return replace(self, range=RANGES[name]).link()

    def sorted_by(self, column: str) -> str:
        """The other way round, where it is sorted by this column already."""
        descending = not self.descending if column == self.sort else COLUMNS[column].descending
        return replace(self, sort=column, descending=descending, page=1).link()

    def on_page(self, number: int) -> str:
        return replace(self, page=number).link()

    def unfiltered(self) -> str:
        return replace(self, filter=EVERYTHING, page=1).link()

    def toggled(self) -> str:
        return replace(self, refreshing=not self.refreshing).link()

    def compared_or_not(self) -> str:
        return replace(self, compared=not self.compared).link()
