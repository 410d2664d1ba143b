"""What caches are told about an answer that has to do with a session."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardtack.seal import Keyring
from hardtack.session import Session, Sessions
from hardtack.session.caching import LOOKED_AT, NOBODY_ELSE, UNSAID, protect, protected

NOW = 1_800_000_000
DATA = "__Host-session-app"
READ, WRITTEN = "read", "written"


def at_hand(keyring: Keyring, *, accessed: bool = True) -> Session:
    """Return a session that somebody has looked into, or nobody."""
    session = Sessions(keyring, origin="https://example.org").open("", NOW)
    assert not session.accessed
    if accessed:
        session.get("a")
    return session


def followed(headers: list[tuple[str, str]], changes: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the fields of the answer after the changes."""
    names = {name.lower() for name, _ in changes}
    return [(name, value) for name, value in headers if name.lower() not in names] + changes


def test_an_answer_that_has_nothing_to_do_with_the_session_is_as_it_was(keyring: Keyring) -> None:
    """Also when it sets a cookie of the application's own."""
    session = at_hand(keyring, accessed=False)
    assert protect([("Content-Type", "text/css"), ("Set-Cookie", "theme=dark")], session) == []
    assert protect([("Set-Cookie", f"{DATA}2=x")], session) == []


@pytest.mark.parametrize("look", [lambda s: s.get("a"), lambda s: s.identity, lambda s: s.clear(), len])
def test_an_answer_that_was_read_for_is_not_for_others(keyring: Keyring, look: object) -> None:
    """Whether or not anything was there: that nothing was there is a reason too."""
    session = at_hand(keyring, accessed=False)
    look(session)  # type: ignore[operator] # each is a function of a session
    assert protect([], session) == [("Vary", "Cookie"), ("Cache-Control", NOBODY_ELSE)]


def test_every_way_to_write_is_seen(keyring: Keyring) -> None:
    """A sign-in, a change, a renewal that nobody asked for, and a deletion."""
    sessions = Sessions(keyring, origin="https://example.org")
    session = sessions.open("", NOW)
    session.sign_in(account=7, epoch=1, now=NOW)
    session["a"] = 1
    fields = sessions.save(session, NOW)
    header = "; ".join(text.partition(";")[0] for text in fields)
    renewed = sessions.open(header, NOW + 43_200)
    refreshing = sessions.save(renewed, NOW + 43_200)
    assert (len(refreshing), renewed.accessed) == (2, False)
    leaving = sessions.open(header, NOW)
    leaving.sign_out()
    for one, set_cookies in ((session, fields), (renewed, refreshing), (leaving, sessions.save(leaving, NOW))):
        for text in set_cookies:
            headers = [("set-cookie", text), ("Cache-Control", "public, max-age=60")]
            assert protect(headers, one) == [("Vary", "Cookie"), ("Cache-Control", "private, max-age=60")]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([], "Cookie"),
        (["Accept-Encoding"], "Accept-Encoding, Cookie"),
        (["Accept, ", "Accept-Language"], "Accept, Accept-Language, Cookie"),
        (["accept,COOKIE"], None),
        (["*"], None),
        (["Accept", "*"], None),
        ([","], "Cookie"),
        (["Cookie2"], "Cookie2, Cookie"),
        (["X-Lang\t, \x0ccookie"], "X-Lang, \x0ccookie, Cookie"),
    ],
)
def test_vary_names_cookie_and_whatever_it_named(keyring: Keyring, said: list[str], expected: str | None) -> None:
    """In any case of letters, over any number of fields."""
    changes = dict(protect([("vary", value) for value in said], at_hand(keyring)))
    assert changes.get("Vary") == expected


@pytest.mark.parametrize(
    ("said", "kind", "expected"),
    [
        ("no-store", READ, None),
        ("no-store", WRITTEN, None),
        ("No-Store, max-age=0", WRITTEN, None),
        ("private", WRITTEN, None),
        ("PRIVATE, max-age=60", WRITTEN, None),
        ("max-age=60", READ, "private, max-age=60"),
        ("max-age=60, must-revalidate", WRITTEN, "private, max-age=60, must-revalidate"),
        ("no-cache", READ, "private, no-cache"),
        ("public, max-age=60", READ, None),
        ("s-maxage=5", READ, None),
        ("public, max-age=60", WRITTEN, "private, max-age=60"),
        ("Public", WRITTEN, "private"),
        ("S-MaxAge = 5, max-age=1", WRITTEN, "private, max-age=1"),
        ('private="set-cookie", max-age=9', READ, 'private, private="set-cookie", max-age=9'),
        ('no-cache="a, public"', WRITTEN, 'private, no-cache="a, public"'),
        ('ext="no-store, private"', READ, 'private, ext="no-store, private"'),
        ('ext="a\\", private', READ, 'private, ext="a\\", private'),
        ('ext="a\\\n, private"', READ, 'private, ext="a\\\n, private"'),
        ("", READ, "private"),
        (",, ,", READ, "private"),
        ("no-store =1", READ, None),
        ("no-storeX=1", READ, "private, no-storeX=1"),
        ("publicX, X-ext", WRITTEN, "private, publicX, X-ext"),
        # Only spaces and tabs are white space there (RFC 9110 §5.6.3).
        ("\x0cprivate", READ, "private, \x0cprivate"),
        ("no-store\x0c=1", READ, "private, no-store\x0c=1"),
        ("public\x0c=1", WRITTEN, "private, public\x0c=1"),
    ],
)
@pytest.mark.parametrize("name", ["Cache-Control", "CDN-Cache-Control"])
def test_what_the_application_said_stands_unless_it_would_give_the_cookie_away(
    keyring: Keyring, name: str, said: str, kind: str, expected: str | None
) -> None:
    """Nothing loosened, no lifetime for the browser taken away."""
    headers = [(name.upper(), said)]
    if kind == WRITTEN:
        headers.append(("Set-Cookie", f"{DATA}=x; Path=/"))
    changes = dict(protect(headers, at_hand(keyring)))
    assert changes.pop("Vary") == "Cookie"
    if name != "Cache-Control":
        assert changes.pop("Cache-Control") == NOBODY_ELSE
    assert changes == ({} if expected is None else {name: expected})


def test_several_fields_are_one(keyring: Keyring) -> None:
    """As RFC 9110 §5.3 joins them."""
    headers = [("Cache-Control", "max-age=60"), ("cache-control", "private"), ("vary", "cookie")]
    assert protect(headers, at_hand(keyring)) == []


def test_a_lifetime_in_the_older_field_stays(keyring: Keyring) -> None:
    """``Expires`` counts while no directive of ours goes before it (RFC 9111 §5.3)."""
    headers = [("Expires", "Wed, 21 Oct 2037 07:28:00 GMT"), ("Vary", "Cookie")]
    assert protect(headers, at_hand(keyring)) == [("Cache-Control", "private")]


def test_what_is_kept_ready_is_what_the_page_says() -> None:
    """For an answer that says nothing of its own; four fields would be something."""
    assert UNSAID == (("Vary", "Cookie"), ("Cache-Control", "private, no-cache"))
    assert LOOKED_AT == {"vary", "cache-control", "cdn-cache-control", "expires"}
    for name in LOOKED_AT:
        assert tuple(protected([(name, "a")], (), depends=True)) != UNSAID


NAMES = st.sampled_from(["Cache-Control", "cdn-cache-control", "Vary", "Set-Cookie", "Expires", "X"])
VALUES = st.one_of(
    st.text(),
    st.lists(st.sampled_from(["public", "private", '"', "\\", ",", " ", "no-store", "s-maxage=1", "*"])).map("".join),
    st.just(f"{DATA}=x"),
)


@given(headers=st.lists(st.tuples(NAMES, VALUES), max_size=5), accessed=st.booleans())
def test_any_fields_are_protected_and_once_is_enough(headers: list[tuple[str, str]], accessed: bool) -> None:
    """The promise: it returns, and asks for nothing more of what followed it."""
    session = at_hand(Keyring.generate(), accessed=accessed)
    changes = protect(headers, session)
    assert len(changes) == len(dict(changes))
    assert protect(followed(headers, changes), session) == []


@given(headers=st.lists(st.tuples(NAMES, VALUES), max_size=5), writes=st.booleans())
def test_what_an_answer_needs_that_says_nothing_to_caches_is_always_the_same(
    headers: list[tuple[str, str]], writes: bool
) -> None:
    """So that an adapter may keep it ready: nothing but what is looked at changes it."""
    said = [field for field in headers if field[0].lower() not in LOOKED_AT]
    said += [("Set-Cookie", "session=x; Path=/")] if writes else []
    assert tuple(protected(said, ("session",), depends=True)) == UNSAID
