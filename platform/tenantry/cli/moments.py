"""Read what people write for a span of time, or for a moment."""

import re
import time
from datetime import datetime

from tenantry.errors import WrongInput

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_SPAN = re.compile(r"([1-9][0-9]{0,8})([smhd])")


def span(text: str, option: str = "--since") -> int:
    """Seconds. Raises WrongInput."""
    match = _SPAN.fullmatch(text)
    if match is None:
        raise WrongInput(f"{option} {text!r} is not a span of time; write it as 90s, 15m, 2h or 3d")
    return int(match[1]) * SECONDS[match[2]]


def moment_ms(text: str) -> int:
    """In ms since the epoch, of a span before now or of a moment with its offset. Raises WrongInput."""
    if _SPAN.fullmatch(text):
        return int((time.time() - span(text)) * 1000)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise WrongInput(f"--since {text!r} is not a moment; write it as 2h, 3d or 2026-11-27T18:00:00Z")
    return int(moment.timestamp() * 1000)
