"""Attack 1: no ``next`` leads anywhere but to a page of ours."""

from __future__ import annotations

from urllib.parse import quote, urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardtack.message import Headers, Request
from hardtack.site.next_url import LONGEST, back, carried, destination, written

OURS = "https://id.example.org"
PORT = "http://localhost:8000"


def go(asked: str | None) -> str:
    """Return where *asked* leads."""
    return destination(asked, origins=(OURS, PORT), default="/account")


GOOD = [
    ("/", "/"),
    ("/account", "/account"),
    ("/account/", "/account/"),
    ("/a/b?c=d&e=%20#f", "/a/b?c=d&e=%20#f"),
    ("/search?to=https://evil.example/", "/search?to=https://evil.example/"),
    ("/language?to=zh&next=//evil.example", "/language?to=zh&next=//evil.example"),
    ("/%E8%B4%A6%E6%88%B7", "/%E8%B4%A6%E6%88%B7"),
    ("/a%2Fb", "/a%2Fb"),
    ("/a:b@c;d", "/a:b@c;d"),
    (f"{OURS}/account", "/account"),
    (f"{OURS}", "/"),
    (f"{OURS}?a=b", "/?a=b"),
    ("HTTPS://ID.example.ORG:443/account", "/account"),
    (f"{PORT}/account", "/account"),
]

BAD = """
//evil.example
//evil.example/account
///evil.example
////evil.example
/\\evil.example
/\\/evil.example
\\\\evil.example
\\/evil.example
/\t/evil.example
/\t\\evil.example
\t//evil.example
/%09/evil.example
/%0a/evil.example
/%0d%0aLocation:%20https://evil.example
/%00/evil.example
/%5cevil.example
/%5c%5cevil.example
/%2fevil.example
/%2f%2fevil.example
/a/%2f/evil.example
/..//evil.example
/../evil.example
/./evil.example
/.//evil.example
/a/..//evil.example
/%2e%2e//evil.example
/%2e%2e/evil.example
/a/%2e/b
/a//b
/a/..
/.
https:evil.example
https:/evil.example
https:///evil.example
https://evil.example
https://evil.example/
http://id.example.org/account
https://id.example.org.evil.example
https://id.example.org@evil.example
https://id.example.org:password@evil.example/
https://evil.example@id.example.org/
https://id.example.org\\@evil.example
https://id.example.org%2eevil.example
https://id.example.org:444/account
https://id.example.org:/account
https://id.example.org:0443/account
https://id.example.org./account
https://evil.example/#https://id.example.org
https://evil.example/?https://id.example.org
https://id.example.org//evil.example
https://id.example.org/..//evil.example
https://id.example.org\t.evil.example
https://\u0069d.example.org\u3002evil.example
https://xn--id-.example.org
http://localhost:8001/account
http://localhost/account
http://localhost:8000.evil.example
javascript:alert(1)
JaVaScRiPt:alert(1)
data:text/html,x
vbscript:x
file:///etc/passwd
mailto:a@b.example
account
account/
./account
../account
?next=/account
#account
@evil.example
:evil.example
;evil.example
%2f%2fevil.example
/account%
/account%zz
/account%c
/ evil.example
 /account
/account\x7f
/account\x00
/account\r\nSet-Cookie: a=b
/\u2028evil.example
/\u2215evil.example
\uff0f\uff0fevil.example
/\u8d26\u6237
/\ud800
""".strip("\n").split("\n")

# "\r\n" in the middle of a case would be split like the list itself, so these stand apart.
BAD += ["/a\r\nb", "/a\nb", "/a\rb", "/a\vb", "/a\fb", "/a\x85b", "\x00/a", "/" + "a" * LONGEST]


@pytest.mark.parametrize(("asked", "expected"), GOOD)
def test_an_address_of_ours_is_followed_as_a_path(asked: str, expected: str) -> None:
    """Absolute addresses of ours lose scheme and host, so what is sent is always a path."""
    assert expected == go(asked)


@pytest.mark.asvs("3.7.2")
@pytest.mark.parametrize("asked", BAD)
def test_anything_else_leads_to_the_account(asked: str) -> None:
    """Every case is one that some browser, proxy or library reads as another host, or might."""
    assert "/account" == go(asked)


@pytest.mark.parametrize("asked", [None, ""])
def test_nothing_asked_leads_to_the_account(asked: str | None) -> None:
    """Without a wish there is a default."""
    assert "/account" == go(asked)


@pytest.mark.asvs("3.7.2")
@given(st.one_of(st.text(), st.text(alphabet="/\\.%09aef25c:@?#\t\n ehtps", max_size=30)))
def test_whatever_comes_the_browser_stays_here(asked: str) -> None:
    """The promise: never raises, and resolving the result against our origin gives our origin."""
    result = go(asked)

    assert result.startswith("/")
    assert not result.startswith(("//", "/\\"))
    assert result.isascii()
    assert result.isprintable()
    assert "id.example.org" == urlsplit(urljoin(f"{OURS}/sign-in", result)).netloc


@given(st.text(alphabet=st.characters(blacklist_categories=["Cs"]), max_size=20))
def test_an_address_that_we_write_comes_back_or_is_not_ours(name: str) -> None:
    """A path with any characters in it is written so that it passes, unless its segments are not plain."""
    path = "/" + name
    plain = all(part not in ("", ".", "..") for part in path.rstrip("/").split("/")[1:]) and "//" not in path
    printable = all(" " <= character != "\x7f" for character in path) and "\\" not in path

    if plain and printable:
        assert written(path, "a=b") == go(written(path, "a=b"))


@pytest.mark.parametrize(
    ("method", "referer", "where"),
    [
        ("GET", f"{OURS}/elsewhere", "/form?a=b"),
        ("HEAD", None, "/form?a=b"),
        ("POST", f"{OURS}/page?c=d", "/page?c=d"),
        ("POST", "https://evil.example/", "/account"),
        ("POST", None, "/account"),
    ],
)
def test_after_a_form_the_way_back_is_the_page_that_had_it(method: str, referer: str | None, where: str) -> None:
    """Its own address may take nothing but POST; another origin's page is none of ours."""
    headers = Headers([] if referer is None else [("referer", referer)])
    request = Request(method=method, path="/form", query="a=b", headers=headers)
    assert back(request, origin=OURS, default="/account") == where


@pytest.mark.parametrize(
    ("path", "query", "expected"),
    [
        ("/account", "a=b", "/account?a=b"),
        ("/account", "a=" + "b" * 1900, "/account?a=" + "b" * 1900),
        ("/account", "a=" + "b" * LONGEST, "/account"),
        ("/account", "%7C" * 500, "/account"),
        ("/" + "a" * LONGEST, "a=b", "/"),
    ],
    ids=["short", "as long as can be", "too long", "too long when it is written into another", "a path too long"],
)
def test_an_address_to_come_back_to_never_outgrows_the_head_of_an_answer(path: str, query: str, expected: str) -> None:
    """Written into ``Location``, twice escaped, a long query made a head that nginx refused: the visitor got 502."""
    found = carried(path, query)
    assert expected == found == go(found)
    assert len(quote(found, safe="/")) <= LONGEST
