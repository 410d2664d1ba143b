"""No page, no form and nothing that runs beside them reads a whole table: an index leads to every row.

Everything is asked for once, and the database says of each statement how it would carry it out. So a page of a million
accounts, events or sign-ins costs what one of ten costs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from hardtack.login.carriers import Folder
from hardtack.login.postman import Duty
from hardtack.site.routes import ROUTES
from hardtack.store import Database
from tests.plans import some, steps
from tests.site.conftest import FORM, MakeWorld
from tests.site.test_bad_input import AS_IT_IS, FORMS, MAIL, AForm, content, world_of
from tests.site.test_failing_store import filled_in

SMALL = frozenset(
    {
        "feed",
        "revoked_key",
        "welcome",
        "schema_version",
        "sqlite_master",
        "CONSTANT",
        "(subquery-1)",
        "anon_1",
        "counted",
    }
)
"""Of one row, or of as many as there are stolen keys; what a limit has cut; one row for each number of the overview."""

COUNTED = re.compile(r"SELECT (\(SELECT )?count\(\*\)")
"""What counts a whole table does so in its smallest index, and only tables with a cap."""

EVERYBODY = "UPDATE account SET epoch="
"""Ending every sign-in of everybody is work on every account."""

FEW = re.compile(
    r"FROM (account|signed_in|invitation)\b.*\sWHERE .*(canonical|account_id|invited_by) = (\?|%)"
    r"|FROM access_token\b.*\sWHERE .*account_id = %",
    re.DOTALL,
)
"""Of one account, or of one address and one name: few enough to be put into an order.

Tokens are in their order in SQLite's index, which ends with the number of the row.
"""


@contextmanager
def explained(database: Database) -> Iterator[dict[str, list[str]]]:
    """Give what the database says of every statement that is sent meanwhile."""
    plans: dict[str, list[str]] = {}

    def explain(connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        if statement.split(maxsplit=1)[0] in ("SELECT", "INSERT", "UPDATE", "DELETE"):
            plans[statement] = steps(connection, statement, parameters[0] if many else parameters)

    with database.write() as connection:
        some(connection)
    event.listen(database._engine, "before_cursor_execute", explain)
    yield plans
    event.remove(database._engine, "before_cursor_execute", explain)


def slow(plans: dict[str, list[str]]) -> list[tuple[str, str]]:
    """Return the statements that read a whole table or put one into an order, and how they do."""
    found = []
    for statement, its_steps in plans.items():
        if COUNTED.match(statement) or statement.startswith(EVERYBODY):
            continue
        for step in its_steps:
            words = step.split()
            ends_early = "LIMIT" in statement and "USING INDEX" in step
            scans = words[0] == "SCAN" and words[1] not in SMALL and not ends_early
            sorts = "TEMP B-TREE FOR ORDER BY" in step and not FEW.search(statement)
            if scans or sorts:
                found.append((statement, step))
    return found


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.path}-{'-'.join(form.fields) or 'code'}")
def test_an_index_leads_to_whatever_a_form_needs(make_world: MakeWorld, form: AForm) -> None:
    """Filled in rightly, so that all that it does is done."""
    world, browser, fields = world_of(make_world, form)
    right = filled_in(form, fields)
    body = content(right, next(iter(right)), AS_IT_IS, "form") if right else b""
    with explained(world.accounts._database) as plans:
        browser.ask("POST", form.path, body=body or b"", headers={"content-type": FORM})
    assert [] == slow(plans)


def test_an_index_leads_to_whatever_a_page_shows(make_world: MakeWorld, tmp_path: Path) -> None:
    """Every page of the table of addresses, and what runs every few seconds, every minute and every hour."""
    world, browser, _ = world_of(make_world, AForm("/admin", member=True, settings=MAIL))
    folder = Folder(tmp_path / "out")
    duty = Duty(folder, lambda *_order, **_more: pytest.fail("nobody is meant"), clock=world.clock)
    assert 202 == browser.json("POST", "/forgot", {"email": "nobody@example.org"}).status
    with explained(world.accounts._database) as plans:
        for path, route in ROUTES.items():
            if "GET" in route.pages:
                browser.get(path)
        browser.get("/admin/account?id=1")
        for query in ("account=owner", "event=sign-in", "account=%231&event=sign-in", "since=2020-01-01"):
            browser.get(f"/admin/audit?{query}")
        for query in ("search=o", "search=o%40e", "after=a"):
            browser.get(f"/admin/accounts?{query}")
        world.accounts.prune(int(world.clock.now))
        world.accounts.sign_ins.last_use.write()
        world.accounts.postman.state()
        world.accounts.postman.carry_one(duty)
    assert [] == slow(plans)
