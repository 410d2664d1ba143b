"""Limits as data, what is answered past each, and what becomes of an error that a handler lets escape."""

from __future__ import annotations

import errno
import socket
import sqlite3
from contextvars import copy_context
from pathlib import Path

import pytest

from hardtack.errors import MisuseError, Refused
from hardtack.status import NotFound
from hardtack.status.limits import (
    FAILURES,
    PAST,
    UPSTREAM,
    Limits,
    UpstreamFailed,
    WaitedForUpstream,
    failure,
    past,
    shed,
    short_of,
    waiting_for_upstream,
)
from hardtack.status.trace import Step


class TestLimits:
    """What can be a limit."""

    @pytest.mark.parametrize("name", ["piece_seconds", "body_seconds", "handler_seconds", "in_flight"])
    @pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf")])
    def test_under_which_nothing_could_be_answered_is_a_misuse(self, name: str, value: float) -> None:
        """None is how to write no limit."""
        with pytest.raises(MisuseError, match=f"{name}: .* cannot be a limit"):
            Limits(**{name: value})  # type: ignore[arg-type]  # the name is one of a number
        assert getattr(Limits(**{name: None}), name) is None  # type: ignore[arg-type]  # likewise

    @pytest.mark.parametrize("name", ["max_body", "temporary_limit", "retry_after", "maintenance_seconds"])
    def test_a_negative_one_is_a_misuse(self, name: str) -> None:
        """Zero is not."""
        with pytest.raises(MisuseError, match=f"{name}: -1 cannot be"):
            Limits(**{name: -1})  # type: ignore[arg-type]  # the name is one of a number
        assert 0 == getattr(Limits(**{name: 0}), name)  # type: ignore[arg-type]  # likewise


class TestPast:
    """What is answered past each limit."""

    @pytest.mark.parametrize(
        ("limit", "status", "reason", "retry_after", "closes"),
        [
            ("maintenance", 503, "maintenance", 600, False),
            ("in_flight", 503, "overloaded", 7, False),
            ("max_body", 413, "content-over-limit", 60, True),
            ("piece_seconds", 408, "content-stalled", None, True),
            ("body_seconds", 408, "content-too-slow", None, True),
            ("handler_seconds", 503, "handler-over-deadline", 7, False),
            ("upstream_seconds", 504, "upstream-over-deadline", None, False),
        ],
    )
    def test_each_limit_has_its_answer(
        self, limit: str, status: int, reason: str, retry_after: int | None, closes: bool
    ) -> None:
        """With Retry-After where we know, and the connection ended where content may still be on its way."""
        refused = past(limit, Limits(retry_after=7, maintenance_seconds=600, temporary_limit=60, max_body=1024))
        assert (status, reason, retry_after) == (refused.status, refused.reason, refused.retry_after)
        assert closes == (("Connection", "close") in refused.headers)

    def test_every_row_announces_the_code_that_it_answers_with(self) -> None:
        """The docs are made from the rows."""
        assert [row.status for row in PAST] == [row.answer(Limits()).status for row in PAST]

    def test_content_over_the_limit_is_told_the_limit(self) -> None:
        """In words, in both languages."""
        refused = past("max_body", Limits(max_body=1024))
        assert "1 KB" in str(refused.detail_in("en"))
        assert "1 KB" in str(refused.detail_in("zh"))

    def test_each_limit_can_be_noted(self) -> None:
        """By what is not so any more, and which limit it was."""
        steps: list[Step] = []
        for row in PAST:
            past(row.limit, Limits(), trace=steps)
        assert [
            "is-not-too-busy=maintenance",
            "is-not-too-busy=in-flight",
            "content-is-within-limit=content-over-limit",
            "content-comes-in-time=piece-seconds",
            "content-comes-in-time=body-seconds",
            "answer-begins-in-time=handler-seconds",
            "answer-begins-in-time=upstream-seconds",
        ] == [f"{each.rule}={each.outcome}" for each in steps]
        assert [row.reference for row in PAST] == [each.reference for each in steps]

    def test_another_name_is_a_misuse(self) -> None:
        """The names are listed."""
        with pytest.raises(MisuseError, match="'speed' is no limit\nthere are maintenance, in_flight"):
            past("speed", Limits())


class TestShed:
    """What turns a request away before it costs anything."""

    def test_a_free_place_is_given(self) -> None:
        """Without a limit there is always one."""
        assert shed(Limits(), 10**6) is None
        assert shed(Limits(in_flight=2), 1) is None

    def test_without_a_free_place_the_server_is_overloaded(self) -> None:
        """503 with Retry-After."""
        refused = shed(Limits(in_flight=2), 2)
        assert refused is not None
        assert (503, "overloaded", 5) == (refused.status, refused.reason, refused.retry_after)

    def test_under_maintenance_there_is_none(self) -> None:
        """By the limits, or by a switch that is asked for each request."""
        closed, opened = Limits(maintenance=True), Limits()
        found = [shed(closed, 0), shed(opened, 0, maintenance=True), shed(closed, 0, maintenance=False)]
        assert ["maintenance", "maintenance", None] == [each and each.reason for each in found]

    def test_what_was_found_can_be_noted(self) -> None:
        """Whether there was a place."""
        steps: list[Step] = []
        shed(Limits(in_flight=1), 0, trace=steps)
        shed(Limits(in_flight=1), 1, trace=steps)
        assert [("is-not-too-busy", ""), ("is-not-too-busy", "in-flight")] == [(each[1], each[3]) for each in steps]
        shed(Limits(), 0, maintenance=True, trace=steps)
        assert ("driver", "is-not-too-busy", "RFC 9110 §15.6.4", "maintenance") == steps[-1]


class TestFailure:
    """What a handler let escape."""

    def test_a_refusal_is_the_answer(self) -> None:
        """Also where a task group has wrapped it."""
        refused = NotFound()
        assert failure(refused, "1") is refused
        wrapped = BaseExceptionGroup("outer", [ExceptionGroup("inner", [refused])])
        assert failure(wrapped, "1") is refused

    @pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
    def test_a_full_disk_is_507(self, number: int) -> None:
        """By itself, or as the cause of what a library raised."""
        error = OSError(number, "full")
        wrapped = RuntimeError("could not save")
        wrapped.__cause__ = error
        found = [failure(each, "1") for each in (error, wrapped, ExceptionGroup("one", [wrapped]))]
        assert [(507, "storage-full")] * 3 == [(each.status, each.reason) for each in found]

    def test_a_full_disk_under_sqlite_is_507_too(self, tmp_path: Path) -> None:
        """It has a code of its own for it."""
        connection = sqlite3.connect(tmp_path / "small")
        connection.execute("pragma max_page_count = 2")
        connection.execute("create table t (x)")
        with pytest.raises(sqlite3.OperationalError) as caught:
            connection.execute("insert into t values (zeroblob(100000))")
        connection.close()
        assert 507 == failure(caught.value, "1").status

    def test_a_full_disk_under_postgresql_is_507_too(self) -> None:
        """So is what was raised because of it."""
        from psycopg.errors import DiskFull, OutOfMemory

        wrapped = RuntimeError()
        wrapped.__cause__ = DiskFull()
        assert [507, 507, 500] == [failure(each, "1").status for each in (DiskFull(), wrapped, OutOfMemory())]

    def test_a_time_out_of_unknown_origin_is_503(self) -> None:
        """It may be gone in a moment."""
        refused = failure(TimeoutError(), "1", Limits(retry_after=9))
        assert (503, "handler-timed-out", 9) == (refused.status, refused.reason, refused.retry_after)
        assert 5 == failure(TimeoutError(), "1").retry_after

    @pytest.mark.parametrize("error", [ValueError("secret"), OSError(errno.ENOENT, "secret"), KeyboardInterrupt()])
    def test_anything_else_is_500_with_the_incident(self, error: BaseException) -> None:
        """In both languages and for programs, and nothing of the error itself."""
        refused = failure(error, "4711ab")
        assert (500, "unhandled-error") == (refused.status, refused.reason)
        assert {"incident": "4711ab"} == refused.extensions
        for language in ("en", "zh"):
            assert "4711ab" in str(refused.detail_in(language))
            assert "secret" not in str(refused.detail_in(language))

    def test_several_errors_at_once_are_500(self) -> None:
        """Nobody knows which of them to answer."""
        assert 500 == failure(ExceptionGroup("two", [NotFound(), NotFound()]), "1").status

    def test_a_circle_of_causes_ends(self) -> None:
        """An error can be made its own cause."""
        error = ValueError()
        error.__cause__ = error
        assert 500 == failure(error, "1").status

    def test_the_reasons_are_those_that_are_documented(self) -> None:
        """With the codes that they come with."""
        errors: list[BaseException] = [
            OSError(errno.ENOSPC, ""),
            UpstreamFailed(reason="upstream-failed"),
            WaitedForUpstream(reason="upstream-timed-out"),
            TimeoutError(),
            ValueError(),
        ]
        steps: list[Step] = []
        found = [failure(error, "1", trace=steps) for error in errors]
        assert [(each.reason, each.status) for each in found] == [(name, row[0]) for name, row in FAILURES.items()]
        assert [("handler", "fails", row[1], name) for name, row in FAILURES.items()] == steps

    def test_a_refusal_is_noted_as_what_was_raised(self) -> None:
        """By its reason, or by the kind of error that it is."""
        steps: list[Step] = []
        failure(NotFound(), "1", trace=steps)
        failure(NotFound(reason="no-such-thing"), "1", trace=steps)
        assert [("raises", "not-found"), ("raises", "no-such-thing")] == [(each.rule, each.outcome) for each in steps]


class TestUpstream:
    """A handler says that it waits for another server."""

    def test_a_time_out_inside_is_504(self) -> None:
        """Raised as what answers it."""
        with pytest.raises(WaitedForUpstream) as caught, waiting_for_upstream():
            raise TimeoutError
        refused: Refused = failure(caught.value, "1")
        assert (504, "upstream-timed-out") == (refused.status, refused.reason)

    def test_a_connection_that_fails_inside_is_502(self) -> None:
        """Nobody is there, or breaks off in the middle."""
        with socket.socket() as bound:
            bound.bind(("127.0.0.1", 0))  # and does not listen
            with pytest.raises(UpstreamFailed) as caught, waiting_for_upstream():
                socket.create_connection(bound.getsockname())
        refused: Refused = failure(caught.value, "1")
        assert (502, "upstream-failed") == (refused.status, refused.reason)

    @pytest.mark.parametrize(
        ("origin", "expected"), [(TimeoutError(), WaitedForUpstream), (ConnectionResetError(), UpstreamFailed)]
    )
    def test_what_a_client_has_wrapped_is_found(self, origin: Exception, expected: type[Refused]) -> None:
        """HTTP clients raise errors of their own, some with the cause and some without saying it."""
        with pytest.raises(expected), waiting_for_upstream():
            raise RuntimeError("of a client") from origin

        def unsaid() -> None:
            try:
                raise origin
            except OSError:
                raise RuntimeError("of a client")  # noqa: B904 - as some clients do

        with pytest.raises(expected), waiting_for_upstream():
            unsaid()

    def test_another_error_inside_is_left_alone(self) -> None:
        """It is not about another server; nor is what was being handled before."""
        with pytest.raises(KeyError), waiting_for_upstream():
            raise KeyError
        with pytest.raises(NotFound), waiting_for_upstream():
            raise NotFound from TimeoutError()

        def afterwards() -> None:
            try:
                raise TimeoutError
            except TimeoutError:
                with waiting_for_upstream():
                    raise KeyError  # noqa: B904 - what is shown

        with pytest.raises(KeyError):
            afterwards()

    def test_a_driver_can_see_whether_it_waits(self) -> None:
        """While it does, also one in the other, and not after it, whatever happens."""

        def handler() -> None:
            waiting: list[object] = []
            UPSTREAM.set(waiting)
            with waiting_for_upstream():
                assert 1 == len(waiting)
                with waiting_for_upstream():
                    assert 2 == len(waiting)
                with pytest.raises(WaitedForUpstream), waiting_for_upstream():
                    raise TimeoutError
                assert 1 == len(waiting)
            assert [] == waiting

        copy_context().run(handler)


@pytest.mark.parametrize(
    ("error", "found"),
    [
        (OSError(errno.EMFILE, "Too many open files"), "short-of-files"),
        (OSError(errno.ENFILE, "Too many open files in system"), "short-of-files"),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), "short-of-memory"),
        (MemoryError(), "short-of-memory"),
        (RuntimeError("can't start new thread"), "short-of-threads"),
        (RuntimeError("something else"), None),
        (OSError(errno.ENOENT, "No such file or directory"), None),
    ],
)
def test_what_a_machine_has_too_little_of_is_told_from_a_fault(error: Exception, found: str | None) -> None:
    """Also where the error that it comes from was caught and another one raised."""
    outer = ValueError()
    outer.__cause__ = error
    assert [found, found] == [short_of(each) for each in (error, outer)]
