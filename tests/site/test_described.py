"""What each setting does, in one table."""

from __future__ import annotations

import inspect
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardtack.site import Settings, configured, described
from hardtack.site.described import InForce, in_force, settings_described
from hardtack.site.mistakes import Place

DOCS = Path(__file__).parents[2] / "docs"
FIELDS = {each.name: each for each in msgspec.structs.fields(Settings)}


def test_every_setting_is_in_the_table_and_nothing_else_is() -> None:
    """Whoever makes a setting says what it does."""
    assert set(FIELDS) == set(settings_described())


def test_every_setting_is_in_the_docstring() -> None:
    """Where a programmer reads of it."""
    assert set(FIELDS) == set(re.findall(r"^    (\w+): ", inspect.getdoc(Settings) or "", re.MULTILINE))


@pytest.mark.parametrize("name", FIELDS)
def test_a_setting_without_a_default_says_what_holds(name: str) -> None:
    """And one with a default needs no words for it; what is counted has a unit in both languages."""
    about, default = settings_described()[name], FIELDS[name].default
    assert (default in (None, ())) == (about.none is not None)
    assert about.en.endswith(".")
    assert about.zh.endswith(("。", "."))
    assert not about.page or (DOCS / "en" / f"{about.page}.md").is_file()


def test_what_follows_is_worked_out_as_the_settings_do(tmp_path: Path) -> None:
    """For every setting that follows from others."""
    (tmp_path / "passwords.filter").touch()
    flags = {"data": str(tmp_path), "origin": "https://id.example.org", "mail": "smtps://u@h"}
    rows = {row.name: row.value for row in in_force(configured.gather(Settings, None, {}, flags))}
    assert {
        "database": f"sqlite:///{tmp_path}/hardtack.db",
        "sign_up": "invitation",
        "sign_up_by": "email",
        "mail": "smtps://u@h",
        "mail_from": "hardtack@id.example.org",
        "brand": "Hardtack",
        "accent": "#1c5570",
        "accent_dark": "#8fc8e6",
        "password_filter": str(tmp_path / "passwords.filter"),
    } == {name: rows[name] for name in described.FOLLOWS}
    rows = {row.name: row.value for row in in_force(configured.gather(Settings, None, {}, {"data": "here"}))}
    assert ("open", "name", "folder:here/mail", None) == (
        rows["sign_up"],
        rows["sign_up_by"],
        rows["mail"],
        rows["password_filter"],
    )
    rows = {row.name: row.value for row in in_force(configured.gather(Settings, None, {}, {"accent": "#A3311F"}))}
    assert ("#A3311F", "#eca59a") == (rows["accent"], rows["accent_dark"])


SCALARS = st.one_of(st.booleans(), st.integers(), st.text(st.characters(codec="utf-8"), max_size=20))


@given(st.one_of(SCALARS, st.lists(SCALARS, max_size=3)))
def test_a_value_is_written_as_toml_reads_it(value: Any) -> None:
    """Whatever characters it holds."""
    row = InForce("name", value, Place(), settings_described()["realm"])
    assert {"name": value} == tomllib.loads(row.written)


def test_tables_are_written_as_tables() -> None:
    """A line each; what is unset stays out."""
    rules = [{"host": "a", "methods": ["GET"], "factor": None}, {"host": "b"}]
    row = InForce("access", rules, Place(), settings_described()["realm"])
    assert {"access": [{"host": "a", "methods": ["GET"]}, {"host": "b"}]} == tomllib.loads(row.written)
    assert "access = []" == msgspec.structs.replace(row, value=[]).written
    assert "" == msgspec.structs.replace(row, value=None).written


def test_the_unit_is_said_in_the_language_that_is_asked_for() -> None:
    """And none where there is none."""
    about = settings_described()
    assert ("seconds", "秒", "") == (
        about["idle_timeout"].counts("en"),
        about["idle_timeout"].counts("zh"),
        about["realm"].counts("en"),
    )
    assert "`" not in json.dumps([each.line(tag) for each in about.values() for tag in ("en", "zh")])
