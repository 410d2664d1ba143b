"""@rules: what a route says about itself, where that is read, and what is a mistake."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

import pytest

from hardtack.errors import MisuseError
from hardtack.status import PreconditionFailed
from hardtack.status import rules as module
from hardtack.status.rules import CARRIER, Route, Validators, rules, rules_of
from hardtack.status.validators import ETag


@pytest.fixture
def carried() -> Iterator[list[Validators]]:
    """Carry what the handlers say into a list, as a driver would."""
    found: list[Validators] = []
    token = CARRIER.set(found.append)
    yield found
    CARRIER.reset(token)


class TestDeclaring:
    """What stands above the handler."""

    def test_the_handler_stays_what_it_was(self) -> None:
        """Its name, its signature and its answer."""

        @rules(etag="v1")
        def show(name: str) -> str:
            """Show it."""
            return f"shown {name}"

        assert "show" == show.__name__
        assert ["name"] == list(inspect.signature(show).parameters)
        assert "Show it." == show.__doc__

    def test_what_holds_for_every_request_can_be_read_without_one(self) -> None:
        """For adapters that know the route before the handler is reached."""

        @rules(accepts="application/json", offers=["text/html", "text/plain"], length_required=True, max_body=10)
        def handler() -> None: ...

        found = rules_of(handler)
        assert found is not None
        expected = Route(
            accepts=("application/json",), offers=("text/html", "text/plain"), length_required=True, max_body=10
        )
        assert expected == found.route

    def test_outer_decorators_do_not_hide_them(self) -> None:
        """As long as they keep to functools.wraps."""

        def outer(handler: Callable[[], None]) -> Callable[[], None]:
            @wraps(handler)
            def wrapped() -> None:
                handler()

            return wrapped

        @outer
        @outer
        @rules(max_body=1)
        def handler() -> None: ...

        found = rules_of(handler)
        assert found is not None
        assert 1 == found.route.max_body

    def test_a_wrapper_that_only_says_what_it_wraps_is_looked_through(self) -> None:
        """Some frameworks set no more than __wrapped__."""

        class Wrapper:
            def __init__(self, wrapped: object) -> None:
                self.__wrapped__ = wrapped

        @rules(max_body=1)
        def handler() -> None: ...

        assert rules_of(handler) is rules_of(Wrapper(Wrapper(handler)))

    def test_what_has_no_rules_says_none(self) -> None:
        """Not even where the wrappers go round in a circle."""

        class Wrapper:
            __wrapped__: object

        wrapper = Wrapper()
        wrapper.__wrapped__ = wrapper
        assert rules_of(print) is None
        assert rules_of(wrapper) is None

    @pytest.mark.parametrize(
        ("declared", "problem"),
        [
            ({"etag": 7}, "etag: 7 is no entity tag"),
            ({"etag": ""}, "etag: '' is no entity tag"),
            ({"etag": "a b"}, "etag: 'a b' is no entity tag"),
            ({"etag": 'a"b'}, "is no entity tag"),
            ({"etag": ETag('a"b')}, "is no entity tag"),
            ({"etag": "é€"}, "is no entity tag"),
            ({"last_modified": "today"}, "last_modified: 'today' is no moment"),
            ({"last_modified": True}, "is no moment"),
            ({"last_modified": float("nan")}, "is no moment"),
            ({"last_modified": 10**12}, "is no moment"),
            ({"accepts": "json"}, "accepts: 'json' is no media type"),
            ({"accepts": ["text/html", "*/html"]}, r"accepts: '\*/html' is no media type"),
            ({"accepts": "text/html, text/plain"}, "is no media type"),
            ({"accepts": "tëxt/html"}, "is no media type"),
            ({"offers": "text/*"}, r"offers: 'text/\*' is no media type"),
            ({"offers": "*/*"}, "is no media type"),
            ({"max_body": -1}, "max_body: -1 bytes cannot be"),
            ({"max_body": True}, "max_body: True bytes cannot be"),
            ({"max_body": 1.5}, "max_body: 1.5 bytes cannot be"),
            ({"protect": True}, "protect: without a validator"),
        ],
    )
    def test_nonsense_is_a_misuse(self, declared: dict[str, Any], problem: str) -> None:
        """At the line that declares it, not at the first request."""
        with pytest.raises(MisuseError, match=problem):
            rules(**declared)

    def test_what_is_no_handler_is_a_misuse(self) -> None:
        """@rules without the call, or on the wrong line."""
        with pytest.raises(MisuseError, match="no handler"):
            rules(etag="v1")(7)  # type: ignore[arg-type]  # the mistake

    def test_a_handler_that_is_not_asynchronous_cannot_wait(self) -> None:
        """For a validator that is."""

        async def tag() -> str:
            return "v1"

        with pytest.raises(MisuseError, match="etag: an asynchronous function"):
            rules(etag=tag)(lambda: None)
        with pytest.raises(MisuseError, match="last_modified: an asynchronous function"):
            rules(last_modified=tag)(lambda: None)
        assert "v1" == asyncio.run(tag())


class TestFields:
    """What a 304 that is given before the handler must have, since the 200 would have it."""

    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            (None, None),
            ({}, ()),
            (
                {"Cache-Control": "private", "vary": "Cookie"},
                (("Cache-Control", "private"), ("vary", "Cookie")),
            ),
        ],
    )
    def test_they_are_carried_as_they_are_declared(self, given: Any, kept: Any) -> None:
        """Nothing declared is something else than nothing there."""
        found = rules_of(rules(etag="v1", fields=given)(lambda: None))
        assert found is not None
        assert kept == found.validators("v1", None).fields

    @pytest.mark.parametrize("wrong", [{"ETag": '"v1"'}, {"Set-Cookie": "a=1"}, {"Vary": "a\r\nb"}, {"": ""}])
    def test_others_are_a_mistake(self, wrong: dict[str, str]) -> None:
        """At the line that declares them."""
        with pytest.raises(MisuseError, match="fields: "):
            rules(etag="v1", fields=wrong)


class TestCarrying:
    """What is known only with the handler's own arguments."""

    @pytest.mark.parametrize(
        ("declared", "expected"),
        [
            ("v1", ETag("v1")),
            ('"v1"', ETag("v1")),
            ('W/"v1"', ETag("v1", weak=True)),
            ('""', ETag("")),
            (ETag("v1", weak=True), ETag("v1", weak=True)),
            ("a,b", ETag("a,b")),
        ],
    )
    def test_a_tag_may_be_written_in_any_of_its_forms(
        self, declared: str | ETag, expected: ETag, carried: list[Validators]
    ) -> None:
        """With and without its quotes, and as a value."""
        rules(etag=declared)(lambda: None)()
        rules(etag=lambda: declared)(lambda: None)()
        assert [expected, expected] == [each.etag for each in carried]

    def test_functions_get_the_handlers_own_arguments(self, carried: list[Validators]) -> None:
        """And are asked before the handler's body."""

        @rules(
            etag=lambda name, number: f"{name}-{number}", last_modified=lambda name, number: number + 0.5, protect=True
        )
        def handler(name: str, number: int) -> str:
            return f"{len(carried)}: {name}"

        assert "1: a" == handler("a", number=7)
        found = rules_of(handler)
        assert found is not None
        expected = Validators(
            exists=True, etag=ETag("a-7"), last_modified=7, protect=True, fields=None, route=found.route
        )
        assert [expected] == carried

    def test_an_asynchronous_handler_may_wait_for_its_validators(self, carried: list[Validators]) -> None:
        """A look into a database, for example; both kinds of functions will do."""

        async def tag(name: str) -> str:
            await asyncio.sleep(0)
            return f"tag-{name}"

        @rules(etag=tag, last_modified=lambda name: 5)
        async def handler(name: str) -> str:
            return f"{len(carried)}: {name}"

        @rules(etag="v1")
        async def plain() -> str:
            return "plain"

        assert "1: a" == asyncio.run(handler("a"))
        assert "plain" == asyncio.run(plain())
        assert [(ETag("tag-a"), 5), (ETag("v1"), None)] == [(each.etag, each.last_modified) for each in carried]

    @pytest.mark.parametrize(
        ("declared", "exists"),
        [
            ({}, None),
            ({"etag": lambda: None}, False),
            ({"last_modified": lambda: None}, False),
            ({"etag": lambda: None, "last_modified": lambda: 5}, True),
            ({"etag": lambda: None, "last_modified": lambda: None}, False),
            ({"etag": lambda: "v1", "last_modified": lambda: None}, True),
        ],
    )
    def test_whether_there_is_a_representation_follows(
        self, declared: dict[str, Any], exists: bool | None, carried: list[Validators]
    ) -> None:
        """Nothing declared says nothing; everything declared saying None means that there is none yet."""
        rules(**declared)(lambda: None)()
        assert [exists] == [each.exists for each in carried]

    def test_what_the_carrier_raises_answers_instead_of_the_handler(self) -> None:
        """Its body never runs."""
        ran = []

        def carrier(_validators: Validators) -> None:
            raise PreconditionFailed

        token = CARRIER.set(carrier)
        with pytest.raises(PreconditionFailed):
            rules(etag="v1")(lambda: ran.append(1))()
        CARRIER.reset(token)
        assert [] == ran

    def test_a_function_that_returns_nonsense_is_a_misuse(self, carried: list[Validators]) -> None:
        """At the request that shows it."""
        with pytest.raises(MisuseError, match="is no entity tag"):
            rules(etag=lambda: 7)(lambda: None)()
        with pytest.raises(MisuseError, match="is no moment"):
            rules(last_modified=lambda: "now")(lambda: None)()
        assert [] == carried


class TestWithoutDriver:
    """Nobody is there to decide."""

    def test_the_handler_runs_and_one_warning_says_so(self, caplog: pytest.LogCaptureFixture) -> None:
        """Once and not at each request; the validators are not even asked."""
        module._warn_once.cache_clear()
        asked = []

        @rules(etag=lambda: asked.append(1))
        def handler() -> str:
            return "ran"

        @rules(etag="v1")
        async def other() -> str:
            return "ran too"

        with caplog.at_level(logging.WARNING, "hardtack.status"):
            assert ["ran", "ran"] == [handler(), handler()]
            assert "ran too" == asyncio.run(other())
        assert ["rules-without-driver"] == [vars(record)["event"] for record in caplog.records]
        assert [] == asked
