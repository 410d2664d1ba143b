"""Every natural cause leads to its code, by what one can paste and by what one can click; and nothing in it says so."""

from __future__ import annotations

import re

import pytest

from hardtack.errors import MisuseError
from hardtack.status import Status
from hardtack.status.causes import CAUSES, WHY_NOT, Cause, Form
from tests.conftest import Service
from tests.playground.trying import Outcome, Trying, paste

every = pytest.mark.parametrize("code", sorted(CAUSES))

NEEDED = frozenset({"100-continue"})
"""What HTTP itself writes with a code's number in it."""


def telling(code: int, cause: Cause) -> list[str]:
    """Return whatever in *cause* names its code: by number anywhere, or by its name in an address or a field."""
    form = cause.form or Form("", {})
    number = re.compile(rf"(?<![0-9]){code}(?![0-9])")
    texts = [*cause.commands, form.path, *form.fields, *form.fields.values()]
    found = [text for text in texts if number.search(re.sub("|".join(NEEDED), "", text))]
    # An address and what is sent there are made of words; one of them must not be the code's own name.
    addresses = re.findall(r"/playground[^\s\"'?]*", " ".join(texts))
    words = {word for address in addresses for word in address.split("/")} | {*form.fields, *form.fields.values()}
    return found + [word for word in words if word.lower().replace(" ", "-") == Status(code).slug]


@every
def test_a_cause_leads_to_its_code(trying: Trying, code: int) -> None:
    """Over a real socket, from a shell and as a browser's form, and the trace says that it was this that decided."""
    assert "" == trying.complaint(code)


@pytest.mark.parametrize("code", sorted(WHY_NOT))
def test_what_has_no_cause_is_refused_with_the_reason(playing: Service, code: int) -> None:
    """In both languages, also where every other code can be provoked."""
    for language, reason in WHY_NOT[code].items():
        fields = {"Accept": "text/plain", "Accept-Language": language}
        status, _, content = playing.ask("GET", f"/status/{code}", headers=fields)
        assert (403, True) == (status, reason in content), content


@every
def test_nothing_that_is_sent_names_the_code(code: int) -> None:
    """Neither an address, nor a field, nor a command: a code arises, it is not ordered."""
    assert [] == telling(code, CAUSES[code])


@pytest.mark.parametrize(
    "change",
    [
        {"commands": ("curl -i {origin}/playground/404",)},
        {"commands": ("curl -i '{origin}/playground/notes?want=404'",)},
        {"commands": ("curl -i {origin}/playground/not-found",)},
        {"form": Form("/playground/notes", {}, fields={"code": "404"})},
        {"form": Form("/playground/notes", {}, fields={"404": ""})},
        {"form": Form("/playground/notes", {}, fields={"want": "Not Found"})},
    ],
)
def test_a_cause_that_names_its_code_is_found_out(change: dict[str, object]) -> None:
    """The look at all of them would notice one."""
    innocent = Cause("x", {}, {}, ("curl -i {origin}/playground/notes/4040",), "")
    assert [] == telling(404, innocent)
    assert [] != telling(404, innocent._replace(**change))  # type: ignore[arg-type]  # of any field


@every
def test_a_cause_is_told_in_both_languages(code: int) -> None:
    """With a short title, a story, a button where there is a form, and lines for a shell that run curl."""
    cause = CAUSES[code]
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", cause.name)
    for language in ("en", "zh"):
        assert 0 < len(cause.title[language]) <= 40
        assert len(cause.story[language]) > (80 if language == "en" else 30)
        assert cause.form is None or cause.form.label[language]
        assert not set("{}<>") & set(cause.story[language] + cause.title[language])
    assert any("curl" in line for line in cause.commands)
    assert [] == [line for line in cause.commands if "\n" in line or not line.format(origin="", host="")]
    assert cause.form is None or (cause.form.path.startswith("/") and cause.form.method in ("get", "post"))


def test_names_are_unique_and_codes_are_registered() -> None:
    """And what has a cause has no reason why not."""
    assert len(CAUSES) == len({cause.name for cause in CAUSES.values()})
    assert not CAUSES.keys() & WHY_NOT.keys()
    for code in CAUSES:
        try:
            Status(code)
        except MisuseError:
            pytest.fail(f"{code} is not registered")


def test_an_outcome_says_what_is_missing() -> None:
    """The code, or what decided; an interim answer counts where it stands before the last."""
    seen = Outcome([100, 404], "refuse/a=b; tried=4", "$ curl")
    assert "" == seen.falls_short(404, "refuse/a=b")
    assert "" == seen.falls_short(100, "")
    assert "came to [100, 404]" in seen.falls_short(200, "")
    assert "not in the trace" in seen.falls_short(404, "admit/c=d")


def test_a_code_in_the_middle_of_an_answer_is_none(playing: Service) -> None:
    """Only heads count, and the code that curl was told to write at the end."""
    cause = Cause("x", {}, {}, ("curl -si {origin}/playground/notes/1", "echo 299"), "")
    assert [200] == paste(cause, playing.url).codes
    written = cause._replace(commands=("curl -s -o answer -w '%{{http_code}}' {origin}/playground/notes/1",))
    assert [200] == paste(written, playing.url).codes
