"""What was asked of the proxy: read from one family of fields, in one spelling, or 400."""

from __future__ import annotations

from typing import get_args

import pytest

from hardtack.message import Headers, Request
from hardtack.site.forward_auth import original as room
from hardtack.site.forward_auth.original import (
    MODES,
    Original,
    canonical,
    is_believed,
    original,
    read,
    well_formed_host,
)
from hardtack.status import BadRequest
from hardtack.status.forwarded import TrustedProxies
from tests.site.forward_auth.asking import HTML, ORIGIN, Pairs, asks, forwarding, nginx

families = pytest.mark.parametrize("family", [nginx, forwarding], ids=["nginx", "forwarding"])


def reason(*fields: tuple[str, str], query: str = "") -> str:
    """Return why the request is refused."""
    with pytest.raises(BadRequest) as caught:
        original(asks(*fields), query)
    return caught.value.reason


class TestFamilies:
    """Which fields say it."""

    def test_nginx_says_it_in_two_fields(self) -> None:
        """The address is whole."""
        asked = original(asks(*nginx("/a/b?x=/../y", host="App.Example.org:443"), ("Accept", HTML)))
        expected = Original("GET", "https", "app.example.org", "/a/b", "x=/../y", True, "nginx", "127.0.0.1")
        assert expected == asked

    def test_caddy_and_traefik_say_it_in_four(self) -> None:
        """The visitor's address is the one that the proxy saw."""
        asked = original(asks(*forwarding("/a?b", method="POST", host="app.example.org:8443")))
        expected = Original("POST", "https", "app.example.org:8443", "/a", "b", False, "redirect", "203.0.113.7")
        assert expected == asked

    @families
    @pytest.mark.parametrize("mode", ["nginx", "redirect", "status", ""])
    def test_the_configuration_can_say_which_proxy_it_is(self, family: object, mode: str) -> None:
        """Then only that family counts; ``status`` takes either."""
        fields = family("/x")  # type: ignore[operator]
        own = {"nginx": nginx, "redirect": forwarding}.get(mode, family)
        if own is not family:
            assert reason(*fields, query=mode).startswith("missing-")
            return
        style = mode or ("nginx" if family is nginx else "redirect")
        assert style == original(asks(*fields), mode).style
        assert ("", *get_args(room.Style)) == MODES

    def test_another_mode_is_refused(self) -> None:
        """A slip of the pen opens nothing."""
        assert "unknown-mode" == reason(*nginx(), query="ngnix")

    @families
    def test_attack_30_what_is_missing_is_refused(self, family: object) -> None:
        """Nothing is made up for it, and an empty field is none."""
        fields: Pairs = family("/x")  # type: ignore[operator]
        needed = [name for name, _ in fields if name != "X-Forwarded-For"]
        for missing in needed:
            assert reason(*[pair for pair in fields if pair[0] != missing]).startswith("missing-")
            emptied = [(name, "" if name == missing else value) for name, value in fields]
            assert reason(*emptied).startswith(("missing-", "meaningless-"))
        assert "missing-forwarding-field" == reason()

    @families
    def test_attack_30_a_method_is_letters_from_a_to_z(self, family: object) -> None:
        """Other ones could mean anything to what reads them next."""
        for method in ("get", "GET ", "G-T", "GET\t", "GÉT", "A" * 33, "GET, POST", "G_T"):
            assert "method-is-none" == reason(*family("/", method=method))  # type: ignore[operator]
        for method in ("PROPFIND", "X", "DELETE"):
            assert method == original(asks(*family("/", method=method))).method  # type: ignore[operator]

    @families
    def test_what_comes_twice_is_refused(self, family: object) -> None:
        """Nobody knows which of the two the proxy has written."""
        fields: Pairs = family("/x")  # type: ignore[operator]
        for name, value in fields:
            if name != "X-Forwarded-For":
                assert f"doubled-{name.lower()}" == reason(*fields, (name.upper(), value))

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("X-Forwarded-Method", "POST"),
            ("X-Forwarded-Uri", "/public"),
            ("X-Forwarded-Uri", "/x/"),
            ("X-Forwarded-Host", "public.example.org"),
            ("X-Forwarded-Host", "id.example.org:8443"),
            ("X-Forwarded-Proto", "http"),
        ],
    )
    def test_attack_29_a_client_of_nginx_cannot_name_another_request(self, name: str, value: str) -> None:
        """What it sends besides must tell the same, under whatever mode."""
        for mode in ("", "nginx"):
            assert "contradictory-forwarding" == reason(*nginx("/x"), (name, value), query=mode)

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("X-Original-URL", "https://id.example.org/public"),
            ("X-Original-URL", "http://id.example.org/x"),
            ("X-Original-URL", "https://public.example.org/x"),
            ("X-Original-URL", "/x"),
            ("X-Original-Method", "POST"),
        ],
    )
    def test_attack_29_a_client_of_caddy_cannot_name_another_request(self, name: str, value: str) -> None:
        """Neither does it matter which family is looked for first."""
        assert "contradictory-forwarding" == reason(*forwarding("/x"), (name, value), query="redirect")
        with pytest.raises(BadRequest):
            original(asks(*forwarding("/x"), (name, value)))

    def test_both_families_may_tell_the_same(self) -> None:
        """As where one proxy stands behind another."""
        both = [*nginx("/x?y"), *forwarding("/x?y", host="ID.example.org:443")]
        assert "/x" == original(asks(*both)).path
        assert "redirect" == original(asks(*both), "redirect").style

    @pytest.mark.parametrize("name", ["X_Forwarded_Uri", "x_original-url", "X-Forwarded_Host"])
    def test_attack_29_underscores_do_not_pass_for_hyphens(self, name: str) -> None:
        """Some servers take one for the other."""
        assert "underscores-in-forwarding-field" == reason(*forwarding("/x"), (name, "/public"))
        assert "/x" == original(asks(*forwarding("/x"), ("X_Other", "1"))).path

    @pytest.mark.parametrize("value", ["Remote-User", "close, remote_groups", "x-forwarded-uri", "X-Original-URL"])
    def test_attack_29_no_field_of_ours_is_dropped_on_the_way(self, value: str) -> None:
        """``Connection`` would have the next proxy take it away (RFC 9110 §7.6.1)."""
        assert "forwarding-field-in-connection" == reason(*forwarding("/x"), ("Connection", value))
        assert "/x" == original(asks(*forwarding("/x"), ("Connection", "keep-alive"), ("Connection", "Upgrade"))).path

    def test_the_scheme_is_one_of_two_whatever_a_websocket_is_called(self) -> None:
        """Traefik says ``wss``."""
        assert "https" == original(asks(*forwarding(scheme="wss"))).scheme
        assert "http" == original(asks(*forwarding(scheme="WS"))).scheme
        for scheme in ("ftp", "https,http", "javascript"):
            assert reason(*forwarding(scheme=scheme)).endswith("-x-forwarded-proto")
            with pytest.raises(BadRequest):
                read({"x-original-url": f"{ORIGIN}/", "x-original-method": "GET", "x-forwarded-proto": scheme})
            assert "meaningless-x-original-url" == reason(*nginx(scheme=scheme))

    @pytest.mark.parametrize(
        "url",
        ["https://id.example.org", "https:///x", "//id.example.org/x", "https://a@id.example.org/x", r"https://id\x/y"],
    )
    def test_an_address_that_is_none_is_refused(self, url: str) -> None:
        """It must have all its parts."""
        assert "meaningless-x-original-url" == reason(("X-Original-URL", url), ("X-Original-Method", "GET"))

    @families
    def test_an_address_has_a_limit(self, family: object) -> None:
        """A longer one would not fit into any answer."""
        assert "original-over-limit" == reason(*family("/?" + "x" * room.LONGEST))  # type: ignore[operator]

    def test_a_visitor_whose_address_is_none_is_refused(self) -> None:
        """A proxy on this machine is believed, if it says something."""
        with pytest.raises(BadRequest):
            original(asks(("X-Forwarded-For", "nobody"), *forwarding()[1:]))


class TestHosts:
    """The host, in one spelling."""

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("Example.ORG", "example.org"),
            ("example.org:443", "example.org"),
            ("example.org:", "example.org"),
            ("example.org:80", "example.org:80"),
            ("a_b.example.org:8443", "a_b.example.org:8443"),
            ("127.0.0.1:1", "127.0.0.1:1"),
            ("[2001:DB8::0:1]:8443", "[2001:db8::1]:8443"),
        ],
    )
    def test_a_host_has_one_spelling(self, text: str, expected: str) -> None:
        """The port is kept, unless it is that of the scheme."""
        assert expected == well_formed_host(text, "https")

    @pytest.mark.parametrize(
        "text",
        ["example.org.", ".example.org", "a..b", "-a.org", "a%2eb", "a b", "*.b", "[v1.x]", "a:b", "a" * 64 + ".b", ""],
    )
    def test_what_is_none_is_refused(self, text: str) -> None:
        """Also what would be another spelling of one: with a dot at its end, or escaped."""
        assert well_formed_host(text) is None
        if text:
            assert reason(*forwarding(host=text)) in ("original-host-malformed", "missing-forwarding-field")

    def test_a_host_has_a_limit(self) -> None:
        """DNS has none longer, and no long text is kept."""
        assert well_formed_host(".".join(["a" * 60] * 5)) is None
        assert "original-host-malformed" == reason(*forwarding(host="a" * 301))

    def test_without_a_scheme_both_usual_ports_are_left_out(self) -> None:
        """As in a rule, which is about both."""
        assert ("a.org", "a.org", "a.org:81") == tuple(well_formed_host(f"a.org:{port}") for port in (80, 443, 81))


class TestPaths:
    """The path, decoded once, or 400."""

    @pytest.mark.parametrize(
        ("path", "expected"),
        [
            ("/", "/"),
            ("/a/b.html", "/a/b.html"),
            ("/a/", "/a/"),
            ("/.well-known/x..y/...", "/.well-known/x..y/..."),
            ("/%61dmin", "/admin"),
            ("/%E6%96%87%20x/", "/文 x/"),
            ("/100%25", "/100%"),
            ("/a%3Fb%23c", "/a?b#c"),
            ('/a|b"[c]', '/a|b"[c]'),
        ],
    )
    def test_a_path_is_decoded_once(self, path: str, expected: str) -> None:
        """So the rules see what the application will."""
        assert expected == canonical(path)

    @pytest.mark.parametrize(
        "path",
        [
            *("", "a", "*", "//", "//a", "/a//b", "/a//", "/.", "/..", "/a/../b", "/a/./b", "/a/.", "/a/.."),
            *("/%2e", "/%2E%2e/a", "/.%2e/a", "/a%2fb", "/a%2Fb", "/a%5cb", r"/a\b", "/a;b", "/a%3bb", "/a/..;/b"),
            *("/a%00", "/a%0d%0a", "/a%7f", "/a%1b", "/%", "/%zz", "/%2", "/a b", "/a#b", "/a\tb", "/é", "/a\x00"),
            *("/%c0%ae", "/%ff", "/%ed%a0%80", "/%252e%252e/a", "/a%252fb", "/a%255c", "/a%253B", "/%25252e", "/%2500"),
            *("/a,/b", "/public, /admin", "/a,\t/b"),
        ],
    )
    def test_attack_29_a_path_that_can_be_read_in_two_ways_is_refused(self, path: str) -> None:
        """Whichever way the application would read it: nobody gets there."""
        with pytest.raises(BadRequest):
            canonical(path)
        with pytest.raises(BadRequest):
            original(asks(*forwarding(path)))
        with pytest.raises(BadRequest):
            original(asks(*nginx(path)))


class TestNavigating:
    """Whether a redirect would lead a person somewhere."""

    @pytest.mark.parametrize(
        ("fields", "expected"),
        [
            ([("Sec-Fetch-Mode", "navigate")], True),
            ([("Sec-Fetch-Mode", "cors"), ("Accept", HTML)], False),
            ([("Sec-Fetch-Mode", "no-cors")], False),
            ([("Sec-Fetch-Mode", "websocket")], False),
            ([("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Mode", "cors")], False),
            ([("Accept", "application/json"), ("Accept", HTML)], True),
            ([("Accept", HTML), ("X-Requested-With", "XMLHttpRequest")], False),
            ([("Accept", "*/*")], False),
            ([], False),
        ],
    )
    def test_the_browser_says_whether_it_navigates(self, fields: Pairs, expected: bool) -> None:
        """By Fetch Metadata, or by what it accepts."""
        assert expected is original(asks(*nginx(), *fields)).navigates


class TestPeers:
    """Who is believed."""

    @pytest.mark.parametrize("peer", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", ""])
    def test_a_proxy_on_this_machine_is_believed(self, peer: str) -> None:
        """By loopback or a Unix socket."""
        assert is_believed(asks(peer=peer))

    @pytest.mark.parametrize("peer", ["203.0.113.7", "10.0.0.1", "::2", "localhost", "127.0.0.1, 10.0.0.1"])
    def test_nobody_else_is(self, peer: str) -> None:
        """Unless the settings say so, whatever address the fields name."""
        request = asks(("X-Forwarded-For", "127.0.0.1"), peer=peer)
        assert not is_believed(TrustedProxies().believed(request))

    def test_a_trusted_proxy_is_believed_and_has_said_who_the_visitor_is(self) -> None:
        """Whose address is not taken for the proxy's."""
        request = TrustedProxies(["10.0.0.0/8"]).believed(asks(*forwarding("/x"), peer="10.0.0.1"))
        assert is_believed(request)
        assert "203.0.113.7" == original(request).client

    def test_a_visitor_on_loopback_is_no_proxy(self) -> None:
        """What a trusted proxy says of its client makes that client nobody's proxy; nor does the client itself."""
        request = Request(method="GET", path="/auth", client="203.0.113.7", headers=Headers(nginx()))
        assert not is_believed(request)
