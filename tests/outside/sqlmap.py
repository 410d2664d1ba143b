"""sqlmap tries every field of every form, and every parameter of every query, signed out and signed in.

The forms are found by walking through the site (``forms``), and addresses with a code are named besides. Every request
comes from a network of its own and, where a name is not what is attacked, with another name, so that no budget keeps a
payload from what lies behind it. Whoever has been signed out by a form, or locked out, is signed in anew in a service
made anew. The control is a page of ours that has such a hole; sqlmap must find it.
"""

from __future__ import annotations

import re
import subprocess
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from tests.outside import control, reading
from tests.outside.findings import Outcome
from tests.outside.forms import Target, walk
from tests.outside.stand import Browser, Stand, standing

ROOT = Path(__file__).parents[2]
EXECUTABLE = ROOT / ".venv-outside" / "bin" / "sqlmap"

LEVEL = {True: ("--level", "1", "--risk", "1", "--technique", "B"), False: ("--level", "2", "--risk", "2", "--technique", "BEUS")}
EACH = {True: 12, False: 120}
WHOLE = {True: 90, False: 1200}
"""Seconds that one address may take, and all of them together; what is not asked then is told."""

LEFT_OUT = re.compile(r"/status/.+|/sign-out")
CODES = ("/welcome?code=1", "/verify?code=1", "/reset?code=1", "/release?code=1", "/keep-factors?code=1")
SIGNED_OUT = ("/", "/sign-in?next=/account", "/sign-up?code=1", "/language?to=en&next=/", *CODES)
SIGNED_IN = (
    *("/", "/account", "/account/activity", "/account/export", "/account/close", "/account/email", "/account/confirm?next=/"),
    *("/admin", "/admin/accounts?prefix=a", "/admin/account?id=1", "/admin/audit", "/admin/throttles"),
)


def run(place: Path, *, short: bool) -> Outcome:
    """Let sqlmap attack everything."""
    outcome = Outcome("sqlmap", counts={"controls found": 0, "addresses": 0, "fields": 0, "addresses not finished": 0, "requests": 0})
    with control.injectable() as address:
        found, _, _ = _attack(place / "control", ["-u", address, "-p", "id", *LEVEL[True]], EACH[False])
        outcome.counts["controls found"] = len(found)
        if not found:
            outcome.find("control", "id", "sqlmap does not find a hole that is there, so it shows nothing")
    statuses: Counter[str] = Counter()
    for signed_in in (False, True):
        where = "signed in" if signed_in else "signed out"
        _everywhere(place / where.replace(" ", "-"), where, outcome, statuses, short=short)
    outcome.details["statuses"] = dict(sorted(statuses.items()))
    return outcome


def _everywhere(place: Path, where: str, outcome: Outcome, statuses: Counter[str], *, short: bool) -> None:
    until = time.monotonic() + WHOLE[short] / 2
    waiting: list[Target] | None = None
    number = 0
    while waiting is None or waiting:
        number += 1
        with standing(place / str(number), anywhere=True, playground=True) as stand:
            browser = stand.welcome()
            attacker = browser if where == "signed in" else stand.browser()
            if waiting is None:
                waiting = walk(attacker, SIGNED_IN if where == "signed in" else SIGNED_OUT, LEFT_OUT)
                outcome.details[where] = [str(each) for each in waiting]
            stand.turn_page()
            while waiting and (where == "signed out" or attacker.ask("GET", "/account")[0] == 200):
                _one(stand, attacker, waiting.pop(0), outcome, max(2.0, min(EACH[short], until - time.monotonic())), short=short)
            answered, faults = stand.looked_at()
            statuses.update(answered)
            outcome.counts["requests"] += sum(answered.values())
            for fault in faults:
                outcome.find("fault", where, fault)


def _one(stand: Stand, browser: Browser, target: Target, outcome: Outcome, bound: float, *, short: bool) -> None:
    outcome.counts["addresses"] += 1
    names = list(target.names)
    groups = [[name for name in names if name != "username"], ["username"]] if "username" in names else [names]
    for group in filter(None, groups):
        options = ["-u", stand.url + target.path, "--data", target.data] if target.method == "POST" else []
        options = options or ["-u", f"{stand.url}{target.path}?{target.data}"]
        options += ["-p", ",".join(group), *LEVEL[short], "-H", f"Origin: {stand.url}", "--drop-set-cookie"]
        options += ["--cookie", browser.cookie] if browser.cookies else []
        options += ["--randomize", "username"] if "username" in names and group != ["username"] else []
        folder = stand.folder / f"sqlmap-{outcome.counts['addresses']}"
        found, tested, whole = _attack(folder, options, bound)
        outcome.counts["fields"] += tested
        outcome.counts["addresses not finished"] += not whole
        for each in found:
            outcome.find("injectable", f"{target.method} {target.path} {each}")


def _attack(folder: Path, options: list[str], bound: float) -> tuple[list[str], int, bool]:
    """Return what is injectable, how many fields were tried, and whether it came to its end within *bound* seconds."""
    folder.mkdir(parents=True, exist_ok=True)
    fixed = ["--batch", "--flush-session", "--output-dir", str(folder), "--disable-coloring", "--ignore-code", "*"]
    fixed += ["--ignore-redirects", "--timeout", "20", "--retries", "1", "--disable-hashing"]
    log = folder / "tool.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [str(EXECUTABLE), *options, *fixed], cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        try:
            process.wait(timeout=bound)
            whole = True
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            whole = False
    found, tested = reading.sqlmap(log.read_text(errors="replace"))
    return found, tested, whole
