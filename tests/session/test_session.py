"""A session as a mapping."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardtack.errors import MisuseError
from hardtack.seal import Keyring
from hardtack.session import Identity, Session, Sessions
from hardtack.session import data as form

NOW = 1_800_000_000


class Colour(Enum):
    """A type that the encoder would make text of."""

    RED = "red"


def opened(keyring: Keyring, **values: Any) -> Session:
    """Return the session of a browser that was here before, and has these values."""
    sessions = Sessions(keyring, origin="https://example.org")
    session = sessions.open("", NOW)
    session.update(values)
    return sessions.open("; ".join(text.partition(";")[0] for text in sessions.save(session, NOW)), NOW)


READS: list[Callable[[Session], Any]] = [
    lambda session: session["a"],
    lambda session: session.get("a"),
    lambda session: session.get("none"),
    lambda session: "a" in session,
    len,
    list,
    lambda session: next(iter(session)),
    bool,
    lambda session: len(session.keys()),
    lambda session: list(session.items()),
    lambda session: session == {},
    lambda session: session.identity,
]
WRITES: list[Callable[[Session], Any]] = [
    lambda session: session.__setitem__("b", 2),
    lambda session: session.__delitem__("a"),
    lambda session: session.update(b=2),
    lambda session: session.setdefault("b", 2),
    lambda session: session.pop("a"),
    lambda session: session.popitem(),
    lambda session: session.clear(),
    lambda session: session["list"].append(1),
    lambda session: session.sign_out(),
    lambda session: session.sign_in(account=1, epoch=1, now=NOW),
]


@pytest.mark.parametrize("read", READS)
def test_reading_is_seen(keyring: Keyring, read: Callable[[Session], Any]) -> None:
    """Also what only looks whether something is there: the answer depends on it."""
    session = opened(keyring, a=1)
    assert (session.accessed, session.modified) == (False, False)
    read(session)
    assert (session.accessed, session.modified) == (True, False)


@pytest.mark.parametrize("write", WRITES)
def test_writing_is_seen(keyring: Keyring, write: Callable[[Session], Any]) -> None:
    """In every way that a mapping knows, and deep inside."""
    session = opened(keyring, list=[], a=1)
    write(session)
    assert (session.accessed, session.modified) == (True, True)


def test_asking_why_is_not_reading(keyring: Keyring) -> None:
    """What is asked for the log makes no answer depend on the cookie."""
    session = opened(keyring, a=1)
    assert (session.why, session.identity_why, session.is_new, session.modified) == ("", "none", False, False)
    assert not session.accessed


def test_where_there_is_no_sign_in_nobody_has_sent_one(keyring: Keyring) -> None:
    """The reason is a word in any case."""
    assert Sessions(keyring, identity=False).open("", NOW).identity_why == "none"


@pytest.mark.parametrize("ask", [lambda session: session.why == "malformed", lambda session: session.is_new])
def test_whoever_asks_first_whether_there_is_data_is_told_the_truth(
    keyring: Keyring, ask: Callable[[Session], bool]
) -> None:
    """That what came is of another form is seen when it is decoded."""
    plaintext = form.encode((b"i" * 16, None, 0, NOW, NOW, NOW + 9, 7))
    place: dict[str, Any] = {"purpose": "session", "context": ("__Host-session-app", "hardtack", "app")}
    token = keyring.seal(plaintext, expires_at=NOW + 9, **place)
    sessions = Sessions(keyring, origin="https://example.org")
    assert ask(sessions.open(f"__Host-session-app={token}", NOW))


def test_forcing_can_be_taken_back(keyring: Keyring) -> None:
    """False means what it was before."""
    session = opened(keyring, a=1)
    session.modified = True
    assert session.modified
    session.modified = False
    assert not session.modified


def test_it_equals_a_dictionary_with_the_same_values(keyring: Keyring) -> None:
    """Values that were not decoded yet are decoded for it."""
    values = {"a": [1, {"b": 2}], "c": None, "d": "x" * 600}
    session = opened(keyring, **values)
    assert session == values
    assert session["a"] is session["a"]
    assert session.get("d") == values["d"]
    assert dict(session.items()) == values
    assert list(session.values()) == list(values.values())


def test_a_missing_key_is_a_missing_key(keyring: Keyring) -> None:
    """As with any mapping."""
    session = opened(keyring, a=1)
    with pytest.raises(KeyError):
        session["b"]
    with pytest.raises(KeyError):
        del session["b"]
    assert session.pop("b", 3) == 3


@pytest.mark.parametrize(("key", "value"), [(1, "x"), ("x", {1, 2}), ("x", object())])
def test_what_it_cannot_carry_is_refused_at_the_line_that_puts_it_in(keyring: Keyring, key: Any, value: Any) -> None:
    """And the session is as it was."""
    session = opened(keyring, a=1)
    with pytest.raises(MisuseError):
        session[key] = value
    assert session == {"a": 1}


@pytest.mark.parametrize(
    "value",
    [
        {1, 2},
        UUID(int=1),
        Decimal("1.5"),
        date(2026, 1, 2),
        datetime(2026, 1, 2),  # noqa: DTZ001 - without a zone, that is the point
        timedelta(days=1),
        Colour.RED,
        bytearray(b"a"),
        object(),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_it_cannot_carry_is_refused_where_it_is_saved_if_it_was_slipped_in(keyring: Keyring, value: Any) -> None:
    """The encoder would make a list of a set and text of a date; key, type and what is allowed are said instead."""
    sessions = Sessions(keyring, origin="https://example.org")
    session = sessions.open("", NOW)
    session["right"] = 1
    session["basket"] = [{"items": []}]
    session["basket"][0]["items"].append(value)
    with pytest.raises(MisuseError) as refused:
        sessions.save(session, NOW)
    assert f"cannot carry a {type(value).__name__} (under the key 'basket')" in refused.value.problem
    assert "store plain values: text, numbers" in refused.value.hint
    session["basket"][0]["items"].clear()
    assert len(sessions.save(session, NOW)) == 1


def test_a_misspelt_attribute_is_an_error(keyring: Keyring) -> None:
    """Nothing is kept that would be lost at the end of the request."""
    with pytest.raises(AttributeError):
        opened(keyring).permanant = True  # type: ignore[attr-defined]


def test_a_representation_shows_no_values(keyring: Keyring) -> None:
    """Representations end up in logs."""
    session = opened(keyring, secret="hunter2")
    assert repr(session) == "<Session of nobody, 1 keys, why=''>"
    session.sign_in(account=7, epoch=1, now=NOW)
    assert repr(session) == "<Session of <Identity of account 7 by password, epoch 1>, 1 keys, why=''>"


@given(
    before=st.dictionaries(st.text(max_size=3), st.lists(st.integers(0, 9), max_size=3), max_size=4),
    steps=st.lists(
        st.tuples(st.sampled_from(["set", "delete", "grow", "read", "reset"]), st.integers(0, 3)), max_size=6
    ),
)
def test_it_behaves_as_a_dictionary_and_knows_whether_it_differs(
    before: dict[str, list[int]], steps: list[tuple[str, int]]
) -> None:
    """Any way of changes: the same values as a dictionary, and ``modified`` exactly if they are others than before."""
    session = opened(Keyring.generate(), **before)
    model = {key: [*value] for key, value in before.items()}
    for step, which in steps:
        key = sorted(before)[which] if which < len(before) else "new"
        if step == "set":
            session[key], model[key] = [which], [which]
        elif step == "delete":
            assert session.pop(key, None) == model.pop(key, None)
        elif step == "grow" and key in model:
            session[key].append(which)
            model[key].append(which)
        elif step == "reset" and key in before and key in model:
            session[key], model[key] = [*before[key]], [*before[key]]
        else:
            assert session.get(key) == model.get(key)
    assert dict(session) == model
    assert list(session) == list(model)
    assert session.modified == (list(model.items()) != list(before.items()))


class TestEncoded:
    """Frameworks with types of their own bring their own encoding of the values, as one map."""

    def test_what_is_given_back_is_the_same_session(self, keyring: Keyring) -> None:
        """A framework reads the map, and writes it."""
        session = opened(keyring, cart=["biscuit"], n=1)
        encoded = session.encoded
        assert (session.accessed, session.modified) == (True, False)
        session.replace(encoded)
        assert (dict(session), session.modified) == ({"cart": ["biscuit"], "n": 1}, False)

    def test_other_values_take_the_place_of_all(self, keyring: Keyring) -> None:
        """Also the longest, which are decoded one by one."""
        session, other = opened(keyring, n=1), opened(keyring, long="x" * 2000)
        session.replace(other.encoded)
        assert (dict(session), session.modified) == ({"long": "x" * 2000}, True)

    @pytest.mark.parametrize("encoded", [b"", b"\xc0", b"\x81\x01\x01", b"\x90", b"\x81\xa1"])
    def test_what_is_no_map_with_text_for_keys_is_refused_and_changes_nothing(
        self, keyring: Keyring, encoded: bytes
    ) -> None:
        """It is the adapter's mistake."""
        session = opened(keyring, n=1)
        with pytest.raises(MisuseError, match="no map of a session"):
            session.replace(encoded)
        assert dict(session) == {"n": 1}


def test_what_records_a_sign_in_sees_it_before_anything_is_changed(keyring: Keyring) -> None:
    """What it raises is passed on, and nobody is signed in; what the session holds is as it was."""
    session = opened(keyring, basket=3)
    seen: list[int] = []

    def refuses(identity: Identity) -> None:
        assert session.bearer is None
        seen.append(identity.account)
        raise OSError

    with pytest.raises(OSError, match=r"^$"):
        session.sign_in(account=7, epoch=0, now=NOW, record=refuses)
    assert ([7], None, False) == (seen, session.identity, session.modified)
    assert {"basket": 3} == dict(session)
    kept: list[Identity] = []
    assert [session.sign_in(account=7, epoch=0, now=NOW, record=kept.append)] == kept


def test_an_identity_can_be_made_and_written_down_before_anything_is_changed(keyring: Keyring) -> None:
    """By a password, and of no profile, if nothing else was said."""
    session = opened(keyring)
    identity = session.identify(account=7, epoch=0, now=NOW)
    assert (identity.factors, identity.profile_version, session.bearer) == (("password",), 0, None)
    assert session.sign_in(account=7, epoch=0, now=NOW).profile_version == 0


def test_who_bears_it_can_be_noted_without_access(keyring: Keyring) -> None:
    """No answer depends on the note, so it stays anybody's."""
    session = opened(keyring)
    session.sign_in(account=7, epoch=0, now=NOW)
    session.accessed = False
    assert session.bearer is not None
    assert not session.accessed
    assert session.identity is session.bearer
    assert session.accessed
