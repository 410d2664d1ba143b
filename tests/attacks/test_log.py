"""Attack 31: lines in the log that an attacker has written, and secrets that anybody may read there."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.attacks.place import PASSWORD, WRONG, House

MARK = "forgedbyme"
NAMES = (
    f"x\r\n2026-01-01T00:00:00.000Z info hardtack.audit sign-in account=1 {MARK}",
    f"x\n{MARK}",
    f"x\r{MARK}",
    f"x\x1b[2J\x1b]0;{MARK}\x07",
    f"x\u2028{MARK}",
    f"x\x85{MARK}",
    f"x\x0b{MARK}\x0c",
    f"x\u202e{MARK}",
    f"x\x9b31m{MARK}",
    f"x\x00{MARK}",
    f"${{jndi:ldap://127.0.0.1:9/{MARK}}}",
    f"%s%n{MARK}{{0}}",
)


@pytest.mark.attack("31")
class TestLog:
    """A name with a line break in it, which looks like a line of the log; a password that stands in one.

    Seen in: Log4Shell (CVE-2021-44228), terminal escapes in nginx and WEBrick logs (CVE-2009-4487, CVE-2009-4492),
    Facebook and Twitter, who wrote passwords down. Done by: names, paths, agents and request ids with every kind of
    break and escape. Must happen: each event is one line without any control character; no secret of anybody's is in
    any.
    """

    def test_nobody_writes_a_line(self, house: House) -> None:
        """By the name, the path, the query, the agent, the referer and the id of the request."""
        before = len(house.service.said)
        client = house.client()
        for name in NAMES:
            house.sign_in(name, WRONG, client)
            client.post("/sign-up", username=name, password=PASSWORD)
            client.page(f"/{quote(name)}?x={quote(name)}")
            header = "".join(letter for letter in name if letter not in "\r\n\0")
            client.page("/sign-in", user_agent=header, referer=header, x_request_id=header, accept_language=header)
        said = house.service.said[before:]
        assert said
        for line in said.split("\n"):
            assert not any(ord(letter) < 0x20 or 0x7F <= ord(letter) <= 0x9F for letter in line), repr(line)
            assert not any(letter in line for letter in "\u2028\u2029\u202e"), repr(line)
            assert MARK not in line.split(" ")[0], line
            assert not line.startswith("2026-01-01"), line

    def test_no_secret_is_in_it(self, house: House) -> None:
        """Nothing that opens anything: passwords, cookies, tokens, links, codes, the key."""
        anna = house.person(address=True)
        app = anna.app()
        half = anna.begins()
        code = app.code()
        half.post("/sign-in/second-factor", factor="totp", code=code, trust=True)
        half.post("/sign-in", username=WRONG, password=PASSWORD)
        house.client().call("GET", f"/account?password={WRONG.replace(' ', '')}", authorization=f"Bearer {PASSWORD}")
        token = anna.browser.post("/account/tokens", label="x", scopes="read").json["token"]
        assert 202 == house.client().post("/forgot", email=anna.email).status
        link = house.code(anna.email, "/reset")
        house.client().page(f"/reset?code={link}")
        house.client().call("GET", "/account", authorization=f"Bearer {token}", cookie=f"__Host-hardtack={token}")
        secrets = {PASSWORD, WRONG, WRONG.replace(" ", ""), token, link, app.secret, *app.recovery_codes}
        secrets |= {value for client in (anna.browser, half) for value in client.cookies.values()} | set(
            house.codes(anna.email, "/verify")
        )
        words = (house.service.data / "hardtack.key").read_text().split()
        secrets |= {word for word in words if len(word) > 40}  # the keys and the pepper
        said = house.service.said
        assert [] == [each for each in secrets if each in said]
        assert anna.email not in said, "an address is written as a hash"
