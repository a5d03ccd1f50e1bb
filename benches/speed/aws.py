"""Answer as AWS would, at once, to the few calls of a first request; the callers' own work is measured."""

import json
from contextlib import AbstractContextManager
from typing import Any

from benches.loopback import HOST, LoopbackServer, SilentHandler

NOW = "2026-01-01T00:00:00.000Z"
RECORD = {
    "pk": {"S": "acme#items#orders"},
    "sk": {"S": "01JD3Z6K0V8Q4T7M2N5P9R1S3W"},
    "data": {"S": '{"a":1}'},
    "version": {"N": "1"},
    "created_at": {"S": NOW},
    "updated_at": {"S": NOW},
}
ANSWERS: dict[str, Any] = {
    "GetItem": {"Item": RECORD},
    "TransactWriteItems": {},
    "SendMessage": {"MessageId": "1", "MD5OfMessageBody": "99914b932bd37a50b983c5e7c90ae93b"},
}


class _Answers(SilentHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:  # noqa: N802 - the base class's name
        self.rfile.read(int(self.headers["Content-Length"]))
        answer = json.dumps(ANSWERS[self.headers["X-Amz-Target"].rpartition(".")[2]]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)


def stand_in() -> AbstractContextManager[LoopbackServer]:
    return LoopbackServer(_Answers)


def address(server: LoopbackServer) -> str:
    return f"http://{HOST}:{server.server_address[1]}"
