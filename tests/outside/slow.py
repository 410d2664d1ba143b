"""slowhttptest holds hundreds of connections through nginx, while a normal visitor goes on asking.

Four attacks: a head that does not end, a content that does not end, an answer that is hardly read, and a Range of
very many parts. Meanwhile one visitor opens the sign-in page and their own, one after the other, each over a
connection of its own. How many of these were answered, and with what, is counted and judged; how long they took is
told and not judged.
"""

from __future__ import annotations

import re
import statistics
import subprocess
import threading
import time
from collections import Counter
from pathlib import Path

from tests.outside import reading
from tests.outside.findings import Outcome
from tests.outside.stand import PATIENCE, Browser, Stand, standing

ATTACKS = {
    "slow head": ("-H", "-i", "2", "-x", "24"),
    "slow content": ("-B", "-i", "2", "-s", "8192", "-x", "10", "-t", "POST"),
    "slow reading": ("-X", "-k", "3", "-n", "1", "-z", "5", "-w", "1", "-y", "64"),
    "many ranges": ("-R", "-a", "5", "-b", "500", "-t", "HEAD"),
}
CONNECTIONS = {True: 400, False: 2000}
SECONDS = {True: 6, False: 60}


class Visitor:
    """Somebody who asks for pages without a pause, until told to stop."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self.answers: Counter[str] = Counter()
        self.taken: list[float] = []
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._visit)

    def __enter__(self) -> Visitor:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        self._thread.join(PATIENCE * 2)

    def _visit(self) -> None:
        while not self._enough.is_set():
            for path in ("/sign-in", "/account"):
                began = time.monotonic()
                try:
                    status = str(self._browser.ask("GET", path)[0])
                except OSError as error:
                    status = type(error).__name__
                self.answers[status] += 1
                self.taken.append(time.monotonic() - began)
            self._enough.wait(0.05)


def run(place: Path, *, short: bool) -> Outcome:
    """Hold connections in each of the four ways."""
    outcome = Outcome("slowhttptest", counts={"attacks": len(ATTACKS), "visitor's requests": 0, "answered": 0})
    with standing(place / "slow") as stand:
        browser = stand.welcome()
        for name, words in ATTACKS.items():
            stand.turn_page()
            _one(stand, browser, name, words, outcome, short=short)
    return outcome


def _style(browser: Browser) -> str:
    """Return the address of the style sheet, of which ranges can be asked for."""
    found = re.search(r'href="(/assets/[^"]+\.css)"', browser.ask("GET", "/sign-in", accept="text/html")[2].decode())
    assert found
    return found[1]


def _one(stand: Stand, browser: Browser, name: str, words: tuple[str, ...], outcome: Outcome, *, short: bool) -> None:
    number, seconds = str(CONNECTIONS[short]), str(SECONDS[short])
    prefix = stand.folder / name.replace(" ", "-")
    command = [
        "slowhttptest",
        *words,
        "-c",
        number,
        "-r",
        "200",
        "-l",
        seconds,
        "-p",
        "5",
        "-g",
        "-o",
        str(prefix),
        "-v",
        "0",
    ]
    with (stand.folder / "tool.log").open("ab") as log, Visitor(browser) as visitor:
        try:
            bound = SECONDS[short] + PATIENCE
            subprocess.run(
                [*command, "-u", stand.url + (_style(browser) if name == "many ranges" else "/sign-in")],
                stdout=log,
                stderr=log,
                timeout=bound,
                check=False,
            )
        except subprocess.TimeoutExpired:
            outcome.details[f"{name}, stopped"] = True
    csv = prefix.with_suffix(".csv")
    seen = reading.slowhttptest(csv.read_text()) if csv.exists() else {"seconds": 0}
    asked = sum(visitor.answers.values())
    answered = visitor.answers["200"]
    outcome.counts["visitor's requests"] += asked
    outcome.counts["answered"] += answered
    statuses, faults = stand.looked_at()
    outcome.details[name] = {
        **seen,
        "visitor": dict(visitor.answers),
        "median in milliseconds": round(statistics.median(visitor.taken) * 1000),
        "longest in milliseconds": round(max(visitor.taken) * 1000),
        "statuses": dict(sorted(statuses.items())),
    }
    if not seen["seconds"] or not seen.get("connected at most"):
        outcome.find("no report", name, "slowhttptest held no connection, so it shows nothing")
    if answered < asked:
        outcome.find("visitor not served", name, f"{answered} of {asked} were answered: {dict(visitor.answers)}")
    for fault in faults:
        outcome.find("fault", name, fault)
