"""Receives webhooks of a register, and keeps what has changed in an SQLite file: each change once, in order.

README.md says how it is run. Put it behind a proxy that speaks https.
"""

import json
import os
import signal
import sqlite3
import sys
from contextlib import closing
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

LARGEST = 16 * 1024 * 1024
"""Bytes of a request."""

TABLES = """
CREATE TABLE IF NOT EXISTS requests (id TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS changes (cursor TEXT PRIMARY KEY, type TEXT, object_id TEXT, told TEXT);
"""


def store(file: str, identifier: str, told: dict[str, Any]) -> None:
    """The request and what it tells, in one transaction; nothing when it has come before: its answer was lost."""
    with closing(sqlite3.connect(file)) as database, database:
        new = database.execute("INSERT OR IGNORE INTO requests VALUES (?)", (identifier,)).rowcount
        if not new:
            return
        for change in told["data"].get("changes", ()):
            row = (change["cursor"], change["type"], change["objectId"], json.dumps(change, ensure_ascii=False))
            database.execute("INSERT OR IGNORE INTO changes VALUES (?, ?, ?, ?)", row)


class Receiver(BaseHTTPRequestHandler):
    """One request after another, as they are sent."""

    verifier: Webhook
    file: str
    timeout = 30

    def do_POST(self) -> None:
        """Only what is stored is answered with success."""
        length = int(self.headers.get("Content-Length", 0))
        if length > LARGEST:
            self.answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        body = self.rfile.read(length)
        try:
            told = self.verifier.verify(body, dict(self.headers))
        except WebhookVerificationError:
            self.answer(HTTPStatus.UNAUTHORIZED)
            return
        store(self.file, self.headers["webhook-id"], told)
        self.answer(HTTPStatus.NO_CONTENT)

    def answer(self, status: HTTPStatus) -> None:
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing: addresses and paths are no news."""


def main() -> None:
    Receiver.verifier = Webhook(os.environ["WEBHOOK_SECRET"])
    Receiver.file = os.environ.get("CHANGES_FILE", "changes.sqlite")
    with closing(sqlite3.connect(Receiver.file)) as database:
        database.executescript(TABLES)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    place = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8080"))
    with HTTPServer(place, Receiver) as server:
        print(f"listens on {place[0]}:{server.server_port}", file=sys.stderr, flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
