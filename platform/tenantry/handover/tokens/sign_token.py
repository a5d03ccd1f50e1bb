"""Sign a token: `PRIVATE_KEY_FILE=key.pem python sign_token.py "items:read items:write"`, by PyJWT.

`pip install "pyjwt[crypto]"`. The key stays where it is: the API knows its public half alone.
"""

import os
import sys
import time
import uuid
from pathlib import Path

import jwt

KID = os.environ.get("KID", "@kid@")
ALGORITHM = os.environ.get("ALGORITHM", "@algorithm@")
ISSUER = os.environ.get("ISSUER", "@issuer@")
AUDIENCE = os.environ.get("AUDIENCE", "@audience@")
LIFE = 600  # seconds; sign the next one before they are over


def token(private_key: str, scope: str, subject: str = "my-program") -> str:
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": subject,
        "iat": now,
        "exp": now + LIFE,
        "jti": str(uuid.uuid4()),
        "scope": scope,
    }
    return jwt.encode(claims, private_key, ALGORITHM, {"kid": KID, "typ": "at+jwt"})


if __name__ == "__main__":
    print(token(Path(os.environ["PRIVATE_KEY_FILE"]).read_text(), " ".join(sys.argv[1:])))
