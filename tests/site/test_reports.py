"""Where browsers report what was blocked: named where it may be, and never where a link's code could go along."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardtack.errors import MisuseError
from hardtack.site import Settings, headers, reports
from hardtack.site.assets import OURS
from hardtack.site.forward_auth import auth
from hardtack.site.routes import ROUTES
from tests.site.conftest import MakeWorld, World

COLLECTOR = "https://reports.example.org/csp?site=id"


@pytest.mark.asvs("3.4.7")
def test_every_answer_names_the_collector(make_world: MakeWorld) -> None:
    """In the directive that old browsers know and in the one that new ones do; the policy itself stays as strict."""
    browser = make_world(csp_reports=COLLECTOR).browser()
    # What a proxy copies to an application's host names nobody on the portal.
    for path in (*(set(ROUTES) - {auth.PATH}), *OURS.paths, "/none"):
        answer = browser.get(path)
        policy = answer.get("content-security-policy") or ""
        assert policy.startswith(f"{headers.CONTENT_SECURITY_POLICY}; ")
        assert [f"report-uri {COLLECTOR}", "report-to csp"] == policy.split("; ")[-2:]
        assert f'csp="{COLLECTOR}"' == answer.get("reporting-endpoints")


@pytest.mark.asvs("14.2.1")
@pytest.mark.parametrize("path", ["/reset", "/welcome", "/sign-up", "/release", "/verify", "/sign-in"])
def test_no_code_of_a_link_goes_to_the_collector(path: str, make_world: MakeWorld) -> None:
    """A report holds the whole address of its page, so an answer to one with a query names nobody."""
    answer = make_world(csp_reports=COLLECTOR).browser().get(f"{path}?code=secret")
    assert headers.CONTENT_SECURITY_POLICY == answer.get("content-security-policy")
    assert answer.get("reporting-endpoints") is None


def test_without_the_setting_nothing_is_reported(world: World) -> None:
    """As it was."""
    answer = world.browser().get("/sign-in")
    assert headers.CONTENT_SECURITY_POLICY == answer.get("content-security-policy")
    assert answer.get("reporting-endpoints") is None


@pytest.mark.parametrize(
    "address",
    [
        "",
        "reports.example.org",
        "http://reports.example.org",
        "//reports.example.org",
        "https://",
        "https:///csp",
        "https://[::1",
        "https://anna:secret@reports.example.org",
        "https://a.example/;script-src *",
        "https://a.example/, https://b.example",
        'https://a.example/"',
        "https://a.example/\r\nSet-Cookie: a=b",
        "https://a.example/" + "a" * 600,
        "https://例子.example/",
    ],
)
def test_what_is_no_address_is_refused_at_start(address: str) -> None:
    """Nothing gets into the policy by it."""
    with pytest.raises(MisuseError) as refused:
        Settings(csp_reports=address)
    assert "csp_reports = " in refused.value.hint
    assert "secret" not in refused.value.problem


@given(st.text(max_size=80).map("https://".__add__))
def test_any_address_is_taken_or_refused(address: str) -> None:
    """The promise of ``check``; and what is taken ends no directive and no string."""
    try:
        reports.check(address)
    except MisuseError:
        return
    assert not set(address) & set('";, \\')
    assert address.isascii()
    assert address.isprintable()
