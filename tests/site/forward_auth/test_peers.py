"""Who is believed about the original request, over real sockets: a proxy on this machine, and no other without a name.

The peer that is not trusted is this machine itself at an address of the network, which whoever asks there has.
"""

from __future__ import annotations

import ipaddress
import logging
import socket

import pytest

from tests.site.conftest import MakeWorld
from tests.site.forward_auth.doors import APP, Person, portal
from tests.site.forward_auth.sockets import Client, served

BEYOND = ((socket.AF_INET, "192.0.2.254"), (socket.AF_INET6, "2001:db8::fe"))
"""Addresses that are nobody's (RFC 5737, RFC 3849); that there is a way to them tells from which of ours it begins."""


def other_address() -> str:
    """Return an address of this machine besides those of the loopback interface. Nothing is sent anywhere."""
    found: list[str] = []
    for family, beyond in BEYOND:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect((beyond, 9))
            except OSError:
                continue
            found.append(str(probe.getsockname()[0]))
    found += [str(each[4][0]) for each in socket.getaddrinfo(socket.gethostname(), None, type=socket.SOCK_STREAM)]
    others = [each for each in found if "%" not in each and not ipaddress.ip_address(each).is_loopback]
    assert others, "this test needs a machine with an address besides 127.0.0.1 and ::1"
    return others[0]


@pytest.mark.parametrize("trusted", [False, True], ids=["not trusted", "trusted"])
def test_attack_30_a_peer_that_is_not_trusted_is_not_believed_whatever_it_forwards(
    make_world: MakeWorld, caplog: pytest.LogCaptureFixture, trusted: bool
) -> None:
    """403 without an identity, with a good gate in hand, also once the quick way knows every field that it sends."""
    address = other_address()
    world = portal(make_world, trusted_proxies=(address,) if trusted else ())
    person = Person(world.site).sign_in()
    person.enters()
    with served(world.site, "::" if ":" in address else "0.0.0.0") as port:  # noqa: S104  # the test needs both
        here = Client(port, "::1" if ":" in address else "127.0.0.1")
        there = Client(port, address)
        here.jars[APP] = there.jars[APP] = dict(person.on(APP).cookies)
        assert [204, 204] == [here.clicks(), here.clicks()]
        with caplog.at_level(logging.INFO, "hardtack.site"):
            assert [204 if trusted else 403] * 2 == [there.clicks(), there.clicks(X_Forwarded_For="127.0.0.1")]
        refusals = [vars(each) for each in caplog.records if vars(each).get("event") == "request-refused"]
        said = {(each["fields"]["reason"], each["fields"]["client"]) for each in refusals}
        assert said == (set() if trusted else {("auth-peer-not-trusted", address)})
