"""A tenant over its rate is refused; its neighbours are served."""

from concurrent.futures import ThreadPoolExecutor

import httpx

from tests.support.platform import Tenant, problem

CALLS = 100  # of which bronze allows 10 at once and 5 a second


def test_a_burst_beyond_the_tier_is_throttled_while_others_are_served(acme: Tenant, acme_eu: Tenant) -> None:
    def burst() -> list[httpx.Response]:
        # The gateway refuses these bodies itself: they count, and no function slows them down.
        return [acme_eu.call("POST", "/items/orders", [], patient=False) for _ in range(CALLS)]

    for tenant in (acme, acme_eu):  # tokens and functions are ready
        assert tenant.call("GET", "/items/orders").status_code == 200
    with ThreadPoolExecutor(1) as pool:
        noise = pool.submit(burst)
        quiet = [acme.call("GET", "/items/orders", patient=False) for _ in range(10)]
    assert {answer.status_code for answer in quiet} == {200}
    throttled = [answer for answer in noise.result() if answer.status_code != 400]
    assert {problem(answer) for answer in throttled} == {(429, "throttled")}
    assert {answer.headers["retry-after"] for answer in throttled} == {"1"}
    assert acme_eu.call("GET", "/items/orders").status_code == 200  # after a while, as Retry-After says
