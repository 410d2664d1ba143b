"""One sealed cookie: read, written, deleted."""

from __future__ import annotations

import logging
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardtack.seal import Keyring, SealError
from hardtack.session import Lifetimes, cookie
from hardtack.session.policy import decide
from hardtack.session.sealed import SealedCookie

NOW = 1_800_000_000


class Note(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    """Something to put into a cookie."""

    born: int
    issued: int
    deadline: int
    text: str = ""


decode = msgspec.msgpack.Decoder(Note).decode
encode = msgspec.msgpack.Encoder().encode


def note_cookie(keyring: Keyring, **changed: Any) -> SealedCookie[Note]:
    """Return a cookie for notes."""
    options: dict[str, Any] = {
        "purpose": "session",
        "place": ("realm", "app"),
        "keyring": keyring,
        "lifetimes": Lifetimes(idle=1000, absolute=5000, leeway=60),
        "decode": decode,
        "attributes": "; Path=/",
        "persistent": True,
        **changed,
    }
    return SealedCookie("note", **options)


def written(kept: SealedCookie[Note], *, issued: int = NOW, deadline: int = NOW + 1000, text: str = "") -> str:
    """Return the Cookie field of a browser that got a note."""
    field = kept.write(encode(Note(NOW, issued, deadline, text)), deadline, NOW)
    return field.partition(";")[0]


def test_a_note_comes_back(keyring: Keyring) -> None:
    """Written, sent by a browser among others, and read."""
    kept = note_cookie(keyring)
    assert kept.read(f"a=1; {written(kept, text='hi')}; b=2", NOW + 1) == Note(NOW, NOW, NOW + 1000, "hi")


@pytest.mark.parametrize(
    ("seconds", "persistent", "expected"),
    [
        (1000, True, "; Max-Age=1000; Path=/"),
        (7, True, "; Max-Age=7; Path=/"),
        (-7, True, "; Max-Age=1; Path=/"),
        (7, False, "; Path=/"),
    ],
)
def test_it_tells_the_browser_how_long_to_keep_it(
    keyring: Keyring, seconds: int, persistent: bool, expected: str
) -> None:
    """Until the deadline, at least a second, or for as long as the browser runs."""
    field = note_cookie(keyring, persistent=persistent).write(b"", NOW + seconds, NOW)
    assert field[field.index(";") :] == expected


def test_the_seal_itself_ends_with_the_deadline(keyring: Keyring) -> None:
    """Also for who opens it without a look at the times that are in it."""
    token = written(note_cookie(keyring), deadline=NOW + 7).removeprefix("note=")
    place: dict[str, Any] = {"purpose": "session", "context": ("note", "realm", "app")}
    assert keyring.open(token, now=NOW + 6, **place)
    with pytest.raises(SealError, match="expired"):
        keyring.open(token, now=NOW + 7, **place)


def test_it_is_deleted_with_the_attributes_that_it_was_set_with(keyring: Keyring) -> None:
    """The date is past, everything else the same."""
    assert note_cookie(keyring).deletion == "note=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/"


class TestRefusals:
    """Every way not to be read has one reason and one log line."""

    @pytest.mark.parametrize(
        ("later", "expected"), [(0, ""), (1059, ""), (1060, "expired"), (10**6, "expired"), (-60, ""), (-61, "future")]
    )
    def test_the_clock_decides_with_leeway(self, keyring: Keyring, later: int, expected: str) -> None:
        """The seal's own expiry gets the same leeway as the lifetimes."""
        kept = note_cookie(keyring)
        found = kept.read(written(kept), NOW + later)
        assert (found if isinstance(found, str) else "") == expected

    @pytest.mark.parametrize(
        ("make", "expected"),
        [
            (lambda true: "other=1", "none"),
            (lambda true: "note=", "malformed"),
            (lambda true: "note=junk", "malformed"),
            (lambda true: true[:-3], "malformed"),
            (lambda true: true + "A", "malformed"),
            (lambda true: true[:-4], "forged"),
            (lambda true: f"{true[:60]}{'A' if true[60] != 'A' else 'B'}{true[61:]}", "forged"),
            (lambda true: f"{true}; {true}", "duplicate"),
            (lambda true: f"note=x; {true}", "duplicate"),
            (lambda true: f"note={'A' * 4097}", "oversized"),
            (lambda true: f"note={'A' * 4096}", "malformed"),
            (lambda true: f'note="{true[5:]}"', "malformed"),
        ],
    )
    def test_each_has_its_reason(self, keyring: Keyring, make: Any, expected: str) -> None:
        """Absent, junk, cut, changed, doubled, too large, quoted."""
        kept = note_cookie(keyring)
        assert kept.read(make(written(kept, text="12")), NOW) == expected

    @pytest.mark.asvs("9.2.2", "9.2.3")
    @pytest.mark.parametrize(
        "changed", [{"place": ("realm", "other")}, {"place": ("realmapp",)}, {"place": ()}, {"purpose": "identity"}]
    )
    def test_a_cookie_of_another_place_or_purpose_is_forged(self, keyring: Keyring, changed: dict[str, Any]) -> None:
        """It is bound to both."""
        assert note_cookie(keyring).read(written(note_cookie(keyring, **changed)), NOW) == "forged"

    def test_a_cookie_of_another_name_is_forged(self, keyring: Keyring) -> None:
        """The name is part of what it is bound to."""
        value = written(note_cookie(keyring)).partition("=")[2]
        options: dict[str, Any] = {
            "purpose": "session",
            "place": ("realm", "app"),
            "keyring": keyring,
            "decode": decode,
        }
        other: SealedCookie[Note] = SealedCookie(
            "memo", lifetimes=Lifetimes(), attributes="", persistent=True, **options
        )
        assert other.read(f"memo={value}", NOW) == "forged"

    @pytest.mark.asvs("9.1.3")
    def test_a_cookie_under_another_key_is_of_an_unknown_key(self, keyring: Keyring) -> None:
        """Keys are chosen by their id, never tried."""
        assert note_cookie(keyring).read(written(note_cookie(Keyring.generate())), NOW) == "unknown-key"

    @pytest.mark.parametrize(
        "plaintext",
        [
            b"",
            b"\xc1",
            b"junk",
            encode(None),
            encode([]),
            encode([NOW, NOW, NOW + 9, "", ""]),
            encode([NOW, NOW, "9"]),
            b"\x91" * 2000,
        ],
    )
    def test_what_is_sealed_but_not_what_we_write_is_malformed(self, keyring: Keyring, plaintext: bytes) -> None:
        """A valid seal is no reason to believe the form; too deep a nesting is only another form."""
        kept = note_cookie(keyring)
        assert kept.read(kept.write(plaintext, NOW + 9, NOW).partition(";")[0], NOW) == "malformed"

    @pytest.mark.asvs("16.2.5", "16.3.3")
    def test_one_line_names_the_cookie_and_the_reason_and_shows_nothing_of_it(
        self, keyring: Keyring, caplog: pytest.LogCaptureFixture
    ) -> None:
        """An absent cookie is not worth a line."""
        caplog.set_level(logging.DEBUG)
        kept = note_cookie(keyring)
        header = written(kept, text="secret12")[:-4]
        assert kept.read("", NOW) == "none"
        assert kept.read(header, NOW) == "forged"
        assert [record.getMessage() for record in caplog.records] == ["cookie refused: note (forged)"]
        record = caplog.records[0]
        assert (record.name, record.levelname) == ("hardtack.session", "WARNING")
        assert (record.__dict__["event"], record.__dict__["reason"]) == ("cookie-refused", "forged")
        assert record.__dict__["cookie"] == "note"
        assert header[9:20] not in str(record.__dict__)

    @given(
        header=st.text(st.characters(exclude_categories=()))
        | st.text(st.characters(exclude_categories=())).map("note={}".format)
    )
    def test_any_header_is_a_reason(self, header: str) -> None:
        """The promise: whatever comes, a reason is returned and nothing raised."""
        found = note_cookie(Keyring.generate()).read(header, NOW)
        assert found in {"none", "malformed", "duplicate", "oversized"}


def test_what_it_writes_is_what_dump_writes(keyring: Keyring) -> None:
    """The strings that are put together beforehand are those of the strict writer."""
    kept = note_cookie(keyring)
    field = kept.write(b"", NOW + 7, NOW)
    name, _, value = field.partition(";")[0].partition("=")
    options: dict[str, Any] = {"path": "/", "max_age": 7}
    assert sorted(field.split("; ")) == sorted(cookie.dump(name, value, **options).split("; "))


@pytest.mark.parametrize("origin", ["https://example.org", "http://localhost:8000"])
@pytest.mark.parametrize("persistent", [True, False])
@pytest.mark.parametrize("seconds", [1, 86_400, 400 * 86_400])
def test_with_the_attributes_of_a_policy_it_writes_what_dump_writes(
    keyring: Keyring, origin: str, persistent: bool, seconds: int
) -> None:
    """The prefix, the flags and the deletion pass everything that browsers demand."""
    names = decide(origin, application="app")
    kept = SealedCookie(
        names.session_name,
        purpose="session",
        place=("site",),
        keyring=keyring,
        lifetimes=Lifetimes(),
        decode=decode,
        attributes=names.attributes,
        persistent=persistent,
    )
    field = kept.write(b"", NOW + seconds, NOW)
    name, _, value = field.partition(";")[0].partition("=")
    dumped = names.set_cookie(name, value, max_age=seconds if persistent else None)
    assert sorted(field.split("; ")) == sorted(dumped.split("; "))
    assert sorted(kept.deletion.split("; ")) == sorted(names.delete_cookie(name).split("; "))
