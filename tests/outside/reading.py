"""What the tools write, read: each function takes the text of one tool's output and returns plain values."""

from __future__ import annotations

import csv
import io
import json
import re
from urllib.parse import urlsplit


def hydra(text: str) -> list[tuple[str, str]]:
    """Return the names and passwords that hydra says it has found, out of what ``-b jsonv1`` writes.

    Each is an object on a line of its own. The whole is no JSON where the command line has a backslash in it, or where
    the tool was stopped.
    """
    lines = (line.strip().rstrip(",") for line in text.splitlines())
    found = [json.loads(line) for line in lines if line.startswith('{"port"')]
    return [(each["login"], each["password"]) for each in found]


def patator(text: str) -> list[tuple[int, str]]:
    """Return the status and the guess of each answer that patator was not told to pass over, out of its ``--csv``."""
    rows = csv.DictReader(io.StringIO(text))
    return [(int(row["code"]), row["candidate"]) for row in rows if row["code"].isdigit() and int(row["code"]) < 600]


def wapiti(text: str) -> tuple[list[tuple[str, str, str]], int]:
    """Return rule, place and words of each vulnerability, anomaly and addition of wapiti's JSON, and the pages it saw.

    The place is method and path, with the parameter where one is named: numbers of ports and random payloads are no
    part of it, so that it is the same in every run.
    """
    report = json.loads(text)
    found = []
    for kind in ("vulnerabilities", "anomalies"):
        for rule, entries in report.get(kind, {}).items():
            for each in entries:
                path = urlsplit(each.get("path") or "/").path
                parameter = f" ({each['parameter']})" if each.get("parameter") else ""
                found.append((rule, f"{each.get('method', 'GET')} {path}{parameter}", str(each.get("info", ""))))
    return sorted(set(found)), int(report.get("infos", {}).get("crawled_pages_nbr", 0))


_AT = re.compile(r"testing URL '(?P<url>[^']+)'")
_INJECTABLE = re.compile(r"Parameter: (?P<name>.+?) \((?P<place>[^)]+)\)$")
_TESTED = re.compile(r"testing for SQL injection on .*?parameter '")


def sqlmap(text: str) -> tuple[list[str], int]:
    """Return what sqlmap calls injectable, as path, parameter and place, and how many parameters it has tried."""
    at, found, tested = "", [], 0
    for line in text.splitlines():
        if match := _AT.search(line):
            at = urlsplit(match["url"]).path
        elif match := _INJECTABLE.match(line):
            found.append(f"{at} {match['name']} ({match['place']})".strip())
        elif _TESTED.search(line):
            tested += 1
    return sorted(set(found)), tested


def slowhttptest(text: str) -> dict[str, int]:
    """Return how many connections it had in its last second, and in how many of its seconds its probe was answered.

    Args:
        text: its CSV: seconds, closed, pending, connected, and whether the service was available.
    """
    rows = list(csv.DictReader(io.StringIO(text)))
    if not rows:
        return {"seconds": 0, "seconds available": 0, "connected at most": 0}
    available = [row for row in rows if int(row["Service Available"] or 0) > 0]
    return {
        "seconds": len(rows),
        "seconds available": len(available),
        "connected at most": max(int(row["Connected"]) for row in rows),
    }
