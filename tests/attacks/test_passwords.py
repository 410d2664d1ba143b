"""Attacks 15 and 16: passwords that wear the machine out, and passwords of which a part is enough."""

from __future__ import annotations

import json
import os
import re
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.attacks.attacker import at_once, raw
from tests.attacks.place import PASSWORD, WRONG, House

MEBIBYTE = 1 << 20
HASH = 19 * MEBIBYTE
"""What one hash fills (``argon2_memory``)."""


def peak(pid: int) -> int:
    """Return the most memory that a process has had since its peak began anew, in octets."""
    found = re.search(r"^VmHWM:\s+(\d+) kB$", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    assert found
    return int(found[1]) * 1024


def head(house: House, *fields: str, path: str = "/sign-in") -> bytes:
    """Return the head of a request with a form, to be sent as it stands."""
    lines = [
        *(f"POST {path} HTTP/1.1", f"Host: {house.host}", "X-Forwarded-Proto: https", "X-Forwarded-For: 198.19.0.1"),
        *(f"Origin: {house.origin}", "Content-Type: application/x-www-form-urlencoded", "Connection: close", *fields),
    ]
    return "".join(f"{line}\r\n" for line in lines).encode() + b"\r\n"


@pytest.mark.attack("15")
class TestPasswordBomb:
    """Passwords so long, or growing so much, that one request keeps a core busy.

    Seen in: Django (2013 PBKDF2, CVE-2021-45115, CVE-2023-46695: NFKC), and any hash before a limit. Done by: a
    mebibyte and a hundred, declared, undeclared and slowly; characters that NFKC makes eighteen of; many sign-ins at
    once. Must happen: the length is looked at before anything else; hashes are bounded and the surplus is told when to
    come back.
    """

    def test_a_hundred_mebibytes_are_refused_before_they_are_read(self, house: House) -> None:
        """By their declared length; nothing of them is sent."""
        status, _ = raw(house.port, head(house, f"Content-Length: {100 * MEBIBYTE}"))
        assert 413 == status

    def test_a_mebibyte_is_refused_declared_or_not(self, house: House) -> None:
        """Whoever leaves the length out is counted."""
        content = b"username=anna&password=" + b"x" * MEBIBYTE
        status, _ = raw(house.port, head(house, f"Content-Length: {len(content)}") + content)
        assert 413 == status
        chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
        status, _ = raw(house.port, head(house, "Transfer-Encoding: chunked") + chunk * 16 + b"0\r\n\r\n")
        assert 413 == status

    @pytest.mark.parametrize("bomb", ["\ufdfa" * 3000, "a\u0301" * 6000, "\U0001f600" * 4000, "x" * 60_000])
    @pytest.mark.parametrize("field", ["username", "password"])
    def test_what_grows_when_it_is_normalised_is_refused_before_that(self, house: House, field: str, bomb: str) -> None:
        """In the name and in the password; as an answer like any other, and no hash."""
        sent = {"username": "anna", "password": WRONG, field: bomb}
        answer = house.client().post("/sign-in", **sent)
        assert answer.status in {401, 413, 422}, answer.text
        answer = house.client().post("/sign-up", **sent)
        assert answer.status in {413, 422}, answer.text

    @pytest.mark.long
    def test_a_hundred_mebibytes_that_are_really_sent_are_not_kept(self, house: House) -> None:
        """The service answers as soon as it is too much, and the others meanwhile."""
        before = house.service.process.pid
        chunk = b"100000\r\n" + b"x" * MEBIBYTE + b"\r\n"
        for _ in range(3):
            try:
                status, _ = raw(house.port, head(house, "Transfer-Encoding: chunked") + chunk * 100 + b"0\r\n\r\n")
            except OSError:
                status = 0  # it has closed before everything was sent
            assert status in {0, 413}
            assert 200 == house.client().page("/sign-in").status
        assert house.service.process.pid == before
        assert 2 == len(house.service.workers)

    @pytest.mark.long
    def test_a_crowd_of_sign_ins_fills_no_more_memory_than_there_are_cores(self, house: House) -> None:
        """Whoever is too many is told when to come back, and those who are signed in are answered meanwhile."""
        anna = house.person()
        for pid in house.service.workers:
            Path(f"/proc/{pid}/clear_refs").write_text("5")  # the peak begins anew
        before = {pid: peak(pid) for pid in house.service.workers}

        def signs_in(number: int) -> tuple[int, int]:
            answer = house.sign_in(f"nobody{number}", WRONG)
            return answer.status, answer.retry_after

        found = at_once(
            *(lambda number=number: signs_in(number) for number in range(120)),
            lambda: (anna.browser.call("GET", "/account").status, 0),
        )
        statuses = Counter(status for status, _ in found)
        assert {200, 401} <= set(statuses) <= {200, 401, 503}, statuses
        assert [] == [each for each in found if each[0] == 503 and not each[1]]
        room = (len(os.sched_getaffinity(0)) + 1) * HASH
        assert dict.fromkeys(before, True) == {pid: peak(pid) < most + room for pid, most in before.items()}


@pytest.mark.attack("16")
class TestCutPassword:
    """A password of which only the beginning is compared, or that is tidied up before.

    Seen in: bcrypt (cut after octet 72, and at a NUL: Okta's AD/LDAP sign-in of 2024, Flask-Security-Too issue 1179),
    trimming in many forms. Done by: signing in with the
    beginning, with more, without spaces, with another form of the same emoji. Must happen: every octet counts.
    """

    OWN = " gramophone wellington zebra periwinkle oxbow tangerine lighthouse marmalade quay a\x00b \U0001f6f6 "
    OTHERS = (
        OWN[:73],
        OWN.replace("\x00b", "\x00c"),
        OWN.split("\x00", maxsplit=1)[0],
        OWN.strip(),
        OWN + " ",
        OWN.replace("\U0001f6f6", "\U0001f6f6\ufe0f"),
        OWN.upper(),
    )

    def test_every_octet_of_it_counts(self, house: House) -> None:
        """Seven that differ in one thing are wrong, and the right one is right."""
        client, name = house.client(), f"whole{house.now}"
        made = client.post("/sign-up", username=name, password=self.OWN)
        assert 201 == made.status, made.text
        found = at_once(*(lambda other=other: house.sign_in(name, other).status for other in self.OTHERS))
        assert [401] * len(self.OTHERS) == found
        assert 200 == house.sign_in(name, self.OWN).status

    def test_half_a_character_is_refused_and_no_error(self, house: House) -> None:
        """A lone surrogate, which no UTF-8 has: in JSON, and as octets in a form."""
        content = json.dumps({"username": "anna", "password": PASSWORD + "\ud800"}).encode()
        fields = [("Content-Type", "application/json"), ("Origin", house.origin), ("Accept", "application/json")]
        assert house.client().ask("POST", "/sign-in", content, fields).status in {400, 401, 422}
        content = b"username=anna&password=correct+horse+battery+%ed%a0%80staple"
        status, _ = raw(house.port, head(house, f"Content-Length: {len(content)}") + content)
        assert status in {400, 401, 422}


@pytest.mark.attack("8")
class TestTiming:
    """Who has an account here, by the time that an answer takes.

    Seen in: Django (CVE-2024-39329: accounts without a usable password), Cacti issue 7683, ws-scrcpy issue 444 (the
    locked ones were quick); for mail that is sent while the visitor waits Django CVE-2024-45231. Done by: signing in,
    asking for a reset. Must happen: the same work for everybody, and mail is somebody else's, later. The statistics are
    a command of its own, whose last result the documents show; here the difference would have to be gross.
    """

    def test_mail_that_cannot_be_sent_is_not_noticed(self, house: House) -> None:
        """The folder is gone: who has an address and who has none gets the same answer, and the mail comes later."""
        anna = house.person(address=True)
        away = house.mail.with_name("away")
        house.mail.rename(away)
        house.mail.write_text("this is no folder")
        try:
            answers = [house.client().post("/forgot", email=each) for each in (anna.email, "x" + anna.email)]
        finally:
            house.mail.unlink()
            away.rename(house.mail)
        assert [202, 202] == [each.status for each in answers]
        bodies = [each.text.replace(anna.email, "").replace("x", "") for each in answers]
        assert bodies[0] == bodies[1]

    @pytest.mark.long
    def test_no_kind_of_account_is_told_by_the_time_of_a_sign_in(self, house: House) -> None:
        """Unknown, known, disabled and locked; a control, refused before the hash, is found by the same judge."""
        names = {kind: house.person(kind).name for kind in ("known", "disabled")}
        house.administer("disable", names["disabled"])
        times: dict[str, list[float]] = {"unknown": [], "known": [], "disabled": [], "control": []}
        for number in range(60):
            for kind, found in times.items():
                client, password = house.client(), "" if kind == "control" else WRONG
                name = names.get(kind, f"unknown{number}")
                began = time.perf_counter()
                client.post("/sign-in", username=name, password=password)
                found.append(time.perf_counter() - began)
            house.let_pass(INTERVAL)
        assert _differ(times["unknown"], times["control"])
        assert not _differ(times["unknown"], times["known"])
        assert not _differ(times["unknown"], times["disabled"])


INTERVAL = 6
"""Seconds after which a name has another place."""
SIGMAS = 5.0
"""So far apart by chance is one run in two million."""


def _differ(first: list[float], second: list[float]) -> bool:
    """Return whether one kind takes longer than the other (Mann and Whitney's test, without ties)."""
    larger = sum(one > other for one in first for other in second)
    n, m = len(first), len(second)
    deviation: float = (n * m * (n + m + 1) / 12) ** 0.5
    return abs(larger - n * m / 2) / deviation > SIGMAS
