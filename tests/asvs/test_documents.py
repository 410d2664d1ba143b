"""What ASVS wants documented is documented, in both languages, with the figures and names that the code has."""

from __future__ import annotations

import re

import pytest

from hardtack.login import passwords, sign_ins, throttle, welcome
from hardtack.login import tokens as access_tokens
from hardtack.login.links import Kind
from hardtack.site import Settings, headers
from hardtack.site.routes import ROUTES
from hardtack.store.streaks import LIMIT
from tests.docs.test_documents import DOCS, ROOT

LANGUAGES = ["en", "zh"]

WAYS = {
    "/sign-in",
    "/sign-up",
    "/welcome",
    "/reset",
    "/release",
    "/verify",
    "/account/confirm",
    "/account/password",
    "/account/close",
    "/sign-in/second-factor",
    "/sign-in/passkey",
    "/sign-in/enrol",
    "/keep-factors",
}
"""Every address at which somebody proves who they are, by a password, a code or a link."""

SIGN_IN = {
    "sign_in.py",
    "sign_up.py",
    "joining.py",
    "welcome.py",
    "passkey_sign_in.py",
    "second_factor.py",
}
"""Every module of the site that signs somebody in."""


def text(name: str, language: str) -> str:
    """Return one page of the documents."""
    return (DOCS / language / f"{name}.md").read_text(encoding="utf-8")


def section(name: str, language: str, number: int) -> str:
    """Return the section of a page with this number, counted from 1."""
    return re.split(r"^## ", text(name, language), flags=re.MULTILINE)[number]


def first_cells(markdown: str) -> list[str]:
    """Return the first cell of every row of the tables."""
    return re.findall(r"^\| (.+?) \|", markdown, re.MULTILINE)


@pytest.mark.asvs("3.1.1", "3.7.5")
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_protection_that_a_browser_must_know_is_documented(language: str) -> None:
    """With what becomes of a visitor whose browser does not: each row of the table of header fields has its own."""
    part = section("security", language, 5)
    rows = " ".join(first_cells(part))
    tables = (*headers.ALWAYS, *headers.HTTPS, *headers.NOT_STORED, *headers.SIGNED_OUT)
    assert [] == [name for name, _ in tables if f"`{name}`" not in rows]
    assert [] == [name for name in ("__Host-", "Secure", "HttpOnly", "SameSite=Lax") if f"`{name}`" not in rows]
    assert [] == [name for name in ("`Sec-Fetch-Site`", "JavaScript") if name not in rows]
    assert {4} == {row.count("|") for row in part.splitlines() if row.startswith("|")}


@pytest.mark.asvs("6.1.1")
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_about_throttling_has_the_budgets_of_the_code(language: str) -> None:
    """And says which ways are open to an owner whom others want to keep out."""
    page = text("throttling", language)
    found = re.findall(r"^\| [^|]+ \| (\d+) \| (\d+) (s|min|秒|分钟) \|", page, re.MULTILINE)
    written = [(int(many), int(often) * (60 if unit in {"min", "分钟"} else 1)) for many, often, unit in found]
    budgets = (throttle.NAME, throttle.CLIENT, throttle.DEVICE, throttle.SIGN_UP, throttle.RELEASE)
    assert [(each.at_once, each.interval) for each in budgets] == written
    told = [str(each) for each in (LIMIT, *throttle.BURSTS)]
    assert [] == [figure for figure in (*told, "`/release`", "__Host-hardtack-known") if figure not in page]
    assert "hardtack accounts release" in page


@pytest.mark.asvs("6.1.2")
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_that_no_password_may_be_made_of_are_listed(language: str) -> None:
    """Each source that the code takes them from: the account's, the product's, and those of the settings."""
    part = re.split(r"^### ", text("passwords", language), flags=re.MULTILINE)[1]
    points = re.findall(r"^- (.+)$", part, re.MULTILINE)
    named = {"`realm`", "`origin`", "`context_words`", *(f"`{word}`" for word in passwords.CONTEXT_WORDS)}
    assert set() == named - set(re.findall(r"`\w+`", " ".join(points)))
    assert 6 == len(points)


@pytest.mark.asvs("6.1.3", "6.3.4")
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_way_to_prove_who_one_is_is_documented_with_what_protects_it(language: str) -> None:
    """And there is no other: no address proves anybody, and no module signs anybody in, that is not listed."""
    rows = [row for row in section("security", language, 6).splitlines() if row.startswith("|")]
    listed = set(re.findall(r"`(/[\w/-]+)", " ".join(row.split("|")[1] for row in rows)))
    assert WAYS == listed
    assert set() == WAYS - set(ROUTES)
    assert {4} == {row.count("|") for row in rows}
    folder = ROOT / "src" / "hardtack" / "site"
    ways_in = re.compile(r"\b(?:way_in\.sign_in\w*|own_account\.made)\(")
    signing = {path.name for path in folder.rglob("*.py") if ways_in.search(path.read_text(encoding="utf-8"))}
    assert {*SIGN_IN, "own_account.py"} == signing, "own_account signs in whoever has just made an account"


@pytest.mark.asvs("6.1.3")
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_figures_beside_the_ways_are_those_of_the_code(language: str) -> None:
    """Bits, minutes and tries."""
    part = section("security", language, 6)
    assert (16, 900, 1800, 20) == (
        welcome.CODE_BYTES,
        welcome.LIFETIME,
        Kind.RESET.lifetime,
        access_tokens.RANDOM_BYTES,
    )
    words = {"en": ("128", "15 minutes", "half an hour", "160"), "zh": ("128", "15 分钟", "半小时", "160")}
    assert [] == [word for word in words[language] if word not in part]


@pytest.mark.asvs("7.1.1")
@pytest.mark.parametrize("language", LANGUAGES)
def test_how_long_a_sign_in_lasts_is_documented_beside_what_nist_asks_for(language: str) -> None:
    """Every lifetime with its default; and the settings that the page recommends to the strict are settings."""
    part = section("security", language, 7)
    settings = Settings()
    for name in ("idle_timeout", "absolute_timeout", "kept_idle_timeout", "kept_absolute_timeout", "recent_sign_in"):
        assert f"`{name}`" in part
        assert str(getattr(settings, name)) in part
    assert "NIST SP 800-63B-4" in part
    strict = re.findall(r"^(\w+) = (\d+) ", part, re.MULTILINE)
    stricter = re.findall(r"^(\w+) = .*: (\d+)$", part, re.MULTILINE)
    for pairs, idle, absolute in ((strict, 3600, 86_400), (stricter, 900, 43_200)):
        settings = Settings.given("the page", {name: int(value) for name, value in pairs})
        assert (idle, absolute) == (settings.idle_timeout, settings.absolute_timeout)
        assert (idle, absolute) == (settings.kept_idle_timeout, settings.kept_absolute_timeout)


@pytest.mark.asvs("7.1.2")
@pytest.mark.parametrize("language", LANGUAGES)
def test_how_many_sign_ins_there_may_be_is_documented_with_what_becomes_of_one_more(language: str) -> None:
    """In the section that the page about security leads to."""
    part = section("sign-ins", language, 3)
    assert str(sign_ins.MOST) in part
    assert f"`{sign_ins.TOO_MANY}`" in part
    assert "sign-ins.md#" in section("security", language, 7)
