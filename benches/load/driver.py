"""Drive one tenant from one process, at a steady rate, whatever the answers.

A request has its moment, and its latency counts from there: a server that stalls is not spared the requests
that would have come meanwhile.
"""

import multiprocessing
import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Self

import httpx

THREADS = 4  # the emulator gives each call at a time a process of its own
COLLECTION = "/items/orders"
SERVED = frozenset({"200", "201"})


@dataclass(frozen=True, slots=True)
class Target:
    """A tenant as its client knows it, and how many requests a second it sends."""

    tenant: str
    url: str
    key: str
    token: str
    rate: float


@dataclass
class Observed:
    """`latencies` are in seconds, of the answers that were no refusal by the limits."""

    latencies: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)

    @property
    def errors(self) -> int:
        return sum(n for status, n in self.statuses.items() if status not in SERVED)

    def add(self, other: "Observed") -> None:
        self.latencies += other.latencies
        self.statuses += other.statuses


class Driver:
    """The process; `drive` has it work for a while."""

    def __init__(self, target: Target) -> None:
        self.target = target
        # A child of its own making: a forked one would inherit the parent's threads half alive.
        context = multiprocessing.get_context("spawn")
        self._orders, self._theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(self._theirs, target), daemon=True)

    def __enter__(self) -> Self:
        self._process.start()
        self._theirs.close()  # so that a driver that dies is noticed, and not waited for
        return self

    def __exit__(self, *_: object) -> None:
        self._orders.send(None)
        self._process.join(timeout=10)
        if self._process.is_alive():
            self._process.kill()

    def begin(self, seconds: float) -> None:
        self._orders.send(seconds)

    def result(self) -> Observed:
        observed: Observed = self._orders.recv()
        return observed


def _serve(orders: Connection, target: Target) -> None:
    limits = httpx.Limits(max_connections=THREADS, max_keepalive_connections=THREADS)
    headers = {"x-api-key": target.key, "Authorization": f"Bearer {target.token}"}
    with (
        httpx.Client(trust_env=False, timeout=30, limits=limits, headers=headers) as http,
        ThreadPoolExecutor(THREADS) as pool,
    ):
        while (seconds := orders.recv()) is not None:
            orders.send(_drive(http, pool, target, seconds))


def _drive(http: httpx.Client, pool: ThreadPoolExecutor, target: Target, seconds: float) -> Observed:
    began = time.perf_counter()
    moments = [began + n / target.rate for n in range(int(seconds * target.rate))]
    observed = Observed()
    for status, latency in pool.map(lambda moment: _request(http, target, moment), moments):
        observed.statuses[status] += 1
        if status != "429":
            observed.latencies.append(latency)
    return observed


def _request(http: httpx.Client, target: Target, moment: float) -> tuple[str, float]:
    time.sleep(max(0.0, moment - time.perf_counter()))
    method, body = random.choice((("GET", None), ("POST", {"n": moment})))  # noqa: S311 - a mix, no secret
    try:
        status = str(http.request(method, target.url + COLLECTION, json=body).status_code)
    except httpx.TransportError as error:
        status = type(error).__name__
    return status, time.perf_counter() - moment
