"""What every page has, in both languages: structure, labels, names, and nothing from elsewhere."""

from __future__ import annotations

import pytest

from hardtack.errors import Refused
from hardtack.site import services, shell, texts
from hardtack.site.parts import Parts
from tests.site.conftest import World


class TestProblem:
    """The words of a refusal."""

    def test_the_errors_own_words_stand_alone(self) -> None:
        """They say what to do as well."""
        error = Refused({"en": "No.", "zh": "不行。"}, fields={"username": {"en": "Taken.", "zh": "已占用。"}})

        assert shell.Problem("No.", "", {"username": "Taken."}) == shell.Problem.of(error, "en")
        assert shell.Problem("不行。", "", {"username": "已占用。"}) == shell.Problem.of(error, "zh")

    def test_a_time_to_wait_is_said_beside_them(self) -> None:
        """Once, and in the same words as in every other form of the answer."""
        error = Refused({"en": "Too many.", "zh": "太多了。"}, retry_after=9)

        assert shell.Problem("Too many.", "Try again in 9 seconds.") == shell.Problem.of(error, "en")
        assert shell.Problem("太多了。", "请在 9 秒后再试。") == shell.Problem.of(error, "zh")

    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_without_them_the_catalogue_speaks_and_says_when(self, language: str) -> None:
        """What happened, what to do, and when to come back."""
        problem = shell.Problem.of(Refused(retry_after=9), language)

        assert problem.detail
        assert "9" in problem.advice
        assert shell.Problem.of(Refused(), language).advice


def test_a_page_without_a_visitor_can_hold_no_form(world: World) -> None:
    """It would have nobody to bind the token to; a mistake in a template is seen at once."""
    page = services.Services(
        parts=Parts(world.accounts, world.sessions, world.settings, None, "", "", "", "", "", None),  # type: ignore[arg-type] # never asked
        path="/",
        here="/",
        language="en",
        now=0,
        origin="http://localhost:8000",
    )
    with pytest.raises(RuntimeError, match="no visitor"):
        page.csrf_token()
    assert page.account is None
