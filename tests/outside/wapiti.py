"""wapiti crawls the site and attacks whatever it finds, signed out and signed in as an administrator.

Every request comes from a network of its own, so that no budget of an address ends the scan early. Addresses that would
end the sign-in are left out where it is signed in, and at its end the sign-in is looked at. What the service would ask
for, if it could be made to, is a listener of ours that notes who asks; where that hears anything, somebody else than
wapiti has been made to speak. Left out are modules that compare with lists which they fetch from elsewhere.
"""

from __future__ import annotations

import http.server
import sqlite3
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from tests.outside import reading
from tests.outside.findings import Outcome
from tests.outside.stand import Browser, Stand, standing

ROOT = Path(__file__).parents[2]
EXECUTABLE = ROOT / ".venv-outside" / "bin" / "wapiti"

MODULES = (
    *("brute_login_form", "buster", "cookieflags", "crlf", "csp", "csrf", "exec", "file", "htaccess"),
    *("http_headers", "https_redirect", "ldap", "log4shell", "methods", "permanentxss", "redirect", "shellshock"),
    *("spring4shell", "sql", "ssl", "ssrf", "timesql", "upload", "xss", "xxe"),
)
LEFT_ALONE = ("backup", "cms", "htp", "network_device", "nikto", "takeover", "wapp", "wp_enum")
"""Modules that are not run: they name products, or compare with lists that are fetched from elsewhere. ``backup`` ends
the whole scan where an address has a port, since it puts its endings behind that; ``buster`` asks for those too."""

CRAWL = {True: 10, False: 60}
EACH = {True: 1.2, False: 15}
"""Seconds for the crawl, and for each module, in the short form and in the long one."""
BOUND = {True: 150, False: 700}
TRIES = 4
ENDS = {"sign-out", "session-ended", "sessions-ended", "password-changed", "account-closed", "account-disabled"}
"""What the log says where a button was pressed that ends sign-ins, as wapiti presses all that it finds."""
LEFT_OUT = ("/sign-out", "/account/close", "/account/sessions", "/admin", "/admin/account?*", "/sign-in*", "/welcome*")
"""What would end the sign-in."""
STARTS = ("/sign-in?next=/account", "/sign-up", "/forgot", "/release", "/status", "/language?to=en", "/healthz")
SIGNED_IN = ("/account", "/account/activity", "/account/tokens", "/admin/accounts?prefix=a", "/admin/audit")


class Listener(http.server.ThreadingHTTPServer):
    """Where a service that could be made to ask would ask; wapiti alone comes here, for what was heard."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.heard: list[str] = []


class _Answer(http.server.BaseHTTPRequestHandler):
    server: Listener

    def do_GET(self) -> None:
        if not self.path.startswith(("/get_ssrf.php", "/get_xxe.php")):
            self.server.heard.append(f"{self.command} {self.path}")
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(b"{}")

    do_POST = do_GET  # noqa: N815 - its name is the method of a request

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def listening() -> Iterator[Listener]:
    """Run the listener."""
    with Listener() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def run(place: Path, *, short: bool) -> Outcome:
    """Let wapiti scan the site twice."""
    outcome = Outcome("wapiti")
    for signed_in in (False, True):
        where = "signed in" if signed_in else "signed out"
        with (
            standing(place / where.replace(" ", "-"), anywhere=True, playground=not signed_in) as stand,
            listening() as listener,
        ):
            browser = stand.welcome()
            stand.turn_page()
            pages = _scan(stand, browser if signed_in else None, listener, outcome, short=short)
            for heard in listener.heard:
                outcome.find("asked elsewhere", heard)
            # What has a button that ends sign-ins is left out, and tried by sqlmap; whether that was enough is counted.
            ended = sorted({str(line["event"]) for line in stand.lines()} & ENDS)
            if signed_in and (status := browser.ask("GET", "/account")[0]) != 200 and not ended:
                outcome.find("sign-in lost", where, f"/account gives {status}, and nobody has ended the sign-in")
            if signed_in:
                outcome.counts["signed in to the end"] = int(status == 200)
            statuses, faults = stand.looked_at()
            for fault in faults:
                outcome.find("fault", fault)
            inside = sum(1 for status, _, target in stand.requests() if status == 200 and target.startswith("/admin"))
            if signed_in and not inside:
                outcome.find("not signed in", where, "no page of the administrators was seen, so it shows nothing")
            outcome.details[where] = {"pages": pages, "statuses": dict(sorted(statuses.items())), "ended by": ended}
            outcome.counts[f"pages {where}"] = pages
            outcome.counts[f"requests {where}"] = sum(statuses.values())
            if not pages:
                outcome.find("no report", where, "wapiti wrote none, so it shows nothing")
    outcome.counts["modules"] = len(MODULES)
    outcome.details["modules not run"] = list(LEFT_ALONE)
    return outcome


def _let_readers_hinder_nobody(session: Path, process: subprocess.Popen[bytes], deadline: float) -> None:
    """Set wapiti's own database to a write-ahead log, once it is there.

    What it ends for lack of time may leave a reader behind, and without such a log nothing is written beside a reader:
    then there is no report.
    """
    while process.poll() is None and time.monotonic() < deadline:
        for path in session.glob("*.db"):
            # The file may be locked or not yet whole.
            with suppress(sqlite3.Error), closing(sqlite3.connect(path, timeout=0.1)) as database:
                tables = database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
                if tables and database.execute("PRAGMA journal_mode=WAL").fetchone() == ("wal",):
                    return
        time.sleep(0.1)


def _scan(stand: Stand, browser: Browser | None, listener: Listener, outcome: Outcome, *, short: bool) -> int:
    """Scan once; return how many pages were seen."""
    report, folder = stand.folder / "report.json", stand.folder
    starts = STARTS + (SIGNED_IN if browser else ())
    command = [str(EXECUTABLE), "-u", f"{stand.url}/", "--scope", "domain", "-m", ",".join(MODULES), "--level", "2"]
    command += ["--max-scan-time", str(CRAWL[short]), "--max-attack-time", str(EACH[short]), "--tasks", "1"]
    command += ["--store-config", str(folder / "config")]
    command += ["--flush-session", "--no-bugreport", "--verify-ssl", "0", "-f", "json", "-o", str(report), "-v", "1"]
    endpoint = f"http://127.0.0.1:{listener.server_port}/"
    command += ["--endpoint", endpoint, "--dns-endpoint", "localhost"]
    command += [word for start in starts for word in ("-s", stand.url + start)]
    command += ["-H", f"Origin: {stand.url}"]
    if browser is not None:
        command += ["-H", f"Cookie: {browser.cookie}"]
        command += [word for path in LEFT_OUT for word in ("-x", stand.url + path)]
    for _ in range(TRIES):
        with tempfile.TemporaryDirectory(dir=folder) as session, (folder / "tool.log").open("wb") as log:
            store = ["--store-session", session]
            with subprocess.Popen([*command, *store], stdin=subprocess.DEVNULL, stdout=log, stderr=log) as process:
                deadline = time.monotonic() + BOUND[short]
                _let_readers_hinder_nobody(Path(session), process, deadline)
                try:
                    process.wait(max(deadline - time.monotonic(), 0))
                except subprocess.TimeoutExpired:
                    process.kill()
        if report.exists():
            break
    if not report.exists():
        outcome.details["its last words"] = (folder / "tool.log").read_text(errors="replace")[-3000:]
        return 0
    found, pages = reading.wapiti(report.read_text())
    for rule, where, said in found:
        outcome.find(rule, where, said.replace(f":{stand.port}", ""))
    return pages
