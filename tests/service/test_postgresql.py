"""The whole service on a PostgreSQL: two nodes of two workers, whose people and sign-outs are the same."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import postgres
from tests.conftest import LOADED, Service, starting
from tests.service.test_operating import Operator
from tests.service.test_serve import PASSWORD, post_json

PATIENCE = 60


@dataclass
class Node:
    """One node, seen as a proxy shows it: both have the same host.

    Args:
        service: the node.
        host: of both.
    """

    service: Service
    host: str

    def post(self, path: str, body: dict[str, str], cookie: str = "", expected: int = 200) -> str:
        """Send JSON; return the cookie that signs in."""
        origin = f"http://{self.host}"
        status, kept, text = post_json(self.service, path, body, cookie, Host=self.host, Origin=origin)
        assert expected == status, text
        return kept

    def status(self, cookie: str) -> int:
        """Return the status of the account page for a script with *cookie*."""
        headers = {"Host": self.host, "Cookie": cookie, "Accept": "application/json"}
        return self.service.ask("GET", "/account", headers=headers)[0]

    def statuses(self, cookie: str) -> set[int]:
        """Return what all workers say about *cookie*, each asked several times, over connections of their own."""
        return {self.status(cookie) for _ in range(12)}


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Node, Node]]:
    """Start two nodes that share a database, the keys and nothing else, and give the first an administrator."""
    place = tmp_path_factory.mktemp("nodes")
    options = ("--workers", "2", "--admin-listen", "0")
    with postgres.database(migrated=False) as url, starting(place, parent=LOADED) as start:
        first = start(*options, "--database", url, data=place / "first", nothing_there=True)
        host = f"localhost:{first.port}"
        code = first.welcome_link.partition("code=")[2]
        Node(first, host).post("/welcome", {"code": code, "username": "chief", "password": PASSWORD}, expected=201)
        (place / "second").mkdir(mode=0o700)
        shutil.copy(place / "first" / "hardtack.key", place / "second")
        (place / "second" / "hardtack.toml").write_text(f'database = "{url}"\n')
        second = start(*options, data=place / "second", nothing_there=True)
        yield Node(first, host), Node(second, host)


def test_who_has_an_account_on_one_node_has_it_on_the_other(nodes: tuple[Node, Node]) -> None:
    """A cookie of one counts on the other, and so does the password; neither has a file for it."""
    first, second = nodes
    cookie = first.post("/sign-up", {"username": "ada", "password": PASSWORD}, expected=201)
    assert [{200}, {200}] == [node.statuses(cookie) for node in nodes]
    assert {200} == first.statuses(second.post("/sign-in", {"username": "ada", "password": PASSWORD}))
    for node in nodes:
        files = {path.name for path in node.service.data.iterdir()}
        assert ({"hardtack.generation", "hardtack.key"} <= files, "hardtack.db" in files) == (True, False)


@pytest.mark.asvs("7.4.1", "7.5.2")
def test_attack_5_signing_out_everywhere_ends_it_in_every_worker_of_every_node(nodes: tuple[Node, Node]) -> None:
    """At once on the node that did it, and on the other as soon as it has heard, which is measured."""
    first, second = nodes
    mine = first.post("/sign-up", {"username": "eve", "password": PASSWORD}, expected=201)
    stolen = first.post("/sign-in", {"username": "eve", "password": PASSWORD})
    assert [{200}, {200}] == [node.statuses(stolen) for node in nodes]
    mine = second.post("/account/sessions", {"action": "end-others"}, mine)
    assert [{200}, {401}] == [second.statuses(cookie) for cookie in (mine, stolen)]
    deadline = time.monotonic() + PATIENCE
    while first.statuses(stolen) != {401}:
        assert time.monotonic() < deadline
    assert {200} == first.statuses(mine)
    counted = Operator(first.service).counts()
    assert 0 < counted["hardtack_feed_lag_seconds_count"]
    assert 0 <= counted["hardtack_feed_lag_seconds_sum"] < PATIENCE


def test_a_database_without_its_server_is_one_line_at_the_start(tmp_path: Path) -> None:
    """And no word of the password."""
    with pytest.raises(AssertionError) as caught, starting(tmp_path) as start:
        start("--database", f"postgresql://ada:hunter2@/hardtack?host={tmp_path}", nothing_there=True)
    said = str(caught.value)
    assert f"hardtack: the database hardtack at {tmp_path} cannot be used: no connection: " in said
    assert ("hunter2" in said, "Traceback" in said) == (False, False)
