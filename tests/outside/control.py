"""A page that has what the tools look for, so that it is seen that they find it: SQL made of what a visitor sends.

It listens on this machine, holds three rows that nobody needs, and is there for the tests of the tools alone.
"""

from __future__ import annotations

import http.server
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from html import escape
from urllib.parse import parse_qs, urlsplit


class _Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        number = parse_qs(urlsplit(self.path).query).get("id", ["1"])[0]
        with closing(sqlite3.connect(":memory:")) as database:
            database.execute("CREATE TABLE goods (id INTEGER, name TEXT)")
            database.executemany("INSERT INTO goods VALUES (?, ?)", [(1, "rope"), (2, "tar"), (3, "hardtack")])
            try:
                rows = database.execute(f"SELECT name FROM goods WHERE id = {number}").fetchall()  # noqa: S608 - on purpose
                content = "<p>" + escape(", ".join(str(row[0]) for row in rows) or "nothing there") + "</p>"
            except sqlite3.Error:
                content = "<p>nothing there</p>"
        octets = f"<!doctype html><title>goods</title>{content}".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def injectable() -> Iterator[str]:
    """Run it; yield its address, with a query."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Page) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/?id=1"
        finally:
            server.shutdown()
            thread.join()
