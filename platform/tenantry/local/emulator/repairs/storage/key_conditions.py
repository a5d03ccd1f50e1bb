"""A Query costs what its page holds; the emulator parses the key condition for each record of the partition.

In a collection of 100,000 that takes longer than a function waits. `name = :text` needs no parser.
"""

import re
from functools import lru_cache
from typing import Any

_EQUALITY = re.compile(r"\s*(#?\w+)\s*=\s*(:\w+)\s*")


def repair() -> None:
    from ministack.services import dynamodb

    evaluate = dynamodb._evaluate_condition

    @lru_cache
    def equality(condition: str) -> tuple[str, str] | None:
        """Name and value of a condition that is nothing else, and that the emulator has taken as valid."""
        found = _EQUALITY.fullmatch(condition)
        if found is None:
            return None
        name, value = found.groups()
        evaluate(condition, {}, {value: {"S": "x"}}, {name: "x"}, slot="KeyConditionExpression")
        return name, value

    def evaluate_quickly(
        condition: str, item: Any, values: Any, names: Any, slot: str = "ConditionExpression"
    ) -> Any:
        parts = equality(condition) if slot == "KeyConditionExpression" else None
        wanted = (values or {}).get(parts[1]) if parts else None
        if parts is None or not isinstance(wanted, dict) or "S" not in wanted:
            return evaluate(condition, item, values, names, slot=slot)
        return item.get((names or {}).get(parts[0], parts[0])) == wanted

    dynamodb._evaluate_condition = evaluate_quickly
