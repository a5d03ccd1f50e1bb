"""Know each construct by what other resources of the program call it."""

from collections.abc import Callable
from typing import Any

from aws_cdk import CfnTag  # type: ignore[import-not-found]


class Declared:
    """The constructs so far, by their kind and ARN, identity or physical name in the program."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Any] = {}

    def keep(self, kind: str, called: list[str], construct: Any) -> None:
        self._known |= {(kind, each): construct for each in called}

    def ref(self, kind: str, called: str) -> Any:
        return self._known[kind, called].ref

    def arn(self, kind: str, called: str | None) -> Any:
        return self._known[kind, called].attr_arn if called else None

    def topics(self, called: list[str]) -> list[Any]:
        return [self.ref("Topic", each) for each in called]


# What is there to refer to, the stack, the construct's identity, the program's inputs; answers the construct.
Declare = Callable[[Declared, Any, str, dict[str, Any]], Any]


def tags(i: dict[str, Any]) -> list[Any]:
    return [CfnTag(key=key, value=value) for key, value in i["tags"].items()]
