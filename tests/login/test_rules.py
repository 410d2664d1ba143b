"""The rules for a new password: one object for every way to set one."""

from __future__ import annotations

import contextlib
import hashlib
import random
import string
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardtack.errors import MisuseError
from hardtack.login import Account, Accounts, BadPassword, HashingPool, PasswordRules
from hardtack.login.filling import FilterBuilder
from hardtack.login.filters import Kind, key_of_sha1, key_of_text
from hardtack.login.passwords import MAX_BYTES, MIN_LENGTH
from hardtack.login.plain import simplified
from hardtack.seal import Keyring

NOW = 1_700_000_000
GOOD = "correct horse battery staple"

WAYS: dict[str, Callable[[Accounts, str], Account]] = {
    "sign-up": lambda accounts, password: accounts.sign_up("ada", password, client="192.0.2.1", now=NOW),
    "the operator": lambda accounts, password: accounts.add("ada", password, now=NOW),
    "the first administrator": lambda accounts, password: accounts.welcome(
        accounts.make_welcome_code(NOW), "ada", password, client="192.0.2.1", now=NOW
    ),
}


def refused(password: str, *, context: tuple[str, ...] = (), rules: PasswordRules | None = None) -> str:
    """Return why *password* cannot be used."""
    with pytest.raises(BadPassword) as caught:
        (rules or PasswordRules()).as_new(password, context=context)
    assert (422, ["password"]) == (caught.value.status, list(caught.value.fields))
    said = caught.value.fields["password"]
    assert not isinstance(said, str)
    assert all(said[language].strip() for language in ("en", "zh"))
    return caught.value.reason.removeprefix("bad-password-")


def taken(password: str, *, context: tuple[str, ...] = (), rules: PasswordRules | None = None) -> bool:
    """Return whether *password* can be used, and then is exactly what was typed."""
    return password.encode() == (rules or PasswordRules()).as_new(password, context=context)


class TestWays:
    """Every way to set a password asks the same rules."""

    @pytest.mark.asvs("6.2.1")
    @pytest.mark.parametrize("way", WAYS)
    def test_every_way_to_set_a_password_keeps_the_stores_rules(
        self, way: str, url: str, keyring: Keyring, pool: HashingPool
    ) -> None:
        """A word of the operator's is refused, and what is not made of it is taken."""
        rules = PasswordRules(words=("Examplecorp",))
        with Accounts.connect(url, keyring=keyring, hashing=pool, passwords=rules) as accounts:
            with pytest.raises(BadPassword) as caught:
                WAYS[way](accounts, "EXAMPLECORP-2026!")
            assert "bad-password-guessable" == caught.value.reason
            assert "ada" == WAYS[way](accounts, GOOD).name

    @pytest.mark.parametrize("way", WAYS)
    def test_without_rules_of_its_own_a_store_has_those_that_hold_everywhere(
        self, way: str, accounts: Accounts
    ) -> None:
        """What anybody would guess here, and what is leaked, is refused."""
        for password, reason in (("hardtackhardtack", "guessable"), ("correcthorsebatterystaple", "common")):
            with pytest.raises(BadPassword) as caught:
                WAYS[way](accounts, password)
            assert f"bad-password-{reason}" == caught.value.reason
        assert "ada" == WAYS[way](accounts, "Zanzibar-2026-Kettlecorp-Umbra").name


class TestLength:
    """Size alone; there are no composition rules (ASVS 6.2.5)."""

    @pytest.mark.asvs("6.2.5")
    @pytest.mark.parametrize(
        "password",
        [
            GOOD,
            "zxkvqjwmtrhpbnl",
            "539284610275938",
            "§±¿¡¬¦µ¶·¸¹º»¼½",
            "春眠不觉晓处处闻啼鸟夜来风雨声",
            "🙂🚲🌧🍐🎈🐢🧭🪁🎻🥁🪵🧊🪐🐙🍄",
            "  spaces are kept, at both ends  ",
            "\x00\x07nul and bell, quietly\x00",
        ],
    )
    def test_any_characters_at_all_make_a_good_password(self, password: str) -> None:
        """Letters alone, digits alone, signs, ideographs, pictures, spaces and NUL (attack 16)."""
        assert taken(password)

    @pytest.mark.asvs("6.2.9")
    @pytest.mark.parametrize("size", [64, 128, 256, MAX_BYTES])
    def test_a_long_password_is_taken_whole(self, size: int) -> None:
        """To at least 64 characters, says ASVS 6.2.9; here to 1024."""
        source = random.Random(size)  # noqa: S311 - the same each time
        assert taken("".join(source.choice(string.ascii_letters) for _ in range(size)))

    @pytest.mark.asvs("6.2.1")
    @pytest.mark.parametrize("password", ["", "short", "kX9#mQ2$vL7!pR", "🙂🚲🌧🍐🎈🐢🧭🪁🎻🥁🪵🧊🪐🐙"])
    def test_a_new_password_has_15_characters(self, password: str) -> None:
        """Characters, not bytes."""
        assert len(password) < MIN_LENGTH
        assert "too-short" == refused(password)

    @pytest.mark.parametrize("character", ["a", "ﷺ", "\ud800"])
    def test_attack_15_a_huge_password_costs_nothing(self, character: str) -> None:
        """A megabyte is refused without being encoded, normalised or looked at: no memory is taken for any of it."""
        password = character * 2**20
        taken(GOOD)  # so that the filters are open
        tracemalloc.start()
        try:
            assert "too-long" == refused(password)
            assert tracemalloc.get_traced_memory()[1] < 100_000
        finally:
            tracemalloc.stop()

    def test_attack_15_the_largest_password_that_normalisation_stretches_is_looked_at_in_little_memory(self) -> None:
        """One character becomes eighteen in NFKC; what is cut into parts is bounded, not what was typed."""
        password = "ﷺ" * (MAX_BYTES // 3)
        taken(GOOD)
        tracemalloc.start()
        try:
            assert taken(password)
            assert tracemalloc.get_traced_memory()[1] < 4_000_000
        finally:
            tracemalloc.stop()

    def test_attack_16_what_is_no_text_is_refused(self) -> None:
        """A lone surrogate has no bytes, so it could never be verified exactly."""
        assert "not-text" == refused(GOOD + "\ud800")


class TestContext:
    """The words that belong to an account or to the service (ASVS 6.1.2, 6.2.11)."""

    @pytest.mark.asvs("6.2.11")
    @pytest.mark.parametrize(
        ("password", "context"),
        [
            ("hardtackhardtack", ()),
            ("HARDTACK-hardtack", ()),
            ("ada.lovelace.ada.lovelace", ("ada.lovelace",)),
            ("Ada.Lovelace1815!", ("ada.lovelace",)),
            ("Ada.L0velace.1815-1852", ("ada.lovelace",)),
            ("ａｄａ.lovelace1815", ("ada.lovelace",)),
            ("lovelacelovelace", ("ada.lovelace@example.org",)),
            ("examplelovelace99", ("ada.lovelace@example.org",)),
            ("hardtacklovelace", ("lovelace",)),
            ("blaueszebra blaueszebra", ("https://blaueszebra.example.org",)),
        ],
    )
    def test_a_password_made_of_context_words_is_refused(self, password: str, context: tuple[str, ...]) -> None:
        """The name, the address, the origin and their parts, and the name of this product."""
        assert "guessable" == refused(password, context=context)

    @pytest.mark.parametrize(
        ("password", "context"),
        [
            ("channel islands for ever", ("ann",)),
            ("my hardtack is better than yours", ()),
            ("lovelace wrote the first of them", ("lovelace",)),
        ],
    )
    def test_a_context_word_within_a_good_password_does_no_harm(self, password: str, context: tuple[str, ...]) -> None:
        """What is left of it without the word is long enough and no easy guess, or the word is too short to count."""
        assert taken(password, context=context)


class TestCommon:
    """Leaked and common passwords, and what is easily made of them (ASVS 6.2.4, 6.2.12; NIST SP 800-63B-4 §3.1.1.2)."""

    @pytest.mark.asvs("6.2.4", "6.2.12")
    @pytest.mark.parametrize(
        "password",
        [
            "correcthorsebatterystaple",
            "CorrectHorseBatteryStaple1",
            "c0rrecth0rsebatteryst4ple!!",
            "passwordpassword",
            "PasswordPassword",
            "P@ssw0rd-P@ssw0rd",
            "iloveyouiloveyou1",
            "Liverpool19921992",
            "summer2024summer2024",
            "purple monkey dishwasher",
            "letmein letmein please 7",
            "JohnSmith19850412",
            "password1234567!",
            "qwertyuiopasdfgh",
            "йцукенгшщзхъйцук",
            "1qaz2wsx3edc4rfv",
            "!@#$%^&*()!@#$%^&*()",
            "123456789012345",
            "987654321098765",
            "abcdefghijklmnop",
            "零一二三四五六七八九十零一二三四",
            "aaaaaaaaaaaaaaaa",
            "ﬀﬀﬀﬀﬀﬀﬀﬀﬀﬀﬀﬀﬀﬀﬀ",
            "ababababababababab",
            "x7$x7$x7$x7$x7$x7$",
            "k3v9x2m8k3v9x2m8",
            "19850412-19850412",
            " " * 15,
            "\x00" * 15,
            "a" * MAX_BYTES,
            "kX9#mQ2$" * 128,
        ],
    )
    def test_what_is_common_or_easily_made_of_it_is_refused(self, password: str) -> None:
        """In capitals, with digits for letters, decorated, repeated, in a row, or two or three words."""
        assert "common" == refused(password)

    def test_a_repetition_of_what_is_listed_is_refused(self, tmp_path: Path) -> None:
        """What repeats is looked up once more; the filter here holds nothing else."""
        rules = PasswordRules.of(listed=listing(tmp_path, Kind.TEXT, [key_of_text(simplified("vexgrubnilpotharc"))]))
        assert "common" == refused("Vexgrubn1lpotharc2Vexgrubn1lpotharc2", rules=rules)

    def test_random_passwords_are_taken_but_for_one_in_a_few_hundred(self) -> None:
        """The filter of one byte a password is wrong for one in 256; the bound is six standard deviations above."""
        source = random.Random(6)  # noqa: S311 - the same each time
        letters = string.ascii_letters + string.digits + string.punctuation
        refusals = 0
        for _ in range(5_000):
            try:
                PasswordRules().as_new("".join(source.choice(letters) for _ in range(16)))
            except BadPassword:
                refusals += 1
        assert refusals < 47

    @settings(deadline=None)
    @given(
        st.text(max_size=MAX_BYTES + 2) | st.text(alphabet=st.characters(categories=["Cs", "Lo"]), max_size=30),
        st.text(max_size=20),
    )
    def test_fuzz_bytes_or_bad_password_and_nothing_else(self, password: str, name: str) -> None:
        """The promise; and the bytes are exactly the text."""
        with contextlib.suppress(BadPassword):
            assert password == PasswordRules().as_new(password, context=(name,)).decode()


class TestListed:
    """A filter of the operator's own."""

    def test_a_filter_of_texts_refuses_every_disguise_of_them(self, tmp_path: Path) -> None:
        """It holds simplified forms."""
        rules = PasswordRules.of(listed=listing(tmp_path, Kind.TEXT, [key_of_text(simplified("vexgrubnilpotharc"))]))
        for password in ("vexgrubnilpotharc", "VexGrubNilPotHarc99", "v3xgrubn1lp0tharc!"):
            assert taken(password)
            assert "common" == refused(password, rules=rules)
        assert taken(GOOD, rules=rules)

    @pytest.mark.asvs("6.2.12")
    def test_a_filter_of_sha1_refuses_exactly_them(self, tmp_path: Path) -> None:
        """Nothing can be simplified in it."""
        digest = hashlib.sha1(b"vexgrubnilpotharc", usedforsecurity=False).digest()
        rules = PasswordRules.of(listed=listing(tmp_path, Kind.SHA1, [key_of_sha1(digest)]))
        assert "common" == refused("vexgrubnilpotharc", rules=rules)
        assert taken("Vexgrubnilpotharc", rules=rules)

    def test_a_file_that_is_no_filter_is_told_when_the_rules_are_made(self, tmp_path: Path) -> None:
        """Not when the first visitor signs up."""
        (tmp_path / "passwords.filter").write_bytes(b"password\n")
        with pytest.raises(MisuseError, match="no password filter"):
            PasswordRules.of(listed=tmp_path / "passwords.filter")


def listing(folder: Path, kind: Kind, keys: list[int]) -> Path:
    """Return the path of a filter of *keys*."""
    path = folder / "passwords.filter"
    with FilterBuilder(kind, folder) as builder:
        for key in keys:
            builder.add(key)
        builder.write(path)
    return path


def test_a_random_one_is_taken_by_the_rules_that_drew_it() -> None:
    """Also where the list would refuse one by mistake, as it does one in 256."""
    rules = PasswordRules()
    drawn = [rules.random() for _ in range(600)]
    assert 600 == len({rules.as_new(each) for each in drawn})


@pytest.mark.asvs("6.2.1")
def test_beside_a_second_factor_a_password_may_be_shorter_and_must_not_be_common() -> None:
    """Eight characters, and fewer guesses; but its own words and what is on a list are refused as ever."""
    rules = PasswordRules(words=("biscuit",))
    assert b"kfwqzmxb" == rules.as_new("kfwqzmxb", beside=True)
    found = {}
    for password in ("kfwqzmx", "password", "12345678", "P@ssw0rd!", "biscuit1", "anna.lin"):
        try:
            rules.as_new(password, context=("anna.lin",), beside=True)
        except BadPassword as bad:
            found[password] = bad.reason
    assert "bad-password-too-short-beside" == found.pop("kfwqzmx")
    assert {"bad-password-guessable", "bad-password-common"} == set(found.values())
    with pytest.raises(BadPassword, match="too-short"):
        rules.as_new("kfwqzmxb")
