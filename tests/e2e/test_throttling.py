"""A tenant over its rate is refused; its neighbours are served."""

from concurrent.futures import ThreadPoolExecutor

import httpx

from tests.support.platform import Tenant, problem

BURST = 10  # of the tier bronze
CALLS = 40


def test_a_burst_beyond_the_tier_is_throttled_while_others_are_served(acme: Tenant, acme_eu: Tenant) -> None:
    def call(tenant: Tenant) -> httpx.Response:
        return tenant.call("GET", "/items/orders", patient=False)

    for tenant in (acme, acme_eu):  # tokens and functions are ready
        assert tenant.call("GET", "/items/orders").status_code == 200
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(call, [acme_eu, acme] * CALLS))
    noisy, quiet = answers[::2], answers[1::2]
    assert {answer.status_code for answer in quiet} == {200}
    throttled = [answer for answer in noisy if answer.status_code != 200]
    assert len(throttled) >= BURST
    assert {problem(answer) for answer in throttled} == {(429, "throttled")}
    assert {answer.headers["retry-after"] for answer in throttled} == {"1"}
    assert acme_eu.call("GET", "/items/orders").status_code == 200  # after a while, as Retry-After says
