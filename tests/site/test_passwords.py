"""Passwords on their whole way: typed into a form or sent as JSON, kept, and asked for again."""

from __future__ import annotations

import json

import pytest

from tests.site.conftest import NAME, Page, World

LONG = "correct horse battery staple fountain umbrella lantern geese 42 and so on"


@pytest.mark.asvs("6.2.8")
@pytest.mark.parametrize(
    ("password", "other"),
    [
        (LONG + "b", LONG + "c"),
        (LONG + "b", LONG),
        ("correct horse\x00battery staple", "correct horse\x00battery stables"),
        ("correct horse\x00battery staple", "correct horse"),
        (" correct horse battery staple", "correct horse battery staple"),
        ("correct horse battery staple ", "correct horse battery staple"),
        ("correct  horse battery staple", "correct horse battery staple"),
        ("correct horse 🐴 battery 🔋 staple", "correct horse 🐎 battery 🔋 staple"),
        ("Correct horse battery staple", "correct horse battery staple"),
        ("corréct horse battery staple", "corre\u0301ct horse battery staple"),
        ("ｃorrect horse battery staple", "correct horse battery staple"),
        ("correct horse battery+staple%20&c=d", "correct horse battery staple%20&c=d"),
    ],
)
@pytest.mark.parametrize("way", ["form", "json"])
def test_attack_16_a_password_is_kept_and_verified_exactly_as_typed(
    world: World, way: str, password: str, other: str
) -> None:
    """Past byte 72, NUL, outer spaces, emoji and every form of Unicode, by a form and as JSON alike (ASVS 6.2.8)."""
    browser = world.browser()
    if way == "form":
        assert 303 == browser.submit("/sign-up", username=NAME, password=password).status
    else:
        assert 201 == browser.json("POST", "/sign-up", {"username": NAME, "password": password}).status
    assert 401 == world.browser().sign_in(password=other).status
    sent = {"username": NAME, "password": other}
    assert 401 == world.browser().json("POST", "/sign-in", sent).status
    assert 303 == world.browser().sign_in(password=password).status
    assert world.browser().json("POST", "/sign-in", {**sent, "password": password}).status < 300


@pytest.mark.parametrize("address", ["/sign-up", "/sign-in"])
def test_attack_16_a_lone_surrogate_is_no_password(world: World, address: str) -> None:
    """No keyboard produces one and it has no bytes: 422 with the field, in every page that takes a password."""
    world.member()
    body = json.dumps({"username": NAME, "password": "correct horse battery staple \ud800"}).encode()
    response = world.browser().ask(
        "POST",
        address,
        body=body,
        headers={"accept": "application/json", "content-type": "application/json", "sec-fetch-mode": "cors"},
    )
    assert 422 == response.status
    assert ["password"] == list(json.loads(response.body)["fields"])


@pytest.mark.parametrize(("language", "said"), [("en", "keys or letters in a row"), ("zh", "相邻的字符")])
def test_a_refused_password_is_said_at_the_field_with_what_would_be_better(
    world: World, language: str, said: str
) -> None:
    """In the page of the visitor's language, and in both of them for a script; never what was typed."""
    browser = world.browser(language=language)
    response = browser.submit("/sign-up", username=NAME, password="qwertyuiop123456")
    page = response.body.decode()
    assert 422 == response.status
    assert said in page
    assert "qwertyuiop" not in page
    field = next(each for each in Page(page).all("input") if each.get("name") == "password")
    assert ("true", None) == (field["aria-invalid"], field.get("value"))
    assert "password-error" in (field["aria-describedby"] or "").split()
    problem = json.loads(
        browser.json("POST", "/sign-up", {"username": NAME, "password": "qwertyuiop123456"}).body.decode()
    )
    assert said in json.dumps(problem["fields"], ensure_ascii=False)
    assert "qwertyuiop" not in json.dumps(problem)


def test_a_field_for_a_new_password_says_how_long_it_must_be_to_the_script_and_one_for_the_present_does_not(
    world: World,
) -> None:
    """All that the script knows stands at the field."""
    new = next(
        each for each in Page(world.browser().get("/sign-up").body.decode()).all("input") if each["name"] == "password"
    )
    assert ("15", "{count} of at least 15 characters", "Show", "Hide") == (
        new["data-least"],
        new["data-count"],
        new["data-show"],
        new["data-hide"],
    )
    present = next(
        each for each in Page(world.browser().get("/sign-in").body.decode()).all("input") if each["name"] == "password"
    )
    assert "data-show" in present
    assert "data-least" not in present
