"""What an error tells the visitor, before it becomes a page."""

from __future__ import annotations

import pytest

from hardtack.errors import Refused
from hardtack.status import NotAcceptable, NotFound, ServiceUnavailable, Status, UnprocessableContent, saying


def test_without_a_detail_the_catalogue_speaks() -> None:
    """What happened and what to do next, in the visitor's language."""
    says = saying.of(404, NotFound(), "zh")
    assert (says.code, says.phrase) == (404, "未找到")
    assert says.explanation == Status(404).explain_to_visitor("zh")
    assert says.advice == Status(404).advise_visitor("zh")
    assert says.items == ()


def test_a_detail_of_its_own_stands_alone() -> None:
    """Whoever wrote it knew the case better; the general advice could contradict it."""
    says = saying.of(404, NotFound({"en": "No such post.", "zh": "没有这篇文章。"}), "zh")
    assert (says.explanation, says.advice) == ("没有这篇文章。", "")


def test_an_empty_detail_is_none() -> None:
    """A page that explains nothing helps nobody."""
    assert saying.of(404, NotFound(""), "en") == saying.of(404, NotFound(), "en")


@pytest.mark.parametrize("detail", [None, "Busy."])
def test_a_time_to_wait_is_the_advice(detail: str | None) -> None:
    """With or without a detail."""
    assert saying.of(503, ServiceUnavailable(detail, retry_after=5), "en").advice == "Try again in 5 seconds."


@pytest.mark.parametrize(
    ("seconds", "en", "zh"),
    [
        (-5, "Try again in a second.", "请过一秒再试。"),
        (0, "Try again in a second.", "请过一秒再试。"),
        (1, "Try again in a second.", "请过一秒再试。"),
        (2, "Try again in 2 seconds.", "请在 2 秒后再试。"),
        (119, "Try again in 119 seconds.", "请在 119 秒后再试。"),
        (120, "Try again in 2 minutes.", "请在 2 分钟后再试。"),
        (121, "Try again in 3 minutes.", "请在 3 分钟后再试。"),
        (7199, "Try again in 120 minutes.", "请在 120 分钟后再试。"),
        (7201, "Try again in 3 hours.", "请在 3 小时后再试。"),
    ],
)
def test_a_time_is_said_in_whole_units_rounded_up(seconds: int, en: str, zh: str) -> None:
    """Nobody is sent away to come back too early."""
    assert (en, zh) == (saying.later(seconds, "en"), saying.later(seconds, "zh"))


def test_the_fields_of_a_form_are_listed() -> None:
    """Each with its name, in the visitor's language as far as there is one."""
    error = UnprocessableContent(fields={"name": {"en": "Too long.", "zh": "太长。"}, "age": "not a number", "x": {}})
    assert saying.of(422, error, "zh").items == ("name：太长。", "age：not a number", "x：")
    assert saying.of(422, error, "en").items == ("name: Too long.", "age: not a number", "x: ")


def test_what_is_available_is_listed() -> None:
    """RFC 9110 §15.5.7 wants it in the content."""
    assert saying.of(406, NotAcceptable(available=["text/html", "image/png"]), "en").items == ("text/html", "image/png")


def test_an_extension_of_another_shape_is_not_listed() -> None:
    """Only a list is one."""
    assert saying.of(406, Refused(available=7), "en").items == ()


def test_an_unregistered_code_speaks_like_the_x00_of_its_class() -> None:
    """As a client understands it."""
    says = saying.of(499, Refused(), "en")
    assert (says.code, says.phrase) == (499, "Bad Request")
