"""Whether a request was made by our own pages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardtack.errors import MisuseError
from hardtack.message import Headers, Request
from hardtack.seal import Keyring
from hardtack.session import CrossSiteRequest, csrf

OURS = "https://example.org"
FORM = "application/x-www-form-urlencoded"
NOW = 1_800_000_000
ANYTHING = st.text(st.characters(exclude_categories=()))


def outcome(
    *fields: tuple[str, str],
    method: str = "POST",
    has_cookie: bool = True,
    token: str | None = None,
    good: str = "good",
) -> str:
    """Return ``"passes"``, or the reason of the refusal."""
    request = Request(method=method, path="/", headers=Headers(fields))
    try:
        csrf.check(request, origins={OURS}, has_cookie=has_cookie, token=token, verify=lambda text: text == good)
    except CrossSiteRequest as refusal:
        return refusal.reason
    return "passes"


class TestSafeMethods:
    """They change nothing."""

    @pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "TRACE"])
    def test_a_safe_method_passes_from_anywhere(self, method: str) -> None:
        """Even from another site: links are not forbidden."""
        assert outcome(("Sec-Fetch-Site", "cross-site"), ("Origin", "null"), method=method) == "passes"

    @pytest.mark.asvs("3.5.3")
    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "get", "PROPFIND", ""])
    def test_every_other_method_is_looked_at(self, method: str) -> None:
        """Methods are compared with case, and an unknown one may change something."""
        assert outcome(("Sec-Fetch-Site", "cross-site"), method=method) == "sec-fetch-site"


class TestSecFetchSite:
    """The first question."""

    def test_same_origin_passes_without_a_token(self) -> None:
        """The browser says it, and a page cannot forge it."""
        assert outcome(("Sec-Fetch-Site", "same-origin")) == "passes"

    @pytest.mark.asvs("3.5.1")
    @pytest.mark.parametrize(
        "site", ["same-site", "cross-site", "none", "", "Same-Origin", "same-origin, cross-site", "junk"]
    )
    def test_everything_else_is_refused(self, site: str) -> None:
        """A sibling sub-domain too."""
        assert outcome(("Sec-Fetch-Site", site)) == "sec-fetch-site"

    def test_a_token_and_a_good_origin_never_overrule_it(self) -> None:
        """What the browser says first is what counts."""
        assert outcome(("Sec-Fetch-Site", "same-site"), ("Origin", OURS), token="good") == "sec-fetch-site"

    def test_of_two_fields_both_must_say_it(self) -> None:
        """Contradictions are refused in either order."""
        both = [("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Site", "cross-site")]
        assert outcome(*both) == outcome(*reversed(both)) == "sec-fetch-site"

    def test_it_overrules_an_origin_that_is_not_configured(self) -> None:
        """The second question is asked only where the first has no answer."""
        assert outcome(("Sec-Fetch-Site", "same-origin"), ("Origin", "https://other.example")) == "passes"


class TestOrigin:
    """The second question, for browsers that do not answer the first."""

    def test_our_origin_passes_without_a_token(self) -> None:
        """It is one of the configured ones."""
        assert outcome(("Origin", OURS)) == "passes"

    @pytest.mark.parametrize(
        "origin",
        [
            "null",
            "",
            "https://evil.example",
            "https://www.example.org",
            "https://example.org.evil.example",
            "https://example.org:8443",
            "http://example.org",
            "https://example.org/",
            "https://EXAMPLE.org",
            f"{OURS} https://evil.example",
        ],
    )
    def test_every_other_origin_is_refused_with_or_without_a_token(self, origin: str) -> None:
        """``null``, sub-domains, other ports and schemes; a token does not overrule it."""
        assert outcome(("Origin", origin)) == "origin"
        assert outcome(("Origin", origin), token="good") == "origin"

    def test_of_two_fields_both_must_be_ours(self) -> None:
        """Contradictions are refused in either order."""
        both = [("Origin", OURS), ("Origin", "https://evil.example")]
        assert outcome(*both) == outcome(*reversed(both)) == "origin"

    def test_null_is_refused_even_if_somebody_configures_it(self) -> None:
        """Every sandboxed frame has that origin."""
        request = Request(method="POST", path="/", headers=Headers([("Origin", "null")]))
        with pytest.raises(CrossSiteRequest):
            csrf.check(request, origins={"null"}, has_cookie=False, token=None, verify=lambda _: True)


class TestToken:
    """The third question, where the browser says nothing."""

    def test_a_good_token_passes(self) -> None:
        """Old browsers can still send our forms."""
        assert outcome(token="good") == "passes"

    @pytest.mark.parametrize(
        ("token", "reason"), [(None, "token-missing"), ("", "token-missing"), ("bad", "token-invalid")]
    )
    def test_a_request_with_a_cookie_needs_it(self, token: str | None, reason: str) -> None:
        """The cookie could be somebody else's right."""
        assert outcome(token=token) == reason

    @pytest.mark.asvs("3.5.1", "3.5.2", "3.7.5")
    @pytest.mark.parametrize(
        "content_type", [FORM, "Multipart/Form-Data; boundary=x", "text/plain", "text/plain ;charset=utf-8"]
    )
    def test_a_form_needs_it_without_a_cookie(self, content_type: str) -> None:
        """Signing somebody in is an attack as well."""
        assert outcome(("Content-Type", content_type), has_cookie=False) == "token-missing"
        assert outcome(("Content-Type", content_type), has_cookie=False, token="good") == "passes"

    @pytest.mark.parametrize(
        "fields",
        [[], *([("Content-Type", kind)] for kind in ("application/json", "", "text/plainX", "text/plain\xa0"))],
    )
    def test_without_cookie_and_form_there_is_nothing_to_abuse(self, fields: list[tuple[str, str]]) -> None:
        """A program that speaks JSON, and that no browser sends across sites unasked."""
        assert outcome(*fields, has_cookie=False) == "passes"

    @given(
        fields=st.lists(st.tuples(st.sampled_from(["Origin", "Sec-Fetch-Site", "Content-Type"]), ANYTHING)),
        token=ANYTHING,
    )
    def test_any_fields_pass_or_are_refused(self, fields: list[tuple[str, str]], token: str) -> None:
        """The promise: CrossSiteRequest and nothing else; and junk alone never opens the way."""
        assert outcome(*fields, token=token) in {"sec-fetch-site", "origin", "token-missing", "token-invalid"}


def test_the_refusal_speaks_both_languages_and_hides_the_reason() -> None:
    """The visitor reads what to do; the reason is for the log."""
    refusal = CrossSiteRequest("origin")
    assert "not come from a page of this site" in str(refusal.detail_in("en"))
    assert "并非来自本站页面" in str(refusal.detail_in("zh"))
    assert isinstance(refusal.detail, dict)
    assert set(refusal.detail) == {"en", "zh"}
    assert (refusal.status, refusal.slug, refusal.reason) == (403, "cross-site-request", "origin")


class TestTokens:
    """The tokens in our forms."""

    def test_a_token_is_good_for_its_binding_only(self, keyring: Keyring) -> None:
        """A token from before the sign-in is worth nothing after it, nor is another visitor's."""
        tokens = csrf.Tokens(keyring)
        token = tokens.make(b"visitor", NOW)
        assert tokens.valid(token, b"visitor", NOW)
        assert not tokens.valid(token, b"lineage", NOW)
        assert not tokens.valid(token, b"", NOW)

    def test_a_token_ends(self, keyring: Keyring) -> None:
        """After a day, or as long as was said."""
        tokens = csrf.Tokens(keyring, lifetime=60)
        token = tokens.make(b"visitor", NOW)
        assert tokens.valid(token, b"visitor", NOW + 59)
        assert not tokens.valid(token, b"visitor", NOW + 60)

    def test_a_token_lives_for_a_day_unless_something_else_was_said(self, keyring: Keyring) -> None:
        """To the second."""
        tokens = csrf.Tokens(keyring)
        token = tokens.make(b"visitor", NOW)
        assert [True, False] == [tokens.valid(token, b"visitor", NOW + late) for late in (86_399, 86_400)]

    def test_tokens_differ_each_time(self, keyring: Keyring) -> None:
        """Nothing in a page repeats, so a compressed answer tells nothing about it."""
        tokens = csrf.Tokens(keyring)
        assert tokens.make(b"visitor", NOW) != tokens.make(b"visitor", NOW)

    def test_a_token_for_everybody_is_not_made(self, keyring: Keyring) -> None:
        """An empty binding is a mistake, and never valid."""
        tokens = csrf.Tokens(keyring)
        with pytest.raises(MisuseError, match="bound to a visitor"):
            tokens.make(b"", NOW)
        assert not tokens.valid(keyring.seal(b"", purpose="csrf", expires_at=NOW + 9), b"", NOW)

    @pytest.mark.asvs("9.2.2")
    @pytest.mark.parametrize("purpose", ["session", "identity", "reset"])
    def test_a_token_of_another_purpose_is_refused(self, keyring: Keyring, purpose: str) -> None:
        """What is sealed for a cookie opens no form."""
        token = keyring.seal(b"visitor", purpose=purpose, expires_at=NOW + 9)
        assert not csrf.Tokens(keyring).valid(token, b"visitor", NOW)

    @given(token=ANYTHING)
    def test_any_text_is_good_or_not(self, token: str) -> None:
        """The promise of valid: it returns, whatever comes."""
        assert not csrf.Tokens(Keyring.generate()).valid(token, b"visitor", NOW)


class TestVisitor:
    """The value that a form is bound to while nobody is signed in."""

    @pytest.mark.asvs("11.5.1")
    def test_a_value_comes_back(self) -> None:
        """Random, of 16 bytes, and readable again."""
        visitor = csrf.new_visitor()
        assert len(visitor) == 16
        assert visitor != csrf.new_visitor()
        assert csrf.find_visitor(f"a=1; v={csrf.visitor_value(visitor)}", "v") == visitor

    @pytest.mark.parametrize(
        "header", ["", "v=", "v=00", f"v={'0' * 31}x", f"v={'A' * 32}", f"v={'0' * 34}", f"v={' 0' * 16}"]
    )
    def test_what_is_no_value_is_none(self, header: str) -> None:
        """Absent, too short, too long, or not as we write it."""
        assert csrf.find_visitor(header, "v") == b""

    def test_of_two_cookies_none_is_believed(self) -> None:
        """Somebody else may have put one there."""
        value = csrf.visitor_value(csrf.new_visitor())
        assert csrf.find_visitor(f"v={value}; v={value}", "v") == b""

    @given(header=ANYTHING)
    def test_any_header_is_read(self, header: str) -> None:
        """The promise: whatever comes, it returns."""
        assert csrf.find_visitor(header, "v") == b"" or "v" in header


class TestNeedingAToken:
    """Who must read a form for its token wants to know when not to."""

    @pytest.mark.parametrize(
        ("fields", "method", "has_cookie", "needed"),
        [
            ((), "GET", True, False),
            ((("Sec-Fetch-Site", "cross-site"),), "POST", True, False),
            ((("Origin", OURS),), "POST", True, False),
            ((), "POST", False, False),
            ((), "POST", True, True),
            ((("Content-Type", FORM),), "POST", False, True),
        ],
    )
    def test_it_is_needed_where_no_browser_has_said_anything(
        self, fields: tuple[tuple[str, str], ...], method: str, has_cookie: bool, needed: bool
    ) -> None:
        """And where there is something that could be abused."""
        request = Request(method=method, path="/", headers=Headers(fields))
        assert csrf.needs_token(request, has_cookie=has_cookie) is needed

    @given(
        st.lists(st.sampled_from([("Sec-Fetch-Site", "same-origin"), ("Origin", OURS), ("Content-Type", FORM)])),
        st.sampled_from(["GET", "POST", "PUT"]),
        st.booleans(),
    )
    def test_a_token_decides_just_where_it_is_needed(
        self, fields: list[tuple[str, str]], method: str, has_cookie: bool
    ) -> None:
        """The two agree for every request that is not refused anyhow."""
        request = Request(method=method, path="/", headers=Headers(fields))
        with_one = outcome(*fields, method=method, has_cookie=has_cookie, token="good")
        without = outcome(*fields, method=method, has_cookie=has_cookie)
        assert (with_one, without != with_one) == ("passes", csrf.needs_token(request, has_cookie=has_cookie))


class TestHandshakes:
    """Cross-site WebSocket hijacking (CWE-1385): a page of another site opens one with the visitor's cookies."""

    @pytest.mark.parametrize(
        ("fields", "reason"),
        [
            ((("Origin", OURS),), "passes"),
            ((), "passes"),  # no browser
            ((("Sec-Fetch-Site", "same-origin"), ("Origin", "https://evil.example")), "passes"),
            ((("Origin", "https://evil.example"),), "origin"),
            ((("Origin", "null"),), "origin"),
            ((("Origin", OURS), ("Origin", "https://evil.example")), "origin"),
            ((("Sec-Fetch-Site", "cross-site"), ("Origin", OURS)), "sec-fetch-site"),
        ],
    )
    def test_cross_site_websocket_hijacking(self, fields: tuple[tuple[str, str], ...], reason: str) -> None:
        """Only our own pages open one; browsers always say whose page it is (RFC 6455 §4.1)."""
        request = Request(method="GET", path="/", headers=Headers(fields))
        if reason == "passes":
            csrf.check_handshake(request, origins={OURS})
            return
        with pytest.raises(CrossSiteRequest) as refusal:
            csrf.check_handshake(request, origins={OURS})
        assert refusal.value.reason == reason


class TestTokensInForms:
    """What is read of a form that somebody else reads too."""

    @pytest.mark.parametrize(
        ("content", "token"),
        [
            (b"a=1&csrf_token=abc&b=2", "abc"),
            (b"csrf_token=a%2Bb", "a%2Bb"),
            (b"csrf_token=one&csrf_token=two", None),
            (b"other=abc", None),
            (b"csrf_token=", None),
            (b"", None),
            (b"csrf_token=\xff", "\xff"),
            (b"xcsrf_token=abc&csrf_token", None),
            (b"%zz&&&=", None),
        ],
    )
    def test_the_token_is_the_only_one_of_its_name(self, content: bytes, token: str | None) -> None:
        """Two readers of one form must not see two different ones."""
        assert csrf.token_in(content) == token

    @given(st.binary())
    def test_whatever_comes_it_never_raises(self, content: bytes) -> None:
        """It is read before anything is known of who sent it."""
        found = csrf.token_in(content)
        assert found is None or found

    def test_it_is_looked_for_where_it_can_be(self) -> None:
        """A script has it in the header; and in no form that is over 64 KiB."""
        assert csrf.MOST_FORM == 65_536
        form = ("Content-Type", f"{FORM} ; charset=utf-8")
        assert csrf.may_hold_token(Request(method="POST", path="/", headers=Headers([form])))
        assert not csrf.may_hold_token(Request(method="POST", path="/", headers=Headers([form, ("X-CSRF-Token", "t")])))
        assert not csrf.may_hold_token(Request(method="POST", path="/"))
