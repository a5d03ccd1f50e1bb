"""One structured log per function: every line carries tenant, route and the gateway's request id.

No line holds a body, a token, a key or an address. A failure is logged as its type and its frames:
exception messages quote values, so they stay out.
"""

import json
import traceback
from functools import cache, partial

from aws_lambda_powertools.logging import Logger

# ASCII only: other readers end lines at characters beyond it, and an unpaired surrogate cannot be written.
_line = partial(json.dumps, default=str, separators=(",", ":"))


@cache
def logger() -> Logger:
    return Logger(json_serializer=_line)


def begin(*, tenant: str, route: str, request_id: str) -> Logger:
    """The logger for one request; what an earlier request left on it is gone."""
    log = logger()
    log.clear_state()
    log.append_keys(tenant=tenant, route=route)
    log.set_correlation_id(request_id)
    return log


def failure(log: Logger, message: str, error: BaseException) -> None:
    causes = []
    seen: BaseException | None = error
    while seen is not None:
        frames = "".join(traceback.format_tb(seen.__traceback__))
        causes.append({"type": f"{type(seen).__module__}.{type(seen).__qualname__}", "stack": frames})
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    log.error(message, extra={"causes": causes})
