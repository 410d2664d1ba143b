"""What becomes of the questions of proxies, counted for the operator: each once, and as what it was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hardtack.site import metrics
from hardtack.site.series import Kept, Together, place
from tests.site.conftest import NAME
from tests.site.forward_auth.asking import nginx
from tests.site.forward_auth.conftest import MakePortal, Portal

Ask = Callable[[Portal], object]
ASKED: dict[str, Ask] = {
    "allowed": lambda portal: portal.ask(portal.browser(NAME), "/x"),
    "not-signed-in": lambda portal: (portal.ask(None, "/x"), portal.ask(None, "/x", navigates=False)),
    "role-missing": lambda portal: portal.ask(portal.browser(NAME), "/staff/x"),
    "factor-missing": lambda portal: portal.ask(portal.browser(NAME), "/safe/x"),
    "no-rule": lambda portal: portal.ask(None, fields=nginx("/x", host="elsewhere.example.org")),
    "auth-peer-not-trusted": lambda portal: portal.ask(None, "/x", peer="203.0.113.7"),
    "malformed": lambda portal: (
        portal.ask(None, "/x", ("X-Forwarded-Host", "b.example.org")),
        portal.ask(None, "/x/../y"),
    ),
}


def counted(together: Together) -> dict[str, float]:
    """Return the counts of every outcome that there was."""
    numbers, _ = together.read(0)
    outcomes = (*metrics.AUTH_OUTCOMES, metrics.OTHER)
    found = {outcome: numbers[place(metrics.AUTH, (outcome,))] for outcome in outcomes}
    return {outcome: number for outcome, number in found.items() if number}


@pytest.fixture
def together(tmp_path: Path) -> Together:
    """Return what adds up."""
    return Together(tmp_path / "counts")


@pytest.fixture
def portal(make_portal: MakePortal, together: Together, tmp_path: Path) -> Portal:
    """Return a portal that counts, with a rule of each kind."""
    rules: tuple[dict[str, Any], ...] = (
        {"path": "/staff/*", "roles": ("staff",)},
        {"path": "/safe/*", "factor": "second"},
        {},
    )
    portal = make_portal(*rules, counts=Kept(tmp_path / "counts"))
    portal.member(NAME)
    return portal


@pytest.mark.parametrize("outcome", ASKED)
def test_a_question_is_counted_as_what_became_of_it(portal: Portal, together: Together, outcome: str) -> None:
    """Once, whether it was answered with a redirect, a page or nothing at all."""
    asked = ASKED[outcome](portal)
    assert {outcome: len(asked) if type(asked) is tuple else 1} == counted(together)


def test_what_nobody_can_tell_and_whom_nobody_vouched_for_is_counted_too(
    make_portal: MakePortal, together: Together, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first is 503; the second is refused where there are no rules."""
    portal = make_portal(counts=Kept(tmp_path / "counts"))
    portal.stranger()
    browser = portal.browser("stranger")
    assert 403 == portal.ask(browser).status
    monkeypatch.setattr(portal.world.accounts.revocations, "verdict", lambda *_: "unknown")
    assert 503 == portal.ask(browser).status
    assert {"not-vouched-for": 1, "unavailable": 1} == counted(together)


def test_what_is_let_in_without_a_page_is_counted_at_the_next_look(portal: Portal, together: Together) -> None:
    """And not twice: the quick way adds one to a number, and a look takes what is new of it."""
    let_in = portal.world.site.auth.judge.let_in
    for _ in range(3):
        let_in.total += 1
    portal.world.site.look()
    portal.world.site.look()
    let_in.total += 1
    portal.world.site.look()
    assert {"allowed": 4} == counted(together)
