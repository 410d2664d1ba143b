"""What a database's URL may say, and that it is never repeated."""

from __future__ import annotations

import builtins
from typing import Any

import pytest

from hardtack.errors import MisuseError
from hardtack.store import Database
from hardtack.store.url import WRITE_SERVER, File, Server, path_of, place_of

NONE: dict[str, str] = {}


def server(url: str, **environ: str) -> Server:
    """Return the server that a URL names."""
    place = place_of(url, environ)
    assert isinstance(place, Server)
    return place


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql://ada@localhost/hardtack", "hardtack at localhost"),
        ("postgres://ada:secret@127.0.0.1:5433/hardtack", "hardtack at 127.0.0.1:5433"),
        ("postgresql+psycopg://[::1]/hardtack", "hardtack at ::1"),
        ("postgresql:///hardtack", "hardtack"),
        ("postgresql://ada@/hardtack?host=/run/postgresql&port=5433", "hardtack at /run/postgresql"),
        ("postgresql://%2Frun%2Fpostgresql/hardtack", "hardtack at /run/postgresql"),
        ("postgresql:///hardtack?hostaddr=127.0.0.1", "hardtack at 127.0.0.1"),
        ("postgresql://ada:secret@db/hardtack?sslmode=verify-full", "hardtack at db"),
        ("postgresql://a:5432,b:5433/hardtack?sslmode=disable&target_session_attrs=read-write", "hardtack at a,b"),
        ("postgresql:///?service=hardtack", "hardtack"),
    ],
)
def test_how_a_server_is_named(url: str, says: str) -> None:
    """By database and host, without user and password."""
    assert says == server(url).says
    assert "secret" not in repr(server(url))


def test_what_the_url_leaves_out_is_added_and_what_it_says_stays() -> None:
    """Nobody waits for ever for a machine that is gone."""
    usual = server("postgresql://localhost/hardtack").conninfo
    assert {"connect_timeout=5", "keepalives_idle=10", "tcp_user_timeout=10000"} <= set(usual.split())
    assert "application_name=hardtack" in usual
    chosen = server("postgresql://localhost/hardtack?connect_timeout=1&application_name=shop").conninfo
    assert ("connect_timeout=1" in chosen, "application_name=shop" in chosen) == (True, True)
    assert ("connect_timeout=5" in chosen, "application_name=hardtack" in chosen) == (False, False)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("postgresql://ada:secret@db:port/x?sslmode=require", "the database's URL cannot be read"),
        ("postgresql://localhost/x?no_such_option=secret", "the database's URL cannot be read"),
        ("postgresql://ada:secret@localhost/%zz", "the database's URL cannot be read"),
        ("postgresql://ada:secret@localhost", "the database's URL names no database"),
        (
            "postgresql+asyncpg://ada:secret@localhost/x",
            "there is no support for databases of the kind 'postgresql+asyncpg'",
        ),
    ],
)
def test_a_server_that_cannot_be_used(url: str, problem: str) -> None:
    """One line and a hint, and no word of what it holds."""
    with pytest.raises(MisuseError) as caught:
        place_of(url, NONE)
    assert (problem, WRITE_SERVER) == (caught.value.problem, caught.value.hint)


@pytest.mark.parametrize("place", ["db.example/x", "192.0.2.7/x", "127.0.0.1,192.0.2.7/x", "/x?hostaddr=192.0.2.7"])
def test_the_way_to_another_machine_is_said_to_be_protected_or_not(place: str) -> None:
    """What libpq does by itself whoever stands in between decides; the environment may say it, too."""
    url = f"postgresql://ada:secret@{place}"
    with pytest.raises(MisuseError, match="does not say how the way to another machine is protected") as caught:
        place_of(url, NONE)
    assert "secret" not in f"{caught.value.problem}{caught.value.hint}"
    more = "&" if "?" in url else "?"
    assert isinstance(place_of(f"{url}{more}sslmode=verify-full", NONE), Server)
    assert isinstance(place_of(url, {"PGSSLMODE": "verify-full"}), Server)


def test_the_host_may_come_from_the_environment() -> None:
    """Where libpq looks for it."""
    with pytest.raises(MisuseError, match="protected"):
        place_of("postgresql:///x", {"PGHOST": "db.example"})
    assert "x at /run/postgresql" == server("postgresql:///x", PGHOST="/run/postgresql").says


def test_what_only_a_file_can_be_asked() -> None:
    """A server has no path."""
    assert (File("a b.db"), "a b.db") == (place_of("sqlite:///a%20b.db"), path_of("sqlite:///a%20b.db"))
    with pytest.raises(MisuseError, match="no file"):
        path_of("postgresql:///hardtack")


def test_without_the_driver_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """And a SQLite file can be opened all the same."""
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.partition(".")[0] == "psycopg":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MisuseError, match="driver for PostgreSQL is not installed") as caught:
        Database.connect("postgresql:///hardtack")
    assert "pip install 'hardtack[postgres]'" == caught.value.hint
    assert "x.db" == path_of("sqlite:///x.db")
