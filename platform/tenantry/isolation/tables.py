"""A table is read by the keys that IAM limits writes by, and by no others."""

from collections.abc import Iterator

from tenantry.isolation.cells import RegisteredCell
from tenantry.isolation.leaks import Leak, leak
from tenantry.rules.kinds.tokens import TABLE

INDEXES = ("globalSecondaryIndexes", "localSecondaryIndexes")


def a_table_has_no_index(cell: RegisteredCell) -> Iterator[Leak]:
    """`dynamodb:LeadingKeys` limits the table's partition key alone. Whoever may write a record may give any
    value to an index's keys, and is read there as whichever tenant they name."""
    for table in cell.of(TABLE):
        for kind in INDEXES:
            for index in table.inputs.get(kind) or ():
                yield leak(table, "dynamodb:PutItem", f"{table.arn}/index/{index.get('name')}", kind)
