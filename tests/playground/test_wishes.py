"""A form of this site's own pages: 403 for everybody else's."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.playground.inside import FORM, ORIGIN, Inside


def status(folder: Path, **fields: str) -> int:
    """Return what a wish with *fields* is answered with."""
    named = {name.replace("_", "-"): value for name, value in fields.items()}
    return Inside(folder).ask("POST", "/wishes", {**FORM, **named}, [b"wish=a+fair+wind"]).status


@pytest.mark.parametrize("fields", [{"sec_fetch_site": "same-origin"}, {"origin": ORIGIN}])
def test_a_form_of_our_own_is_heard(tmp_path: Path, fields: dict[str, str]) -> None:
    """By what the browser says of it."""
    assert 200 == status(tmp_path, **fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "cross-site", "origin": ORIGIN},
        {"origin": "https://elsewhere.example"},
        {"origin": "null"},
        {},
        {"cookie": "a=b"},
    ],
)
def test_a_form_of_another_site_is_not(tmp_path: Path, fields: dict[str, str]) -> None:
    """Nor one of which nobody says whose it is."""
    assert 403 == status(tmp_path, **fields)


def test_a_program_that_sends_no_form_carries_no_right_to_abuse(tmp_path: Path) -> None:
    """Neither a cookie nor a form: it is heard."""
    response = Inside(tmp_path).ask("POST", "/wishes", {"Content-Type": "application/json"}, [b"{}"])
    assert 200 == response.status


def test_a_person_can_wish_from_our_own_page(tmp_path: Path) -> None:
    """Its form leads where only our own pages may send one."""
    page = Inside(tmp_path).get("/wishes", accept="text/html").body.decode()
    assert '<form method="post" action="/playground/wishes">' in page
