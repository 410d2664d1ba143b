"""The installation that has grown: it is whole, everything is asked of it, and the pages say what was found."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bench.growth import engines, fill, report, results, rows, timing, works
from bench.growth.__main__ import _PARTS, QUICK, Plan, run
from hardtack.login import Accounts
from hardtack.seal import Keyring
from hardtack.store import Database, audit, schema
from hardtack.store.compared import differences
from tests import postgres
from tests.store.plans import plans_of

ROOT = Path(__file__).parents[2]
NOW = 1_800_000_000
FEW = 24
"""People who take turns, of whom each costs a hash before anything is measured."""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> results.Results:
    """A run over two thousand accounts, with a real service that is started twice; one round, after one to warm up."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(timing, "WARM", 1)
        patched.setattr(works, "PEOPLE", FEW)
        return run(replace(QUICK, rounds=1), tmp_path_factory.mktemp("growth"), engines.SQLite())


def test_a_filled_database_is_one_of_ours_and_whole(tmp_path: Path) -> None:
    """Every row belongs to one that is there, every index is, and the next account has a number of its own."""
    url, keyring = f"sqlite:///{tmp_path}/hardtack.db", Keyring.generate()
    said: list[str] = []
    size = rows.Size(500, 2_000, 300)

    fill.make(url, size, now=NOW, keyring=keyring, password_hash="x", tell=said.append)

    with Accounts.connect(url, keyring=keyring) as accounts:
        accounts._database.check()
        with accounts._database.read() as connection:
            assert [] == connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            assert "ok" == connection.exec_driver_sql("PRAGMA integrity_check").scalar()
            assert "wal" == connection.exec_driver_sql("PRAGMA journal_mode").scalar()
            indexes = {
                row[0] for row in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type='index'")
            }
            number = {
                table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in (schema.account, schema.audit, schema.revocation)
            }
        accounts.revocations.refresh()
        made = accounts.add("new", "correct horse battery staple", now=NOW)
        assert (501, 300) == (made.id, len(accounts.revocations))
    assert {"account": 500, "audit": 2_000, "revocation": 300} == number
    assert {str(index.name) for table in schema.metadata.tables.values() for index in table.indexes} <= indexes
    assert any("audit: 2,000 of 2,000" in each for each in said)


def test_rows_go_in_by_sqlalchemy_alone_where_an_engine_has_no_quick_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same rows in another way."""
    monkeypatch.setattr(fill, "_begin", lambda _connection: fill._by_engine)
    url = f"sqlite:///{tmp_path}/hardtack.db"

    fill.make(url, rows.Size(50, 100, 20), now=NOW, keyring=Keyring.generate(), password_hash="x")

    database = Database.connect(url)
    with database.read() as connection:
        assert 100 == connection.execute(select(func.count()).select_from(schema.audit)).scalar_one()
    database.close()


def test_everything_is_asked_and_compared(found: results.Results) -> None:
    """Two of it have a target: to sign in, and the page of administration."""
    assert [each.name for each in works.works()] == [each.work for each in found.grown]
    assert {"sign-in": 1.2, "admin": 1.2} == {each.work: each.reach for each in found.grown if each.reach}
    assert all(min(each.waited) > 0 for each in found.grown)
    assert ["empty", "many"] == [each.place for each in found.starts]
    assert {each.name for each in found.tasks} == set(report._TASKS) - {"parts", "month, by rows", "month, as a part"}


def test_everything_runs_on_postgresql_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the same rows, by COPY; and the trail is given parts at the end."""
    server = engines.PostgreSQL(postgres.server().url("postgres", postgres.SUPERUSER))
    monkeypatch.setattr(timing, "WARM", 0)
    monkeypatch.setattr(works, "PEOPLE", FEW)
    # Started it is in the tests of the service.
    plan = Plan(rows.Size(500, 3_000, 300), rows.Size(100, 500, 50), 1, 0)

    found = run(plan, tmp_path, server)

    assert found.engine.startswith("PostgreSQL ")
    assert [each.name for each in works.works()] == [each.work for each in found.grown]
    assert list(report._TASKS) == [each.name for each in found.tasks]
    assert found.mebibytes > 5
    for name in ("empty", "page", "many"):
        server.remove(tmp_path / name)


def test_the_trail_can_have_parts_as_the_page_says(engine_url: str) -> None:
    """Nothing is lost, nothing is amiss, each event goes into its month, and what deletes looks into one part."""
    assert "growth.md" == engines.PAGE.name
    now = int(time.time())
    fill.fill(engine_url, rows.Size(50, 3_000, 20), now=now, keyring=Keyring.generate(), password_hash="x")

    engines.run(engine_url, engines.statements("BEGIN;"))
    for _ in range(2):
        engines.run(engine_url, engines.statements("DO $$"))

    parts = engines.run(engine_url, _PARTS).split()
    assert len(parts) in (14, 15)
    assert "audit_rest" == parts[-1]
    with closing(Database.connect(engine_url)) as database:
        with database.read() as connection:
            assert () == differences(connection)
            assert 3_000 == connection.execute(select(func.count()).select_from(schema.audit)).scalar_one()
        with database.write() as connection:
            audit.write(connection, audit.Event(event="sign-in", at=now, account_id=1))
        with database.read() as connection, plans_of(connection) as plans:
            ((position, _),) = audit.page(connection, event="sign-in", account_id=1, limit=1)
            audit.newest_of_accounts(connection, "sign-in", limit=100)
        assert (now, 3_001) == position
        assert not any(re.fullmatch(r"SCAN audit\w*", step) for steps in plans.values() for step in steps)

        oldest, next_one = parts[:2]
        month = engines.statements("SET lock_timeout").replace("audit_2025_10", oldest)
        whole = int(engines.run(engine_url, f"SELECT count(*) FROM {oldest}"))  # noqa: S608 - a table of ours
        engines.run(engine_url, month)
        about = f"SELECT {{}} FROM {next_one}"  # noqa: S608 - a table of ours
        left, end = (int(engines.run(engine_url, about.format(each))) for each in ("count(*)", "max(at)"))
        with database.write() as connection, plans_of(connection) as plans:
            assert left == audit.prune(connection, end + 1, age=0, batch=1000)
        (steps,) = (steps for statement, steps in plans.items() if statement.startswith("DELETE"))
        assert {f"DELETE {next_one}"} == {step for step in steps if step.startswith("DELETE audit_")}
        with database.read() as connection:
            number = connection.execute(select(func.count()).select_from(schema.audit)).scalar_one()
    assert 3_001 == number + whole + left


@pytest.fixture
def engine_url() -> Iterator[str]:
    """A migrated database of a real PostgreSQL."""
    with postgres.database() as url:
        yield url


def test_what_was_found_can_be_written_read_and_laid_out(found: results.Results, tmp_path: Path) -> None:
    """In both languages, each figure in its place."""
    results.write(found, tmp_path / "results.json")
    assert found == results.read(tmp_path / "results.json")
    assert len(report.text(found).splitlines()) > len(found.grown)
    for language in ("en", "zh"):
        for lay_out in report.LAID_OUT.values():
            table = lay_out(found, language)
            assert {len(table.header)} == {len(row) for row in table.rows}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_pages_say_what_the_last_saved_run_found(language: str) -> None:
    """To the character: nobody writes a figure by hand."""
    source = report.PAGES[language].read_text("utf-8")
    assert source == report.page(source, results.read_all(), language)
    assert sorted(report.TABLES) == sorted(each["name"] for each in report._MARKED.finditer(source))


def test_the_command_prints_the_last_saved_run() -> None:
    """And saves no quick one."""
    command = [sys.executable, "-m", "bench.growth"]
    read = subprocess.run([*command, "--read"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (0, "", report.text(results.read())) == (read.returncode, read.stderr, read.stdout)
    saved = subprocess.run([*command, "--quick", "--save"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (2, True) == (saved.returncode, "not saved" in saved.stderr)
