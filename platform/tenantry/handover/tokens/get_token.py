"""Get tokens, the next one in time: `python get_token.py` prints one, by Python 3.9 or later alone.

CLIENT_ID, CLIENT_SECRET and API_KEY come from the environment. A program makes one `Tokens`, keeps it, and
asks it before each call.
"""

import base64
import json
import os
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable

OWN = "@token_url@"
URL = os.environ.get("TOKEN_URL", OWN)
EARLY = 60  # seconds; of a short life, a fifth of it


class Tokens:
    def __init__(self, scope: str = "", clock: Callable[[], float] = time.time) -> None:
        """`scope` names scopes with a blank between them; all that the client may have, if it names none."""
        self._form = {"grant_type": "client_credentials", **({"scope": scope} if scope else {})}
        self._clock = clock
        self._lock = threading.Lock()
        self._token, self._until = "", 0.0

    def current(self) -> str:
        with self._lock:
            if self._clock() >= self._until:
                asked = self._clock()
                answer = self._ask()
                life = float(answer["expires_in"])
                self._token, self._until = answer["access_token"], asked + life - min(EARLY, life / 5)
            return self._token

    def forget(self) -> None:
        """After a 401: the next `current` asks for another."""
        with self._lock:
            self._until = 0.0

    def _ask(self) -> "dict[str, str]":
        both = (urllib.parse.quote(os.environ[each], safe="") for each in ("CLIENT_ID", "CLIENT_SECRET"))
        headers = {"Authorization": f"Basic {base64.b64encode(':'.join(both).encode()).decode()}"}
        if URL == OWN:  # another's endpoint has no business with the key
            headers["x-api-key"] = os.environ["API_KEY"]
        request = urllib.request.Request(URL, urllib.parse.urlencode(self._form).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return dict(json.load(answer))
        except urllib.error.HTTPError as error:  # 429 and 503 say in Retry-After how long to wait
            raise SystemExit(f"{error.code} {error.read().decode()}") from None


if __name__ == "__main__":
    print(Tokens().current())
