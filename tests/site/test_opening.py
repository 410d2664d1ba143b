"""The account store as the settings say it: the rules for passwords and the cost of a hash."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import argon2
import pytest

from hardtack.adapters.sign_in import SignIn
from hardtack.errors import MisuseError
from hardtack.login import BadPassword
from hardtack.login.filling import FilterBuilder
from hardtack.login.filters import Kind, key_of_text
from hardtack.login.plain import simplified
from hardtack.seal import Keyring
from hardtack.site import Settings
from hardtack.site.opening import connect, rules
from hardtack.store import DatabaseError

NOW = 1_700_000_000
GOOD = "correct horse battery staple"
LISTED = "vexgrubnilpotharc"


def settings_of(tmp_path: Path, **values: Any) -> Settings:
    """Return settings with a data folder of the test's own."""
    return Settings.load(None, {}, data=str(tmp_path), **values)


def write_filter(path: Path) -> None:
    """Write a filter of one password."""
    with FilterBuilder(Kind.TEXT, path.parent) as builder:
        builder.add(key_of_text(simplified(LISTED)))
        builder.write(path)


class TestWords:
    """What nobody may make a password of, as the documentation lists it."""

    @pytest.mark.asvs("6.2.11")
    @pytest.mark.parametrize(
        "password",
        [
            "hardtack-hardtack-7",
            "blauwal blauwal 1",
            "Kelpforest1234567",
            "seegurke.seegurke",
            "tiefsee--tiefsee-7",
            "Zwergkaninchen-77",
        ],
    )
    def test_realm_host_and_the_settings_words_are_refused(self, tmp_path: Path, password: str) -> None:
        """ASVS 6.1.2 and 6.2.11."""
        settings = settings_of(
            tmp_path,
            realm="Blauwal",
            origin="https://kelpforest.seegurke.example",
            context_words=("Tiefsee",),
            brand="Zwergkaninchen",
        )
        with pytest.raises(BadPassword) as caught:
            rules(settings).as_new(password)
        assert "bad-password-guessable" == caught.value.reason

    @pytest.mark.asvs("6.2.11")
    def test_the_brand_of_an_applications_pages_is_refused(self, tmp_path: Path) -> None:
        """In whichever language it is written."""
        sign_in = SignIn(
            application="shop",
            keyring=Keyring.generate(),
            data=str(tmp_path),
            texts={"en": {"site.brand": "Nordlicht Kontor"}, "zh": {"site.brand": "北极光贸易商行"}},
        )
        try:
            for password in ("nordlicht.kontor1", "北极光贸易商行北极光贸易商行啊"):
                with pytest.raises(BadPassword) as caught:
                    sign_in.accounts.add("ada", password, now=NOW)
                assert "bad-password-guessable" == caught.value.reason
            assert "ada" == sign_in.accounts.add("ada", GOOD, now=NOW).name
        finally:
            sign_in.close()

    def test_the_brand_of_the_settings_is_refused_in_an_application(self, tmp_path: Path) -> None:
        """Beside one that is a text in another language."""
        sign_in = SignIn(
            application="shop",
            keyring=Keyring.generate(),
            data=str(tmp_path),
            brand="Nordlicht Kontor",
            texts={"zh": {"site.brand": "北极光贸易商行"}},
        )
        try:
            for password in ("nordlicht.kontor1", "北极光贸易商行北极光贸易商行啊"):
                with pytest.raises(BadPassword, match="guess"):
                    sign_in.accounts.add("ada", password, now=NOW)
        finally:
            sign_in.close()


class TestFilter:
    """The operator's own list."""

    def test_the_file_in_the_data_folder_is_used_without_being_named(self, tmp_path: Path) -> None:
        """Where ``hardtack passwords build`` puts it."""
        assert settings_of(tmp_path).password_filter_path is None
        rules(settings_of(tmp_path)).as_new(LISTED)
        write_filter(tmp_path / "passwords.filter")
        with pytest.raises(BadPassword, match="common"):
            rules(settings_of(tmp_path)).as_new(LISTED)

    def test_a_named_file_is_used_and_must_be_there(self, tmp_path: Path) -> None:
        """A list that is missing must not be found out by an attacker."""
        settings = settings_of(tmp_path, password_filter=str(tmp_path / "elsewhere"))
        with pytest.raises(MisuseError, match="cannot be read"):
            connect(settings, Keyring.generate())
        write_filter(tmp_path / "elsewhere")
        with (
            connect(settings, Keyring.generate()) as accounts,
            pytest.raises(BadPassword, match="common"),
        ):
            accounts.add("ada", LISTED, now=NOW)


class TestCost:
    """The parameters of argon2id."""

    @pytest.mark.asvs("11.2.2", "11.4.2")
    def test_a_hash_is_made_with_what_the_settings_say_and_rehashed_at_the_next_sign_in(self, tmp_path: Path) -> None:
        """Nobody needs a new password; who never signs in again keeps the old hash."""
        keyring = Keyring.generate()
        for settings, memory, passes in (
            (settings_of(tmp_path), 19456, 2),
            (settings_of(tmp_path, argon2_memory=24576, argon2_passes=3), 24576, 3),
            (settings_of(tmp_path), 19456, 2),
        ):
            with connect(settings, keyring) as accounts:
                if accounts.find("ada") is None:
                    accounts.add("ada", GOOD, now=NOW)
                accounts.sign_in("ada", GOOD, client="192.0.2.1", now=NOW)
                with accounts._database.read() as connection:
                    found = accounts._services.rows.by_name(connection, "ada")
                assert found is not None
                assert found.password_hash is not None
                made = argon2.extract_parameters(found.password_hash)
                assert (memory, passes, 1) == (made.memory_cost, made.time_cost, made.parallelism)

    @pytest.mark.asvs("11.4.2")
    @pytest.mark.parametrize(
        ("name", "value"),
        [("argon2_memory", 19455), ("argon2_passes", 1), ("argon2_memory", 4_194_305), ("argon2_passes", 65)],
    )
    def test_parameters_below_what_owasp_asks_for_or_beyond_reason_are_refused(self, name: str, value: int) -> None:
        """The floor is nobody's to lower."""
        with pytest.raises(MisuseError, match=name):
            Settings.load(None, {}, **{name: value})

    def test_lists_in_the_environment_are_written_with_commas(self) -> None:
        """Such as the words."""
        settings = Settings.load(None, {"HARDTACK_CONTEXT_WORDS": "Tiefsee, Kelp", "HARDTACK_ARGON2_PASSES": "3"})
        assert (("Tiefsee", "Kelp"), 3) == (settings.context_words, settings.argon2_passes)


def test_who_only_takes_part_makes_no_database(tmp_path: Path) -> None:
    """It takes the one that is there: in an empty one the numbers of accounts would be given out a second time."""
    settings, keyring = settings_of(tmp_path), Keyring.generate()
    with pytest.raises(DatabaseError, match="is gone"):
        connect(settings, keyring, make=False)
    assert not (tmp_path / "hardtack.db").exists()
    connect(settings, keyring).close()
    connect(settings, keyring, make=False).close()
