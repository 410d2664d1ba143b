"""hydra and patator guess at passwords: what they may find, and what the owner notices of it.

Each way in which they ask is two runs. The control has the right password in the first place of its list, and the
tool must find it, which shows that it works; the attack has it in the thirtieth place, and must not find it. During
all of it, from the very address of the attacker, the owner signs in with a browser that the account knows. What was
looked at is counted in the service's log: no more wrong passwords than the budget of a name gives in the time that it
took.

hydra 9 takes the status 401 for another kind of sign-in and asks for the same password five times; so nginx tells it
200 there. It writes a password into a header as it stands, so where the passwords look like addresses, every guess of
it says that it comes from somewhere else.
"""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.outside import reading
from tests.outside.findings import Outcome
from tests.outside.stand import Browser, Stand, standing

AT_ONCE, EVERY = 10, 6
"""The budget of a name: so many attempts at once, and then one in so many seconds."""
PLACE = 30
"""Where in the list the right password is."""
LENGTH = {True: 45, False: 1000}
"""How many passwords the list has, in the short form and in the long one."""
BOUND = {True: 60, False: 75}
"""Seconds that one run may take."""
THREADS = "4"


@dataclass(frozen=True)
class Way:
    """One way to ask.

    Args:
        name: in the report.
        json: whether it is the address for scripts.
        rotating: whether every guess names another address in ``X-Forwarded-For``.
    """

    name: str
    json: bool = False
    rotating: bool = False


WAYS = (Way("form"), Way("JSON", json=True), Way("form, X-Forwarded-For", rotating=True))
PATATORS = (*WAYS, Way("JSON, X-Forwarded-For", json=True, rotating=True))

Guess = Callable[[Stand, Way, str, Sequence[str], int], bool]
"""Let the tool try passwords at a name for at most so many seconds; return whether it found one."""


def passwords(way: Way, length: int, right: int) -> tuple[list[str], str]:
    """Return a list of passwords, and the right one, which stands in the place *right* of it, counted from 1.

    Those of a way that rotates are addresses, each of another network.
    """
    every = [
        f"2001:db8:{number:x}:7f3a:22:1:5:30" if way.rotating else f"qvzk{number:04}wdtmhxrb"
        for number in range(length)
    ]
    return every, every[right - 1]


def hydra(stand: Stand, way: Way, name: str, words: Sequence[str], bound: int) -> bool:
    """Let hydra guess."""
    folder = stand.folder
    (folder / "list").write_text("\n".join(words) + "\n")
    out = folder / "out"
    out.unlink(missing_ok=True)
    plain = "username=^USER^&password=^PASS^"
    body = '{"username"\\:"^USER^","password"\\:"^PASS^"}' if way.json else plain
    headers = [f"Origin\\: https\\://localhost\\:{stand.port}", f"Host\\: localhost\\:{stand.port}"]
    headers += ["Content-Type\\: application/json"] if way.json else []
    headers += ["X-Forwarded-For\\: ^PASS^"] if way.rotating else []
    module = ":".join(["/sign-in", body, *(f"H={each}" for each in headers), "S=Set-Cookie\\: __Host-hardtack="])
    options = ["-l", name, "-P", "list", "-t", THREADS, "-f", "-I", "-o", "out", "-b", "jsonv1"]
    _run(["hydra", *options, "-s", str(stand.port), "-S", "localhost", "https-post-form", module], folder, bound)
    return out.exists() and bool(reading.hydra(out.read_text()))


def patator(stand: Stand, way: Way, name: str, words: Sequence[str], bound: int) -> bool:
    """Let patator guess."""
    folder = stand.folder
    combined = [f"{word}|2001:db8:{number:x}::1" for number, word in enumerate(words)]
    (folder / "list").write_text("\n".join(combined) + "\n")
    found = folder / "found.csv"
    found.unlink(missing_ok=True)
    form = f"username={name}&password=COMBO00"
    body = f'{{"username":"{name}","password":"COMBO00"}}' if way.json else form
    headers = [f"Origin: {stand.url}"]
    headers += ["Content-Type: application/json"] if way.json else []
    headers += ["X-Forwarded-For: COMBO01"] if way.rotating else []
    options = [f"url={stand.url}/sign-in", "method=POST", f"body={body}", "header=" + "\n".join(headers), "0=list"]
    # Without an address said, this version hands a newer library an empty one, and nothing is sent.
    more = ["resolve=localhost:127.0.0.1", *(["auto_urlencode=0"] if way.json else [])]
    passed_over = ["-x", "ignore:code=401", "-x", "ignore:code=429"]
    command = ["patator", "http_fuzz", *options, *more, "-C", "|", *passed_over, "-t", THREADS, "--csv", "found.csv"]
    _run(command, folder, bound)
    return found.exists() and any(status < 400 for status, _ in reading.patator(found.read_text()))


def _run(command: Sequence[str], folder: Path, bound: int) -> None:
    with (folder / "tool.log").open("ab") as log:
        process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
        try:
            process.wait(timeout=bound)
        except subprocess.TimeoutExpired:
            process.terminate()
        finally:
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


TOOLS: dict[str, tuple[Guess, Sequence[Way]]] = {"hydra": (hydra, WAYS), "patator": (patator, PATATORS)}


def run(tool: str, place: Path, *, short: bool) -> Outcome:
    """Let *tool* guess in every way, and judge what came of it."""
    outcome = Outcome(tool)
    guess, ways = TOOLS[tool]
    for number, way in enumerate(ways):
        with standing(place / f"{tool}-{number}", soft=tool == "hydra") as stand:
            one = _one(stand, way, guess, outcome, short=short)
            outcome.details[way.name] = one
            for name, value in one.items():
                if isinstance(value, int):
                    outcome.counts[name] = outcome.counts.get(name, 0) + value
    outcome.counts["ways"] = len(ways)
    return outcome


def _one(stand: Stand, way: Way, guess: Guess, outcome: Outcome, *, short: bool) -> dict[str, int | dict[str, int]]:
    words, right = passwords(way, LENGTH[short], PLACE)
    first, known = passwords(way, 5, 1)
    stand.browser().sign_up("control", known)
    # The attacker's machine is the owner's own: only the known browser makes the difference.
    owner = stand.browser().sign_up("owner", right)
    number = [line["account"] for line in stand.lines() if line.get("event") == "sign-up"][-1]
    stand.turn_page()
    control = guess(stand, way, "control", first, BOUND[True])
    if not control:
        outcome.find("control", way.name, "the tool does not find a password that stands first, so it shows nothing")
    began = time.monotonic()
    found = guess(stand, way, "owner", words, BOUND[short])
    took = time.monotonic() - began
    wrong = _looked_at(stand, number)
    if found:
        outcome.find("found", way.name, f"the password in place {PLACE} was found")
    allowed = AT_ONCE + int(took / EVERY) + 1
    if wrong > allowed:
        outcome.find("budget", way.name, f"{wrong} guesses were looked at in {took:.0f} s, and not {allowed}")
    guesses = sum(1 for _, method, target in stand.requests() if (method, target) == ("POST", "/sign-in"))
    entered = _owner_enters(owner, right, way, outcome)
    statuses, faults = stand.looked_at()
    for fault in faults:
        outcome.find("fault", way.name, fault)
    return {
        "controls found": int(control),
        "requests": sum(statuses.values()),
        "guesses": guesses,
        "guesses looked at": wrong,
        "passwords found in place 30": int(found),
        "owners let in": int(entered),
        "statuses": dict(sorted(statuses.items())),
    }


def _looked_at(stand: Stand, account: int) -> int:
    lines = (line for line in stand.lines() if line.get("event") == "sign-in-refused")
    return sum(1 for line in lines if (line.get("account"), line.get("reason")) == (account, "wrong-password"))


def _owner_enters(owner: Browser, password: str, way: Way, outcome: Outcome) -> bool:
    status = owner.sign_in("owner", password)
    if status != 200:
        outcome.find("owner", way.name, f"the owner's own browser gets {status}")
    return status == 200


def missing(tool: str) -> str | None:
    """Return what to install for *tool*, or ``None``."""
    return None if shutil.which(tool) else tool
