"""A natural cause, tried as its page says: its lines pasted into a shell, its form sent as a browser sends it.

    .venv/bin/python -m tests.playground.trying http://localhost:8000 409 412

tries causes at a service that is running, and shows what came back; without codes it tries all.
"""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from hardtack.status.causes import CAUSES, Cause, Form

AT_ONCE = 4
"""How many causes are tried at once: the playground has eight places, and some causes take more than one."""
AHEAD = 8
"""How many causes, from the one that is asked for, are begun with it."""
ALONE = frozenset({503})
"""Codes whose cause takes every place there is, so that it is tried when nothing else is."""
LONGEST = 60
"""Seconds that a cause may take."""

_HEAD = re.compile(r"^HTTP/[0-9.]+ ([0-9]{3})\b", re.MULTILINE)
_CODE_ALONE = re.compile(r"([0-9]{3})\s*\Z")
_TRACE = re.compile(r"^hardtack-trace: *(.*)$", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True)
class Outcome:
    """What came back.

    Args:
        codes: every status that was seen, in order.
        trace: what the trace of the last answer says; ``""`` if it says nothing.
        shown: all of it, for whoever has to find out why.
    """

    codes: list[int]
    trace: str
    shown: str

    def falls_short(self, code: int, decided: str) -> str:
        """Return what is missing for this to be *code*, decided as it should be; ``""`` if nothing is."""
        # An interim answer stands before the one that ends the request.
        seen = self.codes if code < 200 else self.codes[-1:]
        if code not in seen:
            return f"{code}: came to {self.codes}\n{self.shown}"
        if decided not in self.trace:
            return f"{code}: {decided!r} is not in the trace {self.trace!r}\n{self.shown}"
        return ""


def paste(cause: Cause, origin: str) -> Outcome:
    """Run the lines of *cause* in one shell, as if pasted, in an empty folder and with nobody's settings."""
    host = urlsplit(origin).netloc
    script = "\n".join(line.format(origin=origin, host=host) for line in cause.commands)
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            ["/bin/sh", "-c", script],
            cwd=folder,
            env={"PATH": os.defpath + ":/usr/local/bin", "HOME": folder, "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=LONGEST,
            check=False,
        )
    printed = done.stdout.decode("utf-8", "replace").replace("\r", "")
    codes = [int(found[1]) for found in _HEAD.finditer(printed)]
    if "%{http_code}" in cause.commands[-1].format(origin="", host="") and (alone := _CODE_ALONE.search(printed)):
        codes.append(int(alone[1]))
    shown = f"$ {script}\n{printed}{done.stderr.decode('utf-8', 'replace')}"
    return Outcome(codes, (_TRACE.findall(printed) or [""])[-1], shown)


def send(form: Form, origin: str) -> Outcome:
    """Send *form* over a socket with what a browser sends along, and follow nothing."""
    address = urlsplit(origin)
    fields = urlencode(form.fields)
    headers = {
        "Host": address.netloc,
        "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari",
        "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8",
        "Accept-Encoding": "gzip, deflate, br, zstd",
        "Accept-Language": "zh-CN,zh;q=0.9",
        "Referer": f"{origin}/status",
        "Sec-Fetch-Dest": "document",
        "Sec-Fetch-Mode": "navigate",
        "Sec-Fetch-Site": "same-origin",
        "Sec-Fetch-User": "?1",
        "Upgrade-Insecure-Requests": "1",
    }
    path, body = form.path, None
    if form.method == "post":
        body = fields.encode()
        headers |= {"Origin": origin, "Content-Type": "application/x-www-form-urlencoded"}
    elif fields:
        path = f"{path}?{fields}"
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=LONGEST)
    try:
        connection.request(form.method.upper(), path, body, headers)
        response = connection.getresponse()
        content = response.read().decode("utf-8", "replace")
        shown = f"{form.method.upper()} {path} {body!r}\n{response.status}\n{response.headers}\n{content}"
        return Outcome([response.status], response.headers.get("Hardtack-Trace", ""), shown)
    finally:
        connection.close()


def complaint(code: int, cause: Cause, origin: str) -> str:
    """Try *cause* in every way that it knows, and return what went otherwise than it says; ``""`` if nothing did."""
    said = paste(cause, origin).falls_short(code, cause.decided)
    if not said and cause.form is not None:
        said = send(cause.form, origin).falls_short(code, cause.decided)
    return said


class Trying:
    """The causes, tried at one service: some at once, in the order of their codes, a little ahead of who asks.

    Args:
        origin: where the service is.
    """

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._pool = ThreadPoolExecutor(AT_ONCE)
        self._begun: dict[int, Future[str]] = {}

    def complaint(self, code: int) -> str:
        """Return what the cause of *code* came to otherwise than it says; ``""`` if nothing."""
        if code in ALONE:
            wait(self._begun.values())
            return complaint(code, CAUSES[code], self._origin)
        codes = sorted(CAUSES.keys() - ALONE)
        place = codes.index(code)
        for near in codes[place : place + AHEAD]:
            if near not in self._begun:
                self._begun[near] = self._pool.submit(complaint, near, CAUSES[near], self._origin)
        return self._begun[code].result()

    def close(self) -> None:
        """Let what has begun come to its end."""
        self._pool.shutdown(cancel_futures=True)


def show(code: int, origin: str) -> None:
    """Try the cause of *code* and print what came back."""
    cause = CAUSES[code]
    for outcome in (paste(cause, origin), *([] if cause.form is None else [send(cause.form, origin)])):
        said = "as it says" if not outcome.falls_short(code, cause.decided) else "NOT as it says"
        sys.stdout.write(f"{outcome.shown}\n{code}: {said}: {outcome.codes} {outcome.trace}\n\n")


if __name__ == "__main__":
    for each in [int(argument) for argument in sys.argv[2:]] or sorted(CAUSES):
        show(each, sys.argv[1])
