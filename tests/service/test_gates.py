"""Gates in the real service: what ends a sign-in ends them in every worker at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hardtack.login import Accounts
from hardtack.seal import keyfile
from tests import empty
from tests.conftest import Service, Start
from tests.site.conftest import NAME, PASSWORD, Page
from tests.site.forward_auth.doors import APP, ORIGIN, PORTAL
from tests.site.forward_auth.sockets import Client

RULES = f'origin = "{ORIGIN}"\n[[access]]\nhost = "{APP}"\n'


def accounts_of(service: Service) -> Accounts:
    """Open the accounts beside the service, as a command does."""
    database, ring = service.data / "hardtack.db", keyfile.read(service.data / "hardtack.key")
    return Accounts.connect(f"sqlite:///{database}", keyring=ring)


def sign_out(_service: Service, client: Client) -> None:
    """Press the button on the portal."""
    _, _, text = client.ask(PORTAL, "/account")
    assert 303 == client.ask(PORTAL, "/sign-out", form=Page(text).form("/sign-out"))[0]


def disable(service: Service, _client: Client) -> None:
    """Do as ``hardtack accounts disable`` does, in a process of its own."""
    with accounts_of(service) as accounts:
        accounts.disable(NAME, int(time.time()))


@pytest.mark.asvs("7.4.1", "7.4.2")
def test_attack_05_a_gate_is_refused_by_every_worker_at_its_very_next_question(start: Start, tmp_path: Path) -> None:
    """Both workers have let it through a moment before; each question comes over a connection of its own."""
    data = tmp_path / "data"
    empty.put(data / "hardtack.db")
    (data / "hardtack.toml").write_text(RULES)
    service = start("--workers", "2", data=data)
    with accounts_of(service) as accounts:
        accounts.add(NAME, PASSWORD, now=int(time.time()))
    ends: tuple[Callable[[Service, Client], None], ...] = (sign_out, sign_out, sign_out, disable)
    for end in ends:
        client = Client(service.port)
        client.enters()
        assert {204} == {client.clicks() for _ in range(12)}
        end(service, client)
        assert {302} == {client.clicks() for _ in range(12)}
