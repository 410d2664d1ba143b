"""What has gone wrong in other sealed, signed and kept sessions, in the cookie itself: none of it is here."""

from __future__ import annotations

import base64
import json
import pickle
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.attacks.attacker import IDENTITY, Answer
from tests.attacks.place import PAGES, PASSWORD, House, Person


def shown(house: House, cookie: str, name: str = IDENTITY) -> int:
    """Return what becomes of whoever shows a cookie."""
    return house.client().call("GET", "/account", cookie=f"{name}={cookie}").status


def attributes(set_cookie: str) -> dict[str, str]:
    """Return the attributes of a Set-Cookie, by name in lower case."""
    pairs = (each.strip().partition("=") for each in set_cookie.split(";")[1:])
    return {name.lower(): value for name, _, value in pairs}


def everything_set(house: House) -> list[str]:
    """Return every Set-Cookie of a whole life: visiting, signing up, in, half in, trusted, out."""
    found: list[str] = []

    def heard(answer: Answer) -> Answer:
        found.extend(answer.set_cookies)
        return answer

    client = house.client()
    for path in PAGES:
        heard(client.page(path))
    person = house.person()
    app = person.app()
    half = house.client()
    heard(half.post("/sign-in", username=person.name, password=PASSWORD, keep=True))
    heard(half.post("/sign-in/second-factor", factor="totp", code=app.code(), trust=True))
    heard(half.post("/account/confirm", password=PASSWORD))
    heard(half.post("/sign-out"))
    other = person.begins()
    heard(other.post("/sign-in/second-factor", action="cancel"))
    broken = house.client()
    for name in (IDENTITY, f"{IDENTITY}-half", f"{IDENTITY}-known", f"{IDENTITY}-trusted"):
        broken.cookies[name] = "broken"
    for path in PAGES:
        heard(broken.page(path))
    return found


@pytest.fixture(scope="module")
def every(house: House) -> list[str]:
    """Every Set-Cookie of a whole life."""
    return everything_set(house)


@pytest.fixture(scope="module")
def anna(house: House) -> Person:
    """Somebody who is signed in, and stays so."""
    return house.person()


JUNK = (
    *("", "=", "==", "null", "undefined", "[object Object]", "{}", "[]", "0", "-1", "true"),
    *("A", "AA", "AAA", "AAAA", "A" * 43, "A" * 100, "A" * 4000, "Fe26.2**", "e30.e30.e30", "eyJhbGciOiJub25lIn0.e30."),
    *(
        "\xff\xfe",
        "\u20ac",
        "%00",
        "%FF%FE",
        "a%0d%0ab",
        "../../../../etc/passwd",
        "/etc/passwd",
        "'; DROP TABLE account;--",
    ),
    *(".", "..", ".AAAA", "a.b.c", '"quoted"', '"', "\\", "\x7f", "\t", "AQ", "AVDYlm", "Ag" + "A" * 90),
)


@pytest.mark.attack("P5")
class TestJunk:
    """A cookie of nonsense is an error of the server's, and a way to have it write tracebacks.

    Seen in: Starlette (500 for a foreign token), iron-session ("wrong mac prefix" throws), Litestar issue 5022 (what is
    not yet authenticated is decoded), gorilla (a path as an id). Done by: half a hundred kinds of nonsense under each
    name. Must happen: nobody is signed in, and every answer is one of the usual ones.
    """

    def test_nonsense_is_nobody_and_no_error(self, house: House) -> None:
        """As a page and for a script; in all cookies at once."""
        names = [
            f"{IDENTITY}{suffix}" for suffix in ("", "-half", "-known", "-trusted", "-visitor", "-language", "-gate")
        ]
        for junk in JUNK:
            cookie = "; ".join(f"{name}={junk}" for name in names)
            assert 401 == house.client().call("GET", "/account", cookie=cookie).status, junk
            assert house.client().page("/sign-in", cookie=cookie).status in {200, 400}, junk

    def test_nonsense_beside_a_whole_cookie_takes_nothing_from_it(self, house: House, anna: Person) -> None:
        """Or anybody who can set a cookie would sign people out."""
        for junk in JUNK[::4]:
            cookie = f"{IDENTITY}-known={junk}; {IDENTITY}={anna.browser.identity}; {IDENTITY}-half={junk}"
            assert 200 == house.client().call("GET", "/account", cookie=cookie).status, junk


class Planted:
    """What would leave a file behind if anybody unpickled it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return Path.touch, (self.path,)


@pytest.mark.attack("P6")
class TestUnsealed:
    """A cookie that is not sealed at all, or holds an object that does something when it is read.

    Seen in: Rack (CVE-2026-39324: on failure it fell back to the coder without a key), flask-session and
    pyramid_nacl_session (pickle), Rails (Marshal), Plug (CVE-2017-1000053), rails-session-decoder
    (GHSA-44vf-8ffm-v2qh). Done by: what the sealed value says, in the clear, in every usual coding. Must happen:
    nobody, and nothing is run.
    """

    def test_what_is_not_sealed_is_nobody(self, house: House, anna: Person, place: Path) -> None:
        """JSON, pickles, PHP and Java objects, a JSON web token without a signature."""
        mark = place / "was-run"
        said = {"account": 1, "user_id": 1, "_auth_user_id": "1", "name": anna.name, "administrator": True}
        plain = [
            json.dumps(said).encode(),
            pickle.dumps(said),
            pickle.dumps(Planted(mark)),
            pickle.dumps(Planted(mark), protocol=0),
            b'a:1:{s:7:"account";i:1;}',
            b"\xac\xed\x00\x05sr\x00\x11java.util.HashMap",
            b"\x04\x08{\x06:\x0caccounti\x06",
            b"\x83h\x02",
        ]
        for each in plain:
            for text in (
                base64.b64encode(each).decode(),
                base64.urlsafe_b64encode(each).decode().rstrip("="),
                quote(each),
            ):
                for form in (
                    text,
                    f"{text}--{'0' * 40}",
                    f"eyJhbGciOiJub25lIn0.{text}.",
                    f"{anna.browser.identity[:6]}{text}",
                ):
                    assert 401 == shown(house, form), form
        assert not mark.exists()


@pytest.mark.attack("P7")
class TestShortTag:
    """A cut authentication tag: with one octet left of it, 256 tries forge anything.

    Seen in: Ruby's OpenSSL (issue 63), Rails' message encryptor (which must check the length itself). Done by: cutting
    the end off, octet by octet, and every value of the last one. Must happen: none opens.
    """

    def test_no_shorter_tag_will_do(self, house: House, anna: Person) -> None:
        """Down to none at all."""
        good = anna.browser.identity
        octets = base64.urlsafe_b64decode(good + "=" * (-len(good) % 4))
        for cut in range(1, 17):
            assert 401 == shown(house, base64.urlsafe_b64encode(octets[:-cut]).decode().rstrip("=")), cut
        for last in range(0, 256, 5):
            if last != octets[-16]:
                text = base64.urlsafe_b64encode(octets[:-16] + bytes([last])).decode().rstrip("=")
                assert 401 == shown(house, text), last
        assert 200 == shown(house, good)


@pytest.mark.attack("P9")
class TestDeletedWithout:
    """A cookie that is deleted without its attributes, so that the browser keeps it, or keeps another one.

    Seen in: flask-session (``delete_cookie`` dropped Secure and SameSite), starsessions (``session=`` and nothing
    else). Done by: a whole life with every way out. Must happen: each deletion has the attributes that it was set with.
    """

    def test_every_deletion_says_what_the_cookie_was_set_with(self, every: list[str]) -> None:
        """Or a browser would ignore it, over https and for a name with the prefix."""
        deleted = [each for each in every if each.partition(";")[0].endswith("=")]
        assert {IDENTITY, f"{IDENTITY}-half"} <= {each.partition("=")[0] for each in deleted}
        for each in deleted:
            said = attributes(each)
            assert {"secure", "httponly", "samesite", "path"} <= said.keys(), each
            assert {"max-age", "expires"} & said.keys(), each


@pytest.mark.attack("P10")
class TestDefaults:
    """A cookie that scripts can read, that goes along from other sites, or over http.

    Seen in: gorilla (SameSite=None and no HttpOnly by default: GitLab Pages, reef-pi), pyramid_nacl_session, Flask (no
    SameSite). Done by: reading every Set-Cookie of a whole life. Must happen: all of them have all of it, and no
    Domain.
    """

    def test_every_cookie_is_this_hosts_alone(self, every: list[str]) -> None:
        """With the prefix by which browsers hold it to that."""
        assert len({each.partition("=")[0] for each in every}) >= 6
        for each in every:
            said = attributes(each)
            assert each.startswith("__Host-"), each
            assert ("/", "Lax") == (said["path"], said["samesite"]), each
            assert {"secure", "httponly"} <= said.keys(), each
            assert "domain" not in said, each


@pytest.mark.attack("P11")
class TestTooLarge:
    """A cookie past what browsers keep, which they, or a proxy, drop without a word, so that no sign-out arrives.

    Seen in: Litestar issues 5021, 3441 and 3446 (chunks of 4096 octets and their attributes; more than ten in the wrong
    order; old chunks left over). Done by: the longest of names, agents and addresses. Must happen: no cookie comes
    near.
    """

    def test_no_cookie_comes_near_what_browsers_keep(self, house: House, every: list[str]) -> None:
        """Nor do all of them together come near what servers read."""
        long = house.client()
        made = long.call(
            "POST", "/sign-up", {"username": f"x{house.now}" + "y" * 50, "password": PASSWORD}, user_agent="x" * 2000
        )
        assert 201 == made.status
        assert max(len(each) for each in [*every, *made.set_cookies]) < 1024
        assert len(long.cookie) < 2048


@pytest.mark.attack("P12")
class TestInjectedAttribute:
    """A value with a semicolon or a line break, which becomes an attribute of the cookie or a field of the answer.

    Seen in: Plug (CVE-2018-1000883, GHSA-wpmj-jh88-rpgm), starsessions pull request 87. Done by: everything that a
    visitor may say and that comes back in a field. Must happen: no attribute and no field of theirs.
    """

    def test_nothing_said_becomes_an_attribute_or_a_field(self, house: House) -> None:
        """Languages, ways on, names, files of codes."""
        for end in (
            "%0d%0aSet-Cookie:%20evil=1",
            "%0aX-Evil:1",
            ";%20Domain=evil.example",
            "%3b%20evil=1",
            "%e5%98%8a%e5%98%8dX-Evil:1",
        ):
            for path in (
                f"/language?to=zh{end}",
                f"/language?to=zh&next=/account{end}",
                f"/sign-in?next=/account{end}",
                f"/x{end}",
            ):
                answer = house.client().page(path)
                assert answer.headers["X-Evil"] is None, path
                for each in answer.set_cookies:
                    assert {"path", "secure", "httponly", "samesite", "max-age", "expires"} >= attributes(
                        each
                    ).keys(), each
                    assert "evil" not in each, each
                    assert SimpleCookie(each), each
                assert "\n" not in answer.location + "".join(answer.headers.values()), path
        person = house.person()
        person.app()
        saved = person.browser.submit(
            "/account/two-factor", {"action": "save", "codes": 'x\r\nX-Evil: 1\r\n"; filename="evil.html'}
        )
        assert saved.headers["X-Evil"] is None
        assert "evil.html" not in (saved.headers["Content-Disposition"] or "")


@pytest.mark.attack("P13")
class TestKeyInSight:
    """The key, or what is derived from it, where somebody sees it: as a cookie's name, in a page, in the log.

    Seen in: polar-flow-server issue 97 (key and name were exchanged: the secret was the cookie's name). Done by:
    looking for the words of the key file in everything that the service has said in this run. Must happen: they are
    nowhere.
    """

    def test_no_word_of_the_key_file_is_anywhere(self, house: House, every: list[str]) -> None:
        """Neither as it stands there nor in another coding."""
        words = [each for each in (house.service.data / "hardtack.key").read_text().split() if len(each) > 40]
        assert words
        said = house.service.said + "\n".join(every) + "".join(house.client().page(path).text for path in PAGES)
        for word in words:
            octets = base64.urlsafe_b64decode(word + "=" * (-len(word) % 4))
            for form in (word, octets.hex(), base64.b64encode(octets).decode().rstrip("=")):
                assert form not in said
