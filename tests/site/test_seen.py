"""How the service sees a request: told to whoever has its keys, and to nobody else."""

from __future__ import annotations

import json

import pytest

from hardtack.seal import Keyring
from hardtack.site import seen
from tests.site.conftest import MakeWorld, World


def test_whoever_has_the_keys_is_told(make_world: MakeWorld) -> None:
    """At whatever host, since it may be the host that is wrong; no cookie is looked at and nothing may be stored."""
    world = make_world(origin="https://id.example.org")
    browser = world.browser(host="elsewhere.example", scheme="https")
    proof = seen.proof(world.keyring, world.settings.realm, int(world.clock.now))
    response = browser.get(seen.PATH, hardtack_doctor=proof)
    assert {"client": browser.client, "scheme": "https", "host": "elsewhere.example", "proxied": False} == json.loads(
        response.body
    )
    assert ("no-store", None) == (response.get("cache-control"), response.get("set-cookie"))


@pytest.mark.parametrize("late", [-seen.LIFE - 1, -seen.LIFE, 0, seen.LIFE, seen.LIFE + 1])
def test_a_proof_is_good_for_a_minute(world: World, late: int) -> None:
    """Before or after, for clocks differ; to the second."""
    proof = seen.proof(world.keyring, world.settings.realm, int(world.clock.now) - late)
    status = world.browser().get(seen.PATH, hardtack_doctor=proof).status
    assert (200 if abs(late) <= seen.LIFE else 404) == status


@pytest.mark.parametrize(
    "kind", ["other keys", "other realm", "none", "cut", "no time", "long time", "other digits", "octets"]
)
def test_for_everybody_else_there_is_no_such_address(world: World, kind: str) -> None:
    """As for any other that is none."""
    now, realm = int(world.clock.now), world.settings.realm
    good = seen.proof(world.keyring, realm, now)
    sent = {
        "other keys": seen.proof(Keyring.generate(), realm, now),
        "other realm": seen.proof(world.keyring, realm + "x", now),
        "none": "",
        "cut": good[:-1],
        "no time": good.partition(".")[2],
        "long time": "9" * 5000 + good,
        "other digits": "²" + good,
        "octets": good + "\udcff\xff",
    }[kind]
    assert 404 == world.browser().get(seen.PATH, hardtack_doctor=sent or None).status
