"""sqlmap tries every field of every form, and every parameter of every query, signed out and signed in.

The forms are found by walking through the site (``forms``), and addresses with a code are named besides. Every request
comes from a network of its own and, where a name is not what is attacked, with another name, so that no budget keeps a
payload from what lies behind it. What may end the sign-in is tried apart, in a service of its own. The control is a
page of ours that has such a hole; sqlmap must find it.
"""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.outside import control, reading
from tests.outside.findings import Outcome
from tests.outside.forms import HIDDEN_FROM_TOOLS, Target, walk
from tests.outside.stand import Browser, Stand, standing

ROOT = Path(__file__).parents[2]
EXECUTABLE = ROOT / ".venv-outside" / "bin" / "sqlmap"

LEVEL = {
    True: ("--level", "1", "--risk", "1", "--technique", "B"),
    False: ("--level", "2", "--risk", "2", "--technique", "BEUS"),
}
WHOLE = {True: 35, False: 200}
"""Seconds for all that is tried in one sign-in."""
APART = {True: 25, False: 45}
"""Seconds for what may end the sign-in: all of it in the short form, each address of it in the long one."""

LEFT_OUT = re.compile(r"/status/.+|/sign-out|/language")
CODES = ("/welcome?code=1", "/verify?code=1", "/reset?code=1", "/release?code=1", "/keep-factors?code=1")
SIGNED_OUT = ("/", "/sign-in?next=/account", "/sign-up?code=1", "/language?to=en&next=/", *CODES)
SIGNED_IN = (
    *(
        "/",
        "/account",
        "/account/activity",
        "/account/export",
        "/account/close",
        "/account/email",
        "/account/confirm?next=/",
    ),
    *("/admin", "/admin/accounts?prefix=a", "/admin/account?id=1", "/admin/audit", "/admin/throttles"),
)


ENDING = re.compile(
    r"POST (/admin|/admin/account|/account/(password|sessions|close|two-factor|confirm|email)|/language)\b.*"
)
"""What may end the sign-in of whoever attacks it."""


def run(place: Path, *, short: bool) -> Outcome:
    """Let sqlmap attack everything."""
    outcome = Outcome(
        "sqlmap", counts={"controls found": 0, "addresses": 0, "fields": 0, "fields tried": 0, "requests": 0}
    )
    with control.injectable() as address:
        found = _attack(place / "control", ["-u", address, "-p", "id", *LEVEL[True]], APART[False])[0]
        outcome.counts["controls found"] = len(found)
        if not found:
            outcome.find("control", "id", "sqlmap does not find a hole that is there, so it shows nothing")
    statuses: Counter[str] = Counter()
    _side(place / "out", "signed out", outcome, statuses, short=short)
    _side(place / "in", "signed in", outcome, statuses, short=short)
    outcome.details["statuses"] = dict(sorted(statuses.items()))
    return outcome


def _side(place: Path, where: str, outcome: Outcome, statuses: Counter[str], *, short: bool) -> None:
    """Attack everything that there is for somebody who is signed in, or is not."""
    apart: list[Target] = []
    with _attacked(place / "all", where, outcome, statuses) as (stand, attacker):
        targets = walk(attacker, SIGNED_IN if where == "signed in" else SIGNED_OUT, LEFT_OUT)
        if where == "signed in":
            apart = [target for target in targets if ENDING.fullmatch(str(target))]
        outcome.details[where] = [str(each) for each in targets]
        outcome.counts["addresses"] += len(targets)
        outcome.counts["fields"] += sum(len(target.names) for target in targets)
        rest = [target for target in targets if target not in apart]
        _try(stand, attacker, rest, WHOLE[short], outcome, short=short)
        if where == "signed in" and (status := attacker.ask("GET", "/account")[0]) != 200:
            outcome.find("sign-in lost", where, f"/account gives {status}")
    # The short form tries them one after the other, for as long as the sign-in lasts.
    for number, group in enumerate([apart] if short else [[target] for target in apart]):
        if group:
            with _attacked(place / str(number), where, outcome, statuses) as (stand, attacker):
                _try(stand, attacker, group, APART[short], outcome, short=short)


@contextmanager
def _attacked(place: Path, where: str, outcome: Outcome, statuses: Counter[str]) -> Iterator[tuple[Stand, Browser]]:
    """Run a service; look at its answers and its log when it was attacked."""
    with standing(place, anywhere=True) as stand:
        browser = stand.welcome()
        stand.turn_page()
        yield stand, browser if where == "signed in" else stand.browser()
        answered, faults = stand.looked_at()
        statuses.update(answered)
        outcome.counts["requests"] += sum(answered.values())
        for fault in faults:
            outcome.find("fault", where, fault)


def _try(stand: Stand, browser: Browser, targets: list[Target], bound: float, outcome: Outcome, *, short: bool) -> None:
    """Try every field: the names in one run, and in the other, with another name each time, everything else."""
    named = [target for target in targets if "username" in target.names]
    half = bound / 2 if named else bound
    for group, options in ((targets, ["--randomize", "username"]), (named, ["-p", "username"])):
        if group:
            folder = stand.folder / f"sqlmap{options[0]}"
            folder.mkdir()
            log = folder / "requests"
            log.write_text(SEPARATOR.join(["", *(_request(stand, browser, target) for target in group), ""]))
            skipped = [] if options[0] == "-p" else ["--skip", ",".join(sorted({*HIDDEN_FROM_TOOLS, "username"}))]
            words = ["-l", str(log), "--force-ssl", *options, *skipped, "--drop-set-cookie", *LEVEL[short]]
            found, tried, whole = _attack(folder, words, half)
            outcome.counts["fields tried"] += tried
            if not whole:
                outcome.details.setdefault("stopped by the time", []).append(
                    f"{len(group)} addresses, {options[0]} {options[1]}"
                )
            for each in found:
                outcome.find("injectable", each)


SEPARATOR = "\n" + "=" * 54 + "\n"


def _request(stand: Stand, browser: Browser, target: Target) -> str:
    """Return a request as a proxy would have written it down."""
    query = f"?{target.data}" if target.method == "GET" else ""
    lines = [f"{target.method} {stand.url}{target.path}{query} HTTP/1.1", f"Host: localhost:{stand.port}"]
    lines += [f"Origin: {stand.url}", "Accept: text/html"]
    lines += [f"Cookie: {browser.cookie}"] if browser.cookies else []
    if target.method == "POST":
        lines += ["Content-Type: application/x-www-form-urlencoded", "", target.data]
    return "\n".join([*lines, ""])


def _attack(folder: Path, options: list[str], bound: float) -> tuple[list[str], int, bool]:
    """Return what is injectable, how many fields were tried, and whether it came to its end within *bound* seconds."""
    folder.mkdir(parents=True, exist_ok=True)
    fixed = ["--batch", "--flush-session", "--output-dir", str(folder), "--disable-coloring", "--ignore-code", "*"]
    fixed += ["--ignore-redirects", "--timeout", "20", "--retries", "1"]
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
