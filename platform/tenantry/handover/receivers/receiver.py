"""Take signed webhooks: `WEBHOOK_SECRET=whsec_... python receiver.py 8080`, by Python 3.9 or later alone."""

import base64
import hashlib
import hmac
import json
import os
import sys
import time
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = base64.b64decode(os.environ["WEBHOOK_SECRET"].split("_", 1)[1])
TOLERANCE = 300  # seconds that clocks may differ by
taken: set[str] = set()  # keep these ids for 14 days, in a store that all your processes share


def verified(headers: Message, body: bytes) -> bool:
    """Whether the signature is ours and fresh; the body is the bytes as they came."""
    key, moment = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not moment.isdigit() or abs(time.time() - int(moment)) > TOLERANCE:
        return False
    signed = b".".join((key.encode(), moment.encode(), body))
    own = "v1," + base64.b64encode(hmac.new(SECRET, signed, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(own, each) for each in headers.get("webhook-signature", "").split(" "))


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if not verified(self.headers, body):
            self.send_response(401)
        else:
            if self.headers["webhook-id"] not in taken:
                taken.add(self.headers["webhook-id"])
                print(json.loads(body), flush=True)  # store it here, and work on it later
            self.send_response(204)
        self.send_header("content-length", "0")
        self.end_headers()


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1]) if sys.argv[1:] else 8080), Receiver)
    print(f"listening on port {server.server_port}", flush=True)
    server.serve_forever()
