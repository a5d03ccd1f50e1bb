"""Ask AWS, each question once, with patience for a busy control plane; what is not there is None."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from tenantry.operations.aws import GONE
from tenantry.operations.patience import patiently
from tenantry.rules.arns import Arns
from tenantry.rules.naming import Names

# Beside those that say that the resource itself is gone: it has no policy, no tags, no such block.
ABSENT = GONE | {
    "404",
    "NoSuchBucketPolicy",
    "NoSuchKey",
    "NoSuchPublicAccessBlockConfiguration",
    "NoSuchTagSet",
    "PolicyNotFoundException",
    "QueueDoesNotExist",
}

Answer = dict[str, Any]


@dataclass
class Reading:
    """One look at a stack. What was asked is remembered, so that it is one moment's, and cheap.

    Attributes:
        client: makes boto3's client of a service.
        url: address of a stage, by its API's id and its name.
        code: by its SHA-256 as Lambda writes it, the keys of the objects that hold it.
    """

    names: Names
    arns: Arns
    client: Callable[[str], Any]
    url: Callable[[str, str], str]
    code: dict[str, set[str]] = field(default_factory=dict)
    _clients: dict[str, Any] = field(default_factory=dict)
    _known: dict[Any, Any] = field(default_factory=dict)
    _locks: dict[Any, threading.Lock] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, service: str, operation: str, **parameters: Any) -> Answer | None:
        """What a call answers; None where AWS says that it is not there."""

        def call() -> Answer | None:
            try:
                answer: Answer = patiently(lambda: getattr(self._of(service), operation)(**parameters))
            except ClientError as error:
                if error.response["Error"]["Code"] not in ABSENT:
                    raise
                return None
            return answer

        answer: Answer | None = self._once((service, operation, _key(parameters)), call)
        return answer

    def listed(self, service: str, operation: str, member: str, **parameters: Any) -> list[Any]:
        """All of a list, page after page; none of what is not there."""

        def call() -> list[Answer]:
            client = self._of(service)
            if not client.can_paginate(operation):
                return list((self.ask(service, operation, **parameters) or {}).get(member) or [])
            pages = client.get_paginator(operation).paginate(**parameters)
            try:
                return [each for page in patiently(lambda: list(pages)) for each in page.get(member) or []]
            except ClientError as error:
                if error.response["Error"]["Code"] not in ABSENT:
                    raise
                return []

        listed: list[Any] = self._once((service, operation, member, _key(parameters)), call)
        return listed

    def _of(self, service: str) -> Any:
        """Making clients is not thread-safe."""
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self.client(service)
            return self._clients[service]

    def _once(self, key: Any, call: Callable[[], Any]) -> Any:
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self._known:
                self._known[key] = call()
            return self._known[key]


def _key(parameters: dict[str, Any]) -> str:
    return repr(sorted(parameters.items()))
