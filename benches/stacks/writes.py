"""Count what the engine writes to the bucket that holds its state."""

import threading
from dataclasses import dataclass

from benches.loopback import Proxy, ProxyHandler


@dataclass(frozen=True)
class Written:
    """Objects put, and bytes sent for them: a copy that the bucket makes by itself has none."""

    count: int = 0
    size: int = 0

    def __sub__(self, before: "Written") -> "Written":
        return Written(self.count - before.count, self.size - before.size)


class CountingProxy(Proxy):
    services = ("S3",)

    def __init__(self) -> None:
        super().__init__(_Handler)
        self.written = Written()
        self._lock = threading.Lock()

    def count(self, size: int) -> None:
        with self._lock:
            self.written = Written(self.written.count + 1, self.written.size + size)


class _Handler(ProxyHandler):
    server: CountingProxy

    def do_PUT(self) -> None:  # noqa: N802 - the base class's name
        body = self.body()
        self.server.count(len(body))
        self.answer(self.ask(body))

    def _pass_on(self) -> None:
        self.answer(self.ask(self.body()))

    do_GET = do_HEAD = do_POST = do_DELETE = _pass_on  # noqa: N815 - the base class's names
