"""The lint as a pytest fixture, ``status_lint``: a test fails if its application misuses a status code.

pytest finds this module by its entry point in every run where Hardtack is installed, so it imports nothing but pytest
and does nothing until a test asks for the fixture. The test itself fails, with every finding and its section; one that
has failed by itself keeps its own error, with the findings below it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, TypeVar

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from hardtack.adapters import linting
    from hardtack.status.lint import Exchange, Finding

App = TypeVar("App")


class StatusLint:
    """What the fixture is: called with an application or a test client, it looks at whatever that answers."""

    def __init__(self) -> None:
        self.findings: list[tuple[Exchange, Finding]] = []
        """What was found so far, with the exchange that it was found in; a test may take out what it expects."""
        self._judges: list[linting.Judge] = []
        self._undo: list[Callable[[], None]] = []
        self._warnings = False

    def __call__(self, app: App, *, warnings: bool = False, ignore: Collection[str] = ()) -> App:
        """Return *app* with the lint around it; a client and a Flask application are the same objects as before.

        Args:
            app: an ASGI or WSGI application, or a test client of Flask, Werkzeug, Starlette, FastAPI, Django or httpx.
            warnings: whether warnings fail the test as well.
            ignore: names of rules that do not count.

        Raises:
            MisuseError: it is nothing that can be looked at, or there is no rule of that name.
        """
        from hardtack.adapters import lint_clients, linting  # noqa: PLC0415 - only a test that asks for it pays for it

        self._warnings = self._warnings or warnings
        judge = linting.Judge(
            collect=lambda exchange, finding: self.findings.append((exchange, finding)), ignore=ignore
        )
        self._judges.append(judge)
        around, undo = lint_clients.around(app, judge)
        self._undo.append(undo)
        wrapped: App = around
        return wrapped

    def told(self) -> str:
        """Return what fails the test, for a person; ``""`` if nothing does."""
        for judge in self._judges:
            judge.finish()
        return "\n".join(
            f"{finding.level}: {exchange.request.method} {exchange.request.path} → {finding.status}: "
            f"{finding.text['en']} [{finding.rule}, {finding.reference}]"
            for exchange, finding in self.findings
            if self._warnings or finding.level == "error"
        )

    def undo(self) -> None:
        """Take the lint away again from what was changed in place."""
        while self._undo:
            self._undo.pop()()


_KEY = pytest.StashKey[StatusLint]()


@pytest.fixture
def status_lint(request: pytest.FixtureRequest) -> Iterator[StatusLint]:
    """Give what looks at an application's answers in this test, and lets misuse fail it."""
    found = StatusLint()
    request.node.stash[_KEY] = found
    yield found
    found.undo()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Let the test fail by what was found in it."""
    lint = item.stash.get(_KEY, None)
    try:
        result = yield
    except BaseException:
        if lint is not None and (told := lint.told()):
            item.add_report_section("call", "status_lint", told)
        raise
    if lint is not None and (told := lint.told()):
        pytest.fail(f"status codes are misused:\n{told}", pytrace=False)
    return result
