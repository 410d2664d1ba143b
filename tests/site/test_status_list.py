"""``/status``: all codes, by families, and what was looked for; in both languages, for people and programs."""

from __future__ import annotations

import json

import pytest

from hardtack.site import texts
from hardtack.status import Status
from hardtack.status.described import outdated, record
from tests.site.conftest import MakeWorld, Page, World

MOST = 20_000
"""Octets of a page."""

both = pytest.mark.parametrize("language", texts.LANGUAGES)


def page_at(world: World, address: str, language: str = "en") -> Page:
    """Return the page at *address*, which is there."""
    response = world.browser(language=language).get(address)
    assert 200 == response.status
    assert len(response.body) < MOST
    return Page(response.body.decode())


def listed(page: Page) -> list[str]:
    """Return the slugs that the page leads to from its lists."""
    links = [link["href"] or "" for link in page.all("a")]
    return [link.removeprefix("/status/") for link in links if link.startswith("/status/")]


@both
def test_every_registered_code_is_listed_with_what_it_means(world: World, language: str) -> None:
    """In the order of the numbers, under the five families, each of which is explained."""
    page = page_at(world, "/status", language)
    assert [status.slug for status in Status] == listed(page)
    assert ["f1xx", "f2xx", "f3xx", "f4xx", "f5xx"] == [each["id"] for each in page.all("h2")]
    for status in Status:
        assert str(status.code) in page.words["b"]
        assert status.phrase_in(language) in page.words["span"]
        assert Page(f"<p>{status.summary(language)}</p>").words["p"] in page.words["p"]
    for family in ("informational", "successful", "redirection", "client_error", "server_error"):
        assert texts.OURS.text(language, f"status.{family}_text") in page.words["p"]


@both
def test_the_notes_codes_are_marked_and_its_old_phrases_said(world: World, language: str) -> None:
    """41 of them; five names are out of date."""
    page = page_at(world, "/status", language)
    assert 41 == page.words["i"].count(texts.OURS.text(language, "status.in_note"))
    old = [outdated(status) for status in Status if outdated(status)]
    assert 5 == len(old)
    assert all(texts.OURS.text(language, "status.outdated", phrase=phrase) in page.words["p"] for phrase in old)


@both
@pytest.mark.parametrize("family", ["1xx", "2xx", "3xx", "4xx", "5xx"])
def test_a_family_is_shown_alone(world: World, language: str, family: str) -> None:
    """By its link, which then says so, or typed as it is."""
    expected = [status.slug for status in Status.family(int(family[0]))]
    for address in (f"/status?family={family}", f"/status?q={family}", f"/status?q={family.upper()}"):
        page = page_at(world, address, language)
        assert expected == listed(page)
        current = [link["href"] or "" for link in page.all("a") if link.get("aria-current")]
        assert [f"/status?family={family}"] == [href for href in current if href != "/status"]


@pytest.mark.parametrize("query", ["family=6xx", "family=", "family=4xx&family=5xx", "q=", "q=%20%20", "x=1"])
def test_what_is_no_wish_shows_all(world: World, query: str) -> None:
    """As if nothing had been asked."""
    assert 64 == len(listed(page_at(world, f"/status?{query}")))


@pytest.mark.parametrize("typed", ["404", "%20404%20", "%EF%BC%94%EF%BC%90%EF%BC%94"])
def test_a_number_leads_straight_to_its_page(world: World, typed: str) -> None:
    """303; full-width digits, as a Chinese keyboard writes them, are digits."""
    for response in (world.browser().get(f"/status?q={typed}"), world.browser().json("GET", f"/status?q={typed}")):
        assert (303, "/status/not-found") == (response.status, response.get("location"))


@both
@pytest.mark.parametrize(
    ("typed", "slug"),
    [
        ("not found", "not-found"),
        ("未找到", "not-found"),
        ("Request Time-out", "request-timeout"),
        ("request-timeout", "request-timeout"),
        ("payload too large", "content-too-large"),
        ("teapot", "unused-418"),
        ("网关 错误", "bad-gateway"),
    ],
)
def test_a_name_or_a_word_finds_codes(world: World, language: str, typed: str, slug: str) -> None:
    """Of today or of old, in either language; how many were found is said."""
    page = page_at(world, f"/status?q={typed.replace(' ', '+')}", language)
    assert slug in listed(page)
    count = texts.OURS.text(language, "status.found", count=len(listed(page)), typed=typed)
    assert count in page.words["p"]
    assert [] == page.all("h2")
    assert typed in [field.get("value") for field in page.all("input")]


@both
def test_what_is_not_found_is_said_with_what_is_most_like_it(world: World, language: str) -> None:
    """And without, where nothing is."""
    page = page_at(world, "/status?q=forbiden", language)
    assert ["forbidden"] == listed(page)
    assert texts.OURS.text(language, "status.not_found", typed="forbiden") in page.words["p"]
    assert texts.OURS.text(language, "status.meant") in page.words["p"]
    nothing = page_at(world, "/status?q=%E2%98%83%E2%98%83", language)
    assert ([], True) == (
        listed(nothing),
        texts.OURS.text(language, "status.not_found", typed="☃☃") in nothing.words["p"],
    )


def test_what_was_typed_is_only_ever_text(world: World) -> None:
    """Markup stays what it is, and no more of it is shown than is looked at."""
    response = world.browser().get("/status?q=%3Cscript%3Ealert(1)%3C/script%3E%22%3E")
    page = Page(response.body.decode())
    assert 1 == len(page.all("script"))
    assert '<script>alert(1)</script>">' in [field.get("value") for field in page.all("input")]
    long = Page(world.browser().get(f"/status?q={'x' * 5000}").body.decode())
    assert [80] == [len(field.get("value") or "") for field in long.all("input")]


def test_programs_get_the_records_of_the_command_line(world: World) -> None:
    """Each with the address of its page; what was looked for, alone."""
    answer = json.loads(world.browser().json("GET", "/status").body)
    plain = [{name: value for name, value in each.items() if name != "address"} for each in answer["codes"]]
    assert [json.loads(json.dumps(record(status))) for status in Status] == plain
    assert "/status/not-found" in [each["address"] for each in answer["codes"]]
    found = json.loads(world.browser().json("GET", "/status?q=forbiden").body)
    assert ([], 403) == (found["codes"], found["closest"]["code"])
    found = json.loads(world.browser().json("GET", "/status?q=proxy+auth").body)
    assert (407, None) == (found["codes"][0]["code"], found["closest"])


def test_every_page_leads_there_but_not_inside_an_application(make_world: MakeWorld) -> None:
    """An application around has its own /status."""
    alone, inside = make_world(), make_world(prefix="/auth", home="/")
    assert "/status" in [link["href"] for link in Page(alone.browser().get("/sign-in").body.decode()).all("a")]
    links = [link["href"] for link in Page(inside.browser().get("/auth/sign-in").body.decode()).all("a")]
    assert [] == [link for link in links if "/status" in (link or "")]
    for path in ("/status", "/status/", "/status/not-found", "/status/404", "/status/404/"):
        assert alone.site.has(path)
        assert not inside.site.has("/auth" + path)
        assert 404 == inside.browser().get("/auth" + path).status


def test_below_a_prefix_every_link_has_it(make_world: MakeWorld) -> None:
    """Where the pages are the whole site but do not begin at its root."""
    world = make_world(prefix="/house")
    page = Page(world.browser().get("/house/status?q=range").body.decode())
    links = [link["href"] or "" for link in page.all("a") if "status" in (link["href"] or "")]
    assert links
    assert all(link.startswith(("/house/status", "/house/language")) for link in links)
    assert ["/house/status"] == [form["action"] for form in page.all("form")]
    number = world.browser().get("/house/status?q=404")
    assert "/house/status/not-found" == number.get("location")
