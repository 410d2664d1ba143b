"""The signed cookies of three frameworks, made by the frameworks themselves, read by us.

Flask and Starlette are here and sign their own. Django is not: its algorithm is written out below, and two cookies that
Django 5.2.8 made stand beside it, so that the algorithm is not only ours.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import pickle
import subprocess
import sys
import tracemalloc
import zlib
from collections.abc import Callable
from typing import Any

import flask
import itsdangerous
import pytest
from flask.json.tag import TaggedJSONSerializer
from flask.sessions import SecureCookieSessionInterface
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Message

from hardtack.session import upgrade
from hardtack.session.upgrade import (
    DJANGO_SALT,
    LEEWAY,
    MAX_DECODED,
    MAX_VALUE,
    Spent,
    mark_of,
    read_django,
    read_flask,
    read_starlette,
)

SECRET = "a secret of a site, long enough to be one"
OTHER = "another secret, which was in use before"
NOW = 1_800_000_000
AGE = 1_209_600
BASE_64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
CHANGES: list[Callable[[str], str]] = [
    str,
    str.lower,
    str.upper,
    str.swapcase,
    lambda value: f'"{value}"',
    lambda value: f" {value}",
    lambda value: f"{value}\t",
    lambda value: f"{value}\x00",
    lambda value: f"{value};",
    lambda value: value.replace(".", "%2E").replace(":", "%3A"),
    lambda value: value.replace("=", "%3D") + "=",
    lambda value: value.replace(".", "=.").replace(":", "=:"),
    lambda value: value.rstrip("=") + "==",
    lambda value: value.replace("-", "+").replace("_", "/") + "=",
    lambda value: value.replace(".", "..").replace(":", "::"),
    lambda value: "." + value,
    lambda value: value + value[-1],
]
BASE_62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
VALUES = {"name": "饼干", "count": 3, "cart": [{"id": 1}, None, True, 1.5]}

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=9,
)
SESSIONS = st.dictionaries(st.text(), JSON, max_size=4)
Reader = Callable[..., dict[str, Any] | None]


class Clock(itsdangerous.TimestampSigner):
    """Flask's and Starlette's signer at a time of ours."""

    at = NOW

    def get_timestamp(self) -> int:
        """Return the time."""
        return self.at


def flask_cookie(values: Any, secret: str = SECRET, at: int = NOW) -> str:
    """Return what Flask's own interface puts into its cookie."""
    app = flask.Flask("shop")
    app.secret_key = secret
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer is not None
    serializer.signer = type("At", (Clock,), {"at": at})
    return str(serializer.dumps(values))


def starlette_cookie(values: Any, secret: str = SECRET, at: int = NOW) -> str:
    """Return what Starlette's middleware puts into its cookie."""
    signer = type("At", (Clock,), {"at": at})(secret)
    return str(signer.sign(base64.b64encode(json.dumps(values).encode())).decode())


def django_cookie(values: Any, secret: str = SECRET, at: int = NOW, salt: str = DJANGO_SALT) -> str:
    """Return what Django's signed_cookies engine puts into its cookie: its algorithm, step by step."""
    return django_signed(json.dumps(values, separators=(",", ":")).encode("latin-1"), secret, at, salt)


def django_signed(data: bytes, secret: str = SECRET, at: int = NOW, salt: str = DJANGO_SALT) -> str:
    """Compress if that is shorter, base64url, the time in base 62, and the signature under a salted key."""
    compressed = zlib.compress(data)
    shorter = len(compressed) < len(data) - 1
    payload = "." * shorter + text_of(compressed if shorter else data)
    moment = ""
    while at:
        at, digit = divmod(at, 62)
        moment = BASE_62[digit] + moment
    signed = f"{payload}:{moment}"
    key = hashlib.sha256(f"{salt}signer{secret}".encode()).digest()
    return f"{signed}:{text_of(hmac.new(key, signed.encode(), hashlib.sha256).digest())}"


def text_of(data: bytes) -> str:
    """Return unpadded base64url."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


MAKERS: dict[Reader, Callable[..., str]] = {
    read_flask: flask_cookie,
    read_django: django_cookie,
    read_starlette: starlette_cookie,
}
READERS = pytest.mark.parametrize("read", MAKERS, ids=["flask", "django", "starlette"])


def opened(read: Reader, value: str, *, now: int = NOW, max_age: int = AGE, **options: Any) -> dict[str, Any] | None:
    """Read with the secret of now and the one before."""
    return read(value, [SECRET, OTHER], now=now, max_age=max_age, **options)


@READERS
class TestEveryReader:
    """What the three have in common."""

    @given(values=SESSIONS)
    @example(values={"long": "x" * 3000})
    def test_what_the_framework_signed_comes_back(self, read: Reader, values: dict[str, Any]) -> None:
        """Any JSON object, compressed or not; Flask's is read with Flask's own tags, as the drop-in does."""
        options: dict[str, Any] = {"untag": TaggedJSONSerializer().loads} if read is read_flask else {}
        value = MAKERS[read](values)
        assert opened(read, value, **options) == (values if len(value) <= MAX_VALUE else None)

    def test_a_fallback_secret_opens_and_a_foreign_one_does_not(self, read: Reader) -> None:
        """Every secret is tried; without any, nothing opens."""
        assert opened(read, MAKERS[read](VALUES, OTHER)) == VALUES
        assert opened(read, MAKERS[read](VALUES, "a secret of somebody else")) is None
        assert read(MAKERS[read](VALUES), [], now=NOW, max_age=AGE) is None
        assert read(MAKERS[read](VALUES), [SECRET.encode()], now=NOW, max_age=AGE) == VALUES

    def test_an_empty_secret_opens_nothing(self, read: Reader) -> None:
        """Anybody could sign with it, so it counts as none; Flask does not even start with it."""
        if read is read_flask:
            signer = Clock("", salt="cookie-session", key_derivation="hmac")
            assert opened(read_flask, signer.sign("e30").decode(), now=NOW) is None
            assert read_flask(signer.sign("e30").decode(), [""], now=NOW, max_age=AGE) is None
        else:
            assert read(MAKERS[read](VALUES, ""), [""], now=NOW, max_age=AGE) is None

    def test_its_age_is_limited_on_both_sides(self, read: Reader) -> None:
        """Up to the framework's own limit, and no further ahead than clocks differ."""
        value = MAKERS[read](VALUES)
        last = NOW + AGE - (read is read_django)
        assert opened(read, value, now=last) == VALUES
        assert opened(read, value, now=last + 1) is None
        assert opened(read, value, now=NOW - LEEWAY) == VALUES
        assert opened(read, value, now=NOW - LEEWAY - 1) is None

    def test_the_longest_that_is_looked_at(self, read: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
        """One character more is nothing, however well it is signed."""
        value = MAKERS[read](VALUES)
        monkeypatch.setattr(upgrade, "MAX_VALUE", len(value))
        assert opened(read, value) == VALUES
        monkeypatch.setattr(upgrade, "MAX_VALUE", len(value) - 1)
        assert opened(read, value) is None

    @given(data=st.data())
    def test_one_changed_character_is_enough(self, read: Reader, data: st.DataObject) -> None:
        """Payload, time, signature and the points between them: none may change."""
        value = MAKERS[read](VALUES)
        at = data.draw(st.integers(0, len(value) - 1))
        character = data.draw(st.sampled_from("aZ09-_.:=+/ é\x00").filter(lambda one: one != value[at]))
        assert opened(read, value[:at] + character + value[at + 1 :]) is None
        assert opened(read, value[:at]) is None
        assert opened(read, value + character) is None

    @given(value=st.text() | st.text("aA0.:=-_é\ud800", max_size=40))
    @example(value="")
    @example(value="..")
    @example(value="::")
    @example(value="." * 9000)
    def test_any_text_is_nothing(self, read: Reader, value: str) -> None:
        """The promise: it returns for any string."""
        assert opened(read, value) is None

    @pytest.mark.parametrize("values", [[1], "x", 1, None, True])
    def test_what_is_signed_but_no_session_is_nothing(self, read: Reader, values: Any) -> None:
        """Starlette answers 500 to some of these."""
        assert opened(read, MAKERS[read](values)) is None

    def test_another_frameworks_cookie_under_the_same_secret_is_nothing(self, read: Reader) -> None:
        """Each has a salt, a digest or a form of its own."""
        for maker in MAKERS.values():
            assert opened(read, maker(VALUES)) == (VALUES if maker is MAKERS[read] else None)


@st.composite
def spelling(draw: st.DrawFn, signature: str) -> str:
    """Return another spelling of the same signature, as a lenient decoder reads it."""
    # Two bits of the last character are over: whatever they say, the signature is the same.
    digits = BASE_64.index(signature[-1]) & ~3 | draw(st.integers(0, 3))
    spelled = signature[:-1] + BASE_64[digits]
    if draw(st.booleans()):
        spelled = spelled.replace("-", "+").replace("_", "/")
    every_junk = draw(st.lists(st.sampled_from("!*~ \t,:"), max_size=2))
    for junk in every_junk:
        at = draw(st.integers(0, len(spelled)))
        spelled = spelled[:at] + junk + spelled[at:]
    return spelled + draw(st.sampled_from([*[""] * (not every_junk), "=", "==", "=AAAA", "=:="]))


class TestMarks:
    """What a store remembers of a cookie, so that it counts once."""

    @given(data=st.data(), values=SESSIONS)
    @pytest.mark.parametrize(
        ("read", "salted"), [(read_flask, True), (read_starlette, False)], ids=["flask", "starlette"]
    )
    def test_no_other_spelling_that_the_framework_takes_is_opened(
        self, read: Reader, salted: bool, data: st.DataObject, values: dict[str, Any]
    ) -> None:
        """Of all spellings of one signed value our reader opens one, so there is one mark and no second use."""
        options: dict[str, Any] = {"untag": TaggedJSONSerializer().loads} if salted else {}
        value = MAKERS[read](values)
        signed, _, signature = value.rpartition(".")
        other = f"{signed}.{data.draw(spelling(signature))}"
        signer = itsdangerous.TimestampSigner(
            SECRET,
            salt="cookie-session" if salted else b"itsdangerous.Signer",
            key_derivation="hmac" if salted else None,
        )
        assert signer.validate(other)
        marks = {mark_of(one) for one in (value, other) if opened(read, one, **options) is not None}
        assert marks == ({mark_of(value)} if len(value) <= MAX_VALUE else set())

    @READERS
    @given(data=st.data())
    def test_a_change_of_spelling_is_no_second_use_for_any_reader(self, read: Reader, data: st.DataObject) -> None:
        """Padding, case, white space, escapes and quotes: what is not the cookie itself does not open."""
        value = MAKERS[read](VALUES)
        changed = data.draw(st.sampled_from(CHANGES))(value)
        assert (opened(read, changed) is None) == (changed != value)

    @READERS
    @given(one=SESSIONS, other=SESSIONS, later=st.integers(0, 2))
    def test_two_cookies_have_one_mark_only_if_they_are_equal(
        self, read: Reader, one: dict[str, Any], other: dict[str, Any], later: int
    ) -> None:
        """Other values, another second or another secret: another mark. Each has 32 bytes."""
        first, second = MAKERS[read](one), MAKERS[read](other, at=NOW + later)
        assert (first == second) == (mark_of(first) == mark_of(second))
        assert mark_of(first) != mark_of(MAKERS[read](one, OTHER))
        assert len(mark_of(first)) == 32

    def test_the_mark_is_part_of_the_format(self) -> None:
        """Rows that are out there hold it: it stays as it is."""
        expected = hashlib.sha256(b"hardtack/v1/signed-cookie\x00" + b"e30.aaaaaa.signature").digest()
        assert expected == mark_of("e30.aaaaaa.signature")

    def test_whoever_can_spend_is_a_store(self) -> None:
        """One method; a set does for a process that is alone."""

        class InMemory:
            def __init__(self) -> None:
                self.marks: set[bytes] = set()

            def spend(self, mark: bytes, until: int) -> bool:
                """Remember it for good."""
                first = mark not in self.marks
                self.marks.add(mark)
                return first

        store: Spent = InMemory()
        assert isinstance(store, Spent)
        assert not isinstance(set(), Spent)
        assert [True, False] == [store.spend(mark_of(flask_cookie(VALUES)), NOW) for _ in range(2)]


class TestFlask:
    """What only Flask's cookies have."""

    def test_types_come_back_with_flasks_own_tags_only(self) -> None:
        """Without them they stay plain JSON, which is all that the standard library knows."""
        values = {"pair": (1, 2), "raw": b"\x00"}
        assert opened(read_flask, flask_cookie(values), untag=TaggedJSONSerializer().loads) == values
        assert opened(read_flask, flask_cookie(values)) == {"pair": {" t": [1, 2]}, "raw": {" b": "AA=="}}

    def test_another_salt_is_another_purpose(self) -> None:
        """A token that the application signed for a link is no session, unless the author says so."""
        signed = itsdangerous.URLSafeTimedSerializer(
            SECRET, salt="links", signer=Clock, signer_kwargs={"key_derivation": "hmac"}
        ).dumps(VALUES)
        assert opened(read_flask, signed) is None
        assert opened(read_flask, signed, salt="links") == VALUES

    def test_a_tag_that_raises_is_no_error(self) -> None:
        """Whatever an application's tag class does, the session is empty."""

        def untag(text: str) -> Any:
            raise StopIteration(text)

        assert opened(read_flask, flask_cookie(VALUES), untag=untag) is None


class TestDjango:
    """What only Django's cookies have."""

    @pytest.mark.parametrize(
        ("value", "values"),
        [
            (
                "eyJhIjoxLCJuYW1lIjoiXHU5OTdjXHU1ZTcyIn0:1xocE4:_kMdB4K1AgpywY2HeCQl62-xfxtBks0a--dGM79BjVM",
                {"a": 1, "name": "饼干"},
            ),
            (
                (
                    ".eJyrVopPLC3JiC8tTi2Kz0xRslIyV9JRSk4sKlGyilbKSCxKKUlMzgYKjTIpYMbWAgAbpXkJ:1xocE4:"
                    "WRNoO4IO-1skJcgc4G5qVKCd5aUpI9X1nL-tG-MkDyk"
                ),
                {"_auth_user_id": "7", "cart": ["hardtack"] * 30},
            ),
        ],
    )
    def test_cookies_that_django_itself_made_are_read(self, value: str, values: dict[str, Any]) -> None:
        """Made by Django 5.2.8 with its clock at ``NOW``; the algorithm above makes the very same."""
        secret = "a secret of a Django site, long enough to be one"
        assert read_django(value, [secret], now=NOW, max_age=AGE) == values
        assert django_cookie(values, secret) == value

    def test_a_lifetime_of_its_own_shortens_the_age(self) -> None:
        """``set_expiry`` in seconds; zero means until the browser closes, and nothing makes it longer."""
        value = django_cookie({"_session_expiry": 60})
        assert opened(read_django, value, now=NOW + 59) == {"_session_expiry": 60}
        assert opened(read_django, value, now=NOW + 60) is None
        assert opened(read_django, django_cookie({"_session_expiry": 0}), now=NOW + 60) == {"_session_expiry": 0}
        assert opened(read_django, django_cookie({"_session_expiry": AGE * 9}), now=NOW + AGE) is None

    def test_what_django_signed_for_something_else_is_nothing(self) -> None:
        """The salt is the purpose."""
        assert opened(read_django, django_cookie(VALUES, salt="django.core.signing")) is None

    def test_a_time_that_is_none_is_nothing(self) -> None:
        """Signed, but not by Django: no digits of base 62."""
        key = hashlib.sha256(f"{DJANGO_SALT}signer{SECRET}".encode()).digest()
        for signed in ("e30:", "e30:-1", "e30:1.2"):
            signature = text_of(hmac.new(key, signed.encode(), hashlib.sha256).digest())
            assert opened(read_django, f"{signed}:{signature}", max_age=2 * NOW) is None


class TestStarlette:
    """Starlette's own middleware."""

    def test_a_cookie_from_the_running_middleware_is_read(self) -> None:
        """What the application set is what comes out, with the clock that signed it."""

        async def page(request: Request) -> Response:
            request.session.update(VALUES)
            return Response()

        app = Starlette(routes=[Route("/", page)], middleware=[Middleware(SessionMiddleware, secret_key=SECRET)])
        value = set_cookie_of(app).partition("=")[2].partition(";")[0]
        moment = value.split(".")[-2]
        signed = int.from_bytes(base64.urlsafe_b64decode(moment + "=="), "big")
        assert opened(read_starlette, value, now=signed) == VALUES

    def test_a_time_that_is_none_is_nothing(self) -> None:
        """Signed under the same secret and salt, but without a time that can be read."""
        signer = itsdangerous.Signer(SECRET)
        assert opened(read_starlette, signer.sign("e30=.!").decode(), max_age=2 * NOW) is None
        assert opened(read_starlette, signer.sign("e30=").decode(), max_age=2 * NOW) is None

    def test_the_first_second_is_a_time(self) -> None:
        """The one in which clocks begin; nothing is before it."""
        assert opened(read_starlette, starlette_cookie(VALUES, at=0), now=AGE) == VALUES


def set_cookie_of(app: Starlette) -> str:
    """Return the Set-Cookie value of the answer to one request."""
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": [], "http_version": "1.1"}
    # In a thread of its own: the browser's tests leave a loop running in theirs.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, app(scope, receive, send)).result()
    return next(str(value, "ascii") for name, value in sent[0]["headers"] if name == b"set-cookie")


class TestBounds:
    """What a signature does not excuse."""

    def test_they_are_what_the_pages_say(self) -> None:
        """A minute, eight cookies, twice what browsers keep, and what becomes of it."""
        bounds = (upgrade.LEEWAY, upgrade.MAX_COOKIES, upgrade.MAX_VALUE, upgrade.MAX_DECODED)
        assert bounds == (60, 8, 8192, 65_536)

    def test_a_bomb_is_not_unpacked(self) -> None:
        """Ten megabytes of zeros in ten kilobytes: refused, and never in memory."""
        tracemalloc.start()
        for size in (MAX_DECODED, MAX_DECODED + 1, 5_000_000):
            value = django_signed(b'{"a":"%s"}' % (b"0" * (size - 8)))
            assert (opened(read_django, value) is not None) == (size == MAX_DECODED)
            assert len(value) < MAX_VALUE
            value = flask_cookie({"a": "0" * (size - 8)})
            tracemalloc.reset_peak()
            before = tracemalloc.get_traced_memory()[0]
            assert (opened(read_flask, value) is not None) == (size == MAX_DECODED)
            assert tracemalloc.get_traced_memory()[1] - before < 20 * MAX_DECODED
        tracemalloc.stop()

    @pytest.mark.parametrize("data", [b"[" * 4000, b'{"a":' * 900 + b"[]", b'{"a":' + b"9" * 5000 + b"}", b"\xff", b""])
    def test_signed_junk_is_nothing(self, data: bytes) -> None:
        """Too deep, too long a number, no text, empty: none of it is an error."""
        assert opened(read_django, django_signed(data)) is None

    @pytest.mark.parametrize("left_out", [1, 4, 6])
    def test_a_compressed_payload_that_is_cut_off_is_nothing(self, left_out: int) -> None:
        """The end of the stream must be there, also where all of the text is."""
        cut = text_of(zlib.compress(b'{"a":"b"}')[:-left_out])
        value = Clock(SECRET, salt="cookie-session", key_derivation="hmac").sign(f".{cut}").decode()
        assert opened(read_flask, value) is None

    def test_a_payload_with_what_is_no_base64_is_nothing(self) -> None:
        """A lenient decoder passes it over."""
        flask_signer = Clock(SECRET, salt="cookie-session", key_derivation="hmac")
        for payload, expected in (("e30", {}), ("e30!!!", None)):
            assert opened(read_flask, flask_signer.sign(payload).decode()) == expected
        for payload, expected in (("e30=", {}), ("e3!0=", None)):
            assert opened(read_starlette, Clock(SECRET).sign(payload).decode()) == expected

    def test_a_pickle_is_not_opened(self) -> None:
        """Not even a signed one: nothing here can execute."""
        assert opened(read_django, django_signed(pickle.dumps({"a": 1}))) is None

    @pytest.mark.asvs("9.1.1")
    def test_nothing_is_decoded_before_the_signature_held(self) -> None:
        """A forged cookie reaches neither zlib nor JSON."""
        seen: list[str] = []

        def untag(text: str) -> Any:
            seen.append(text)
            return json.loads(text)

        value = flask_cookie(VALUES)
        for forged in (value[:-2] + ("AA" if value[-2:] != "AA" else "BB"), f"{value}é", ".a.b"):
            assert opened(read_flask, forged, untag=untag) is None
            assert opened(read_flask, forged, max_age=2 * NOW, untag=untag) is None
        assert opened(read_flask, value, now=NOW + AGE + 1, untag=untag) is None
        assert seen == []
        assert opened(read_flask, value, untag=untag) == VALUES
        assert len(seen) == 1

    def test_no_framework_is_imported(self) -> None:
        """The standard library does it all."""
        program = (
            "import sys, hardtack.session.upgrade; "
            "print({'flask', 'django', 'starlette', 'itsdangerous', 'werkzeug'} & set(sys.modules))"
        )
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        assert done.stdout == "set()\n"
