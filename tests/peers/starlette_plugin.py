"""A pytest plugin for Starlette's own tests: they run with Starlette's session, or with ours in its place.

``HARDTACK_PEER`` says which. With ours, both names under which a test can reach Starlette's session are ours before
Starlette's tests are imported, and Starlette's own middleware raises if anything still reaches it, so that no test can
pass by the wrong one.
"""

from __future__ import annotations

import os
from typing import Any

import starlette.middleware.sessions as theirs

from hardtack.adapters.starlette import Session, SessionMiddleware


def _forbidden(*args: Any, **kwargs: Any) -> Any:
    raise AssertionError("a test has reached Starlette's own session")


if os.environ["HARDTACK_PEER"] == "hardtack":
    for theirs_class in (theirs.SessionMiddleware, theirs.Session):
        theirs_class.__init__ = _forbidden  # type: ignore[method-assign]  # meant
    vars(theirs).update(SessionMiddleware=SessionMiddleware, Session=Session)
