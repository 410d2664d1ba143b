"""The page about configuration says of every setting and every finding of the doctor what the tables say.

``python -m tests.docs.test_configuration`` writes the tables of the page anew.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import msgspec
import pytest

from hardtack.cli.doctor.findings import Known, table
from hardtack.site import Settings, configured
from hardtack.site.described import About, settings_described

DOCS = Path(__file__).parents[2] / "docs"
LANGUAGES = ("en", "zh")
HEADS = {
    "en": ("| setting | default | unit | what it does |", "| finding | | what to do |"),
    "zh": ("| 设置 | 默认值 | 单位 | 作用 |", "| 发现 | | 怎么办 |"),
}
LEVELS = {
    "en": {"right": "ok", "note": "note", "warning": "warning", "wrong": "**wrong**"},
    "zh": {"right": "正常", "note": "说明", "warning": "警告", "wrong": "**错误**"},
}
COMMA = {"en": ", ", "zh": "、"}


def page(language: str) -> str:
    """Return the page."""
    return (DOCS / language / "configuration.md").read_text("utf-8")


def setting_row(field: msgspec.structs.FieldInfo, about: About, language: str) -> str:
    """Return the row of one setting."""
    if about.none is not None:
        default = about.none.as_dict()[language]
    else:
        values = field.default if isinstance(field.default, tuple) else (field.default,)
        shown = [str(value).lower() if isinstance(value, bool) else str(value) for value in values]
        default = COMMA[language].join(f"`{value}`" for value in shown)
    said = about.zh if language == "zh" else about.en
    more = {"en": f" See [{about.page}]({about.page}.md).", "zh": f"见[{about.page}]({about.page}.md)。"}[language]
    return f"| `{field.name}` | {default} | {about.counts(language)} | {said}{more if about.page else ''} |"


def finding_row(known: Known, language: str) -> str:
    """Return the row of one finding; what is filled in stands in angle brackets."""
    texts = [each.in_language(language) for each in (known.found, known.mend)]
    found, mend = (re.sub(r"\{(\w+)\}", r"‹\1›", text).replace("|", "\\|") for text in texts)
    return f"| {found} | {LEVELS[language][known.level]} | {mend} |"


def settings_table(language: str) -> list[str]:
    """Return the table of settings."""
    about = settings_described()
    rows = [setting_row(each, about[each.name], language) for each in msgspec.structs.fields(Settings)]
    return [HEADS[language][0], "|---|---|---|---|", *rows]


def findings_table(check: str, language: str) -> list[str]:
    """Return the table of what one check finds."""
    return [HEADS[language][1], "|---|---|---|", *(finding_row(each, language) for each in table()[check].values())]


def tables(language: str) -> list[list[str]]:
    """Return every table that is made, in the order of the page."""
    return [settings_table(language), *(findings_table(check, language) for check in table())]


def found_in(text: str, language: str) -> list[str]:
    """Return the tables of a page that are made."""
    heads = "|".join(re.escape(head) for head in HEADS[language])
    return re.findall(rf"^(?:{heads})\n(?:\|.*\n)+", text, re.MULTILINE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_tables_of_the_page_are_those_of_the_package(language: str) -> None:
    """Every setting with its default and unit; every finding with what to do."""
    assert ["\n".join(each) + "\n" for each in tables(language)] == found_in(page(language), language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_check_of_the_doctor_is_named(language: str) -> None:
    """With the word that stands in its output, in the order of the output."""
    assert list(table()) == re.findall(r"^### .*`(\w+)`", page(language), re.MULTILINE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_file_that_is_shown_can_be_used(language: str, tmp_path: Path) -> None:
    """And the mistakes that are shown are those that it would have."""
    good, bad = re.findall(r"^```toml\n(.*?)^```$", page(language), re.MULTILINE | re.DOTALL)
    (tmp_path / "hardtack.toml").write_text(good)
    assert () == configured.gather(Settings, tmp_path / "hardtack.toml", {}, {}).mistakes
    assert len(tomllib.loads(good)) > 3
    (tmp_path / "hardtack.toml").write_text(bad)
    mistakes = configured.gather(Settings, tmp_path / "hardtack.toml", {}, {}).mistakes
    said = [f"hardtack: {each.told('en')}\nhardtack: hint: {each.texts('en')[1]}\n" for each in mistakes]
    assert "".join(said).replace(f"{tmp_path}/", "hardtack-data/") in page(language)


def write() -> None:
    """Write the tables anew."""
    for language in LANGUAGES:
        text = page(language)
        for old, new in zip(found_in(text, language), tables(language), strict=True):
            text = text.replace(old, "\n".join(new) + "\n", 1)
        (DOCS / language / "configuration.md").write_text(text, "utf-8")


if __name__ == "__main__":
    write()
