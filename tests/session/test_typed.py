"""Part of a session as a type of the application's own."""

from __future__ import annotations

import datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardtack.errors import MisuseError
from hardtack.seal import Keyring
from hardtack.session import Session, Sessions
from hardtack.session.typed import Typed

NOW = 1_800_000_000


class Item(msgspec.Struct):
    """One kind of thing in a cart."""

    sku: str
    count: int = 1


class Cart(msgspec.Struct):
    """What somebody is about to buy."""

    items: list[Item] = []
    coupon: bytes = b""
    since: datetime.datetime | None = None


CART = Typed(Cart, key="cart")


@pytest.fixture
def sessions(keyring: Keyring) -> Sessions:
    """Sessions of a site on https."""
    return Sessions(keyring, origin="https://example.org")


def following(sessions: Sessions, session: Session) -> Session:
    """Return the session of the next request."""
    fields = sessions.save(session, NOW)
    return sessions.open("; ".join(text.partition(";")[0] for text in fields), NOW)


def test_what_is_edited_comes_back_with_its_types(sessions: Sessions) -> None:
    """Through the cookie; the other keys go on as they are."""
    session = sessions.open("", NOW)
    session["theme"] = "dark"
    moment = datetime.datetime(2026, 11, 22, tzinfo=datetime.UTC)
    with CART.edit(session) as cart:
        cart.items.append(Item("a"))
        cart.coupon, cart.since = b"\x00\xff", moment
    session = following(sessions, session)
    assert CART.read(session) == Cart([Item("a")], b"\x00\xff", moment)
    with CART.edit(session) as cart:
        cart.items[0].count += 1
    session = following(sessions, session)
    assert (CART.read(session).items, session["theme"]) == ([Item("a", 2)], "dark")


def test_looking_writes_nothing(sessions: Sessions) -> None:
    """Neither into a session without it, nor into one that has it, nor when nothing is changed."""
    session = sessions.open("", NOW)
    assert CART.read(session) == Cart()
    with CART.edit(session):
        pass
    assert sessions.save(session, NOW) == []
    CART.write(session, Cart([Item("a")]))
    session = following(sessions, session)
    CART.read(session).items.clear()
    with CART.edit(session) as cart:
        assert cart.items == [Item("a")]
    assert sessions.save(session, NOW) == []


def test_a_block_that_fails_changes_nothing(sessions: Sessions) -> None:
    """Half a change is none."""
    session = sessions.open("", NOW)
    with pytest.raises(ZeroDivisionError), CART.edit(session) as cart:
        cart.items.append(Item(str(1 // 0)))
    assert "cart" not in session


def test_back_to_the_beginning_is_a_change(sessions: Sessions) -> None:
    """What was in the session is not left there."""
    session = sessions.open("", NOW)
    CART.write(session, Cart([Item("a")]))
    session = following(sessions, session)
    with CART.edit(session) as cart:
        cart.items.clear()
    assert CART.read(following(sessions, session)) == Cart()


def test_an_earlier_version_goes_through_the_hook(sessions: Sessions) -> None:
    """Which is told the version; what is edited afterwards is kept in the present one."""

    def migrate(version: int, fields: Any) -> Any:
        return {"items": [{"sku": sku} for sku in fields["skus"]], "coupon": str(version).encode()}

    session = sessions.open("", NOW)
    session["cart"] = [1, {"skus": ["a", "b"]}]
    newer = Typed(Cart, key="cart", version=3, migrate=migrate)
    assert newer.read(session) == Cart([Item("a"), Item("b")], b"1")
    assert session["cart"][0] == 1
    with newer.edit(session):
        pass
    assert session["cart"][0] == 3
    assert newer.read(following(sessions, session)) == Cart([Item("a"), Item("b")], b"1")


def test_a_hook_that_returns_something_else_begins_anew(sessions: Sessions) -> None:
    """Also something that no session could carry."""
    session = sessions.open("", NOW)
    session["cart"] = [1, {}]
    for fields in (object(), {"items": [7]}, None):

        def migrate(version: int, old: Any, fields: Any = fields) -> Any:
            return fields

        assert Typed(Cart, key="cart", version=2, migrate=migrate).read(session) == Cart()


@pytest.mark.parametrize(
    ("held", "why"),
    [
        ([2, {}], "no-migration"),
        ([4, {}], "other-version"),
        ([0, {}], "other-version"),
        ([True, {}], "other-version"),
        ([3], "other-version"),
        ("text", "other-version"),
        ([3, {"items": "a"}], "other-form"),
        ([3, 7], "other-form"),
    ],
)
def test_what_does_not_fit_begins_anew_with_one_line(
    sessions: Sessions, held: Any, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The key and the reason, no value; the page is answered."""
    session = sessions.open("", NOW)
    session["cart"] = held
    assert Typed(Cart, key="cart", version=3).read(session) == Cart()
    assert [record.getMessage() for record in caplog.records] == [f"session key 'cart' begins anew: {why}"]
    said = caplog.records[0].__dict__
    assert (said["event"], said["key"], said["reason"]) == ("session-type-refused", "cart", why)


@given(
    held=st.recursive(
        st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3) | st.binary(max_size=3),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    )
)
def test_anything_held_reads_as_the_type(held: Any) -> None:
    """The promise: a value of the type, whatever is there."""
    session = Sessions(Keyring.generate(), origin="https://example.org").open("", NOW)
    session["cart"] = held
    assert isinstance(CART.read(session), Cart)
    session["cart"] = [1, held]
    assert isinstance(CART.read(session), Cart)


@pytest.mark.parametrize(
    "wrong",
    [Cart(items=7), Cart(since=7), Cart(items=[object()]), Cart(items=[Item("a", 2**70)]), Item("a")],  # type: ignore[arg-type,list-item] # what is wrong is the point
)
def test_a_value_that_would_not_come_back_is_refused_at_once(sessions: Sessions, wrong: Any) -> None:
    """It names the type and the key."""
    session = sessions.open("", NOW)
    with pytest.raises(MisuseError, match="cart"):
        CART.write(session, wrong)
    assert "cart" not in session


def test_a_value_of_another_type_is_named_by_its_own(sessions: Sessions) -> None:
    """So that whoever reads the error knows what was written."""
    with pytest.raises(MisuseError, match=r"^this is no Cart .* \(under the key 'cart'\): Item\n"):
        CART.write(sessions.open("", NOW), Item("a"))  # type: ignore[arg-type] # that is the point


def test_versions_begin_with_one() -> None:
    """Said or not."""
    assert (Typed(Cart, key="cart", version=1).version, CART.version) == (1, 1)


class Needy(msgspec.Struct):
    """Something that cannot begin with nothing."""

    name: str


@pytest.mark.parametrize("wrong", [{"struct": Needy}, {"version": 0}, {"version": True}, {"version": "1"}], ids=str)
def test_a_type_that_cannot_work_is_refused_at_start(wrong: dict[str, Any]) -> None:
    """Not at the first visitor."""
    with pytest.raises(MisuseError):
        Typed(**{"struct": Cart, "key": "cart", **wrong})
