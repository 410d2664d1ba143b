"""Who the visitor is behind a proxy."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardtack.errors import MisuseError
from hardtack.message import Headers, Request
from hardtack.status.errors import BadRequest
from hardtack.status.forwarded import TrustedProxies, Visitor
from hardtack.status.trace import Step

PROXY = TrustedProxies(["127.0.0.1", "10.0.0.0/8"])


def believe(peer: str, *fields: tuple[str, str], trusted: TrustedProxies = PROXY) -> Visitor:
    """Return what is believed of a request over plain http whose Host is ``here``."""
    return trusted.believe(peer, "http", Headers([("Host", "here"), *fields]))


def test_without_trusted_proxies_forwarding_fields_mean_nothing() -> None:
    """Anybody can write them; the default trusts nobody."""
    fields = [("X-Forwarded-For", "192.0.2.9"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "bank.example")]
    assert Visitor("198.51.100.7", "http", "here") == believe("198.51.100.7", *fields, trusted=TrustedProxies())


def test_a_trusted_proxy_is_believed_about_address_scheme_and_host() -> None:
    """This is what a reverse proxy is for."""
    fields = [("X-Forwarded-For", "192.0.2.9"), ("X-Forwarded-Proto", "HTTPS"), ("X-Forwarded-Host", "id.example")]
    assert Visitor("192.0.2.9", "https", "id.example", proxied=True) == believe("127.0.0.1", *fields)


def test_the_handshake_of_a_websocket_is_a_request_of_http() -> None:
    """Traefik names the scheme of what comes after it (RFC 6455 §1.7)."""
    schemes = [believe("127.0.0.1", ("X-Forwarded-Proto", said)).scheme for said in ("ws", "WSS")]
    assert ["http", "https"] == schemes


def test_a_silent_trusted_proxy_is_itself_the_client() -> None:
    """Health checks of the proxy come without the fields."""
    assert Visitor("127.0.0.1", "http", "here", proxied=True) == believe("127.0.0.1")


def test_that_a_trusted_proxy_has_passed_it_on_is_known_to_whoever_looks_again() -> None:
    """A layer around an application believes the request first; the pages in it see the visitor as the peer."""
    headers = Headers([("Host", "here"), ("X-Forwarded-For", "192.0.2.9"), ("X-Forwarded-Proto", "https")])
    came = Request(method="GET", path="/", headers=headers, host="here", client="127.0.0.1")
    once = PROXY.believed(came)
    assert ("192.0.2.9", "https", "here", True) == (once.client, once.scheme, once.host, once.proxied)
    assert once == PROXY.believed(once)
    strange = replace(came, client="198.51.100.7")
    assert strange == PROXY.believed(strange)
    assert not strange.proxied


def test_whether_proxies_are_understood_can_be_noted() -> None:
    """The reason of a refusal is the outcome."""
    steps: list[Step] = []
    for fields in ([], [("X-Forwarded-Proto", "tea")]):
        came = Request(method="GET", path="/", headers=Headers(fields), client="127.0.0.1")
        with suppress(BadRequest):
            PROXY.believed(came, trace=steps)
    assert ["", "meaningless-x-forwarded-proto"] == [step.outcome for step in steps]


def test_attack_12_a_client_cannot_choose_its_address() -> None:
    """Entries left of the right-most untrusted one are whatever the client wrote."""
    visitor = believe("127.0.0.1", ("X-Forwarded-For", "1.1.1.1, junk, 203.0.113.5, 10.1.2.3"))
    assert visitor.client == "203.0.113.5"


def test_entries_of_several_field_lines_are_one_list() -> None:
    """RFC 9110 §5.3: field lines of one name are one list, in order."""
    visitor = believe("127.0.0.1", ("X-Forwarded-For", "1.1.1.1"), ("X-Forwarded-For", "203.0.113.5"))
    assert visitor.client == "203.0.113.5"


def test_where_every_entry_is_a_proxy_the_left_most_is_the_client() -> None:
    """A proxy that asks for itself through another one."""
    assert believe("127.0.0.1", ("X-Forwarded-For", "10.0.0.1, 10.0.0.2")).client == "10.0.0.1"


@pytest.mark.parametrize(
    ("entry", "address"),
    [
        ("192.0.2.9:4711", "192.0.2.9"),
        ("[2001:db8::9]:4711", "2001:db8::9"),
        ("[2001:db8::9]", "2001:db8::9"),
        ("2001:DB8:0::9", "2001:db8::9"),
        ("::ffff:192.0.2.9", "192.0.2.9"),
    ],
)
def test_an_address_has_one_spelling(entry: str, address: str) -> None:
    """A budget per address cannot be escaped by writing the address differently."""
    assert address == believe("127.0.0.1", ("X-Forwarded-For", entry)).client


def test_a_mapped_peer_is_the_same_proxy() -> None:
    """A dual-stack listener sees IPv4 peers as mapped addresses."""
    assert believe("::ffff:127.0.0.1", ("X-Forwarded-For", "192.0.2.9")).client == "192.0.2.9"


def test_a_unix_socket_is_trusted_only_by_name() -> None:
    """Its peer has no address."""
    assert "" not in PROXY
    unix = TrustedProxies(["unix"])
    assert believe("", ("X-Forwarded-For", "192.0.2.9"), trusted=unix).client == "192.0.2.9"
    assert believe("", trusted=unix).client == ""
    assert 7 not in unix
    assert "testclient" not in unix


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ([("X-Forwarded-For", "192.0.2.9, junk")], "forwarded-for-is-no-address"),
        ([("X-Forwarded-Proto", "https"), ("X-Forwarded-Proto", "http")], "doubled-x-forwarded-proto"),
        ([("X-Forwarded-Proto", "https, http")], "doubled-x-forwarded-proto"),
        ([("X-Forwarded-Proto", "gopher")], "meaningless-x-forwarded-proto"),
        ([("X-Forwarded-Host", "a"), ("X-Forwarded-Host", "b")], "doubled-x-forwarded-host"),
        ([("X-Forwarded-Host", " ")], "meaningless-x-forwarded-host"),
    ],
)
def test_a_trusted_proxy_that_contradicts_itself_is_400(fields: list[tuple[str, str]], reason: str) -> None:
    """Guessing which of two values is meant is how rules are walked around."""
    with pytest.raises(BadRequest) as refused:
        believe("127.0.0.1", *fields)
    assert reason == refused.value.reason


def test_an_entry_that_is_no_network_is_the_operators_mistake() -> None:
    """It is said at start, with what to write."""
    with pytest.raises(MisuseError) as misuse:
        TrustedProxies(["nginx.internal"])
    assert "10.0.0.0/8" in misuse.value.hint


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Host"]),
            st.text(max_size=40) | st.from_regex(r"[0-9a-f.:\[\], ]{0,40}", fullmatch=True),
        ),
        max_size=5,
    )
)
def test_any_fields_give_a_visitor_or_bad_request(fields: list[tuple[str, str]]) -> None:
    """The promise: returns, or raises BadRequest, never anything else."""
    try:
        visitor = PROXY.believe("127.0.0.1", "http", Headers(fields))
    except BadRequest:
        return
    assert visitor.scheme in ("http", "https")
