"""What ASVS asks of every page at once, and what no page may have."""

from __future__ import annotations

import re

import pytest

from hardtack.site.assets import OURS
from hardtack.site.routes import ROUTES
from hardtack.store import schema
from tests.login import apps
from tests.site.conftest import NAME, PASSWORD, MakeWorld, Page, World, set_cookies
from tests.site.half_done import ENROL, STEP, at_step, sends, signed_in, with_app
from tests.site.test_headers import everything

YEAR = 365 * 86_400


@pytest.mark.asvs("3.4.2")
def test_no_answer_lets_another_origin_read_it(world: World) -> None:
    """There is no field of CORS on any of them, whoever asks, and a preflight is told nothing either."""
    world.member(administrator=True)
    browser = world.browser()
    answers = everything(browser)
    for path in (*ROUTES, *OURS.paths):
        for origin in ("https://evil.example", "null", "http://localhost:8000"):
            answers.append(browser.get(path, origin=origin, sec_fetch_site="cross-site", sec_fetch_mode="cors"))
            answers.append(
                browser.ask(
                    "OPTIONS",
                    path,
                    headers={
                        "origin": origin,
                        "access-control-request-method": "POST",
                        "access-control-request-headers": "content-type",
                    },
                )
            )
    names = {name.lower() for answer in answers for name, _ in answer.headers}
    assert "content-security-policy" in names
    assert [] == [name for name in names if name.startswith("access-control-") or name == "timing-allow-origin"]


@pytest.mark.asvs("3.3.1", "3.3.2", "3.3.3", "3.3.4")
def test_every_cookie_over_https_is_for_this_host_alone_and_out_of_reach_of_scripts(make_world: MakeWorld) -> None:
    """Whatever sets or deletes one: forms, the language, the sign-in, a renewed proof, the sign-out, an error."""
    world = make_world(origin="https://id.example.org")
    world.member(administrator=True)
    browser = world.browser(host="id.example.org", scheme="https")
    answers = [browser.get("/sign-in"), *everything(browser), browser.get("/language?to=zh")]
    world.clock.now += 3600
    answers += [browser.submit("/account/confirm", password=PASSWORD), *(browser.get(path) for path in ROUTES)]
    answers.append(browser.post("/sign-out", b""))
    cookies = [cookie for answer in answers for cookie in set_cookies(answer)]
    assert {"__Host-hardtack", "__Host-hardtack-known", "__Host-hardtack-visitor", "__Host-hardtack-language"} <= {
        cookie.partition("=")[0] for cookie in cookies
    }
    for cookie in cookies:
        name, *attributes = (part.strip() for part in cookie.split(";"))
        assert name.startswith("__Host-")
        assert {"Secure", "Path=/", "SameSite=Lax", "HttpOnly"} <= set(attributes), cookie
        assert [] == [each for each in attributes if each.startswith("Domain")]


@pytest.mark.asvs("6.2.10")
def test_a_password_is_good_for_as_long_as_its_owner_likes(world: World) -> None:
    """Ten years later it signs in as ever, and no page asks for another one."""
    world.member()
    for _ in range(10):
        world.clock.now += YEAR
        browser = world.browser()
        answer = browser.sign_in(password=PASSWORD)
        assert (303, "/account") == (answer.status, answer.get("location"))
        assert 200 == browser.get("/account").status


@pytest.mark.asvs("6.3.2")
@pytest.mark.parametrize("name", ["admin", "administrator", "root", "hardtack", "operator", "test", "guest"])
def test_a_new_service_has_no_account(name: str, make_world: MakeWorld) -> None:
    """Whatever name somebody tries, with itself for a password or without one."""
    world = make_world()
    assert () == world.accounts.list()
    for password in (name, "", "password", "changeme"):
        assert world.browser().sign_in(name=name, password=password).status in {401, 422}
    assert world.accounts.find(name) is None


@pytest.mark.asvs("6.3.3", "6.3.4")
@pytest.mark.parametrize("assurance", [2, 3])
def test_from_assurance_2_on_a_password_alone_opens_no_page(assurance: int, make_world: MakeWorld) -> None:
    """Whoever has no second factor is led to set one up; until then they are nobody, on every page and for scripts."""
    world = make_world(assurance=assurance)
    world.member(administrator=True)
    browser = world.browser()
    answer = browser.sign_in()
    assert (303, ENROL) == (answer.status, answer.get("location"))
    own = [path for path in ROUTES if path.startswith(("/account", "/admin"))]
    assert 10 < len(own)
    for path in own:
        assert browser.get(path).status == 303, path
        assert browser.json("GET", path).status == 401, path
    assert signed_in(world, browser) is None


@pytest.mark.asvs("6.5.8")
def test_no_time_but_the_servers_counts_for_a_code(world: World) -> None:
    """A code of the next hour is wrong, whatever time the request claims in fields of its head, form and address."""
    world.member()
    secret = with_app(world)
    later = int(world.clock.now) + 3600
    browser = at_step(world)
    claimed = {"now": str(later), "time": str(later), "timestamp": str(later)}
    answer = sends(browser, f"{STEP}?now={later}", code=apps.oathtool(secret, later), **claimed)
    assert 401 == answer.status
    fields = {"date": "Tue, 01 Jan 2036 00:00:00 GMT", "x_timestamp": str(later)}
    assert 401 == browser.json("POST", STEP, {"code": apps.oathtool(secret, later), **claimed}, **fields).status
    assert signed_in(world, browser) is None
    assert NAME == world.accounts.list()[0].name


SECRET_QUESTIONS = re.compile(r"hint|question|maiden|memorable|\bpet\b|secret_answer|reminder", re.IGNORECASE)


@pytest.mark.asvs("6.4.2")
def test_nobody_is_asked_for_a_hint_or_a_secret_question(world: World) -> None:
    """No field of any form is one, and the database has no column that could keep the answer."""
    world.member(administrator=True)
    browser = world.browser()
    browser.sign_in()
    pages = [Page(browser.get(path).body.decode()) for path in ROUTES if "." not in path and path != "/healthz"]
    pages += [Page(world.browser().get(path).body.decode()) for path in ("/sign-in", "/sign-up", "/forgot", "/release")]
    fields = {str(each["name"]) for page in pages for each in page.all("input") if each.get("name")}
    assert {"username", "password", "csrf_token"} <= fields
    assert [] == [name for name in fields if SECRET_QUESTIONS.search(name)]
    columns = [column.name for table in schema.metadata.tables.values() for column in table.columns]
    assert "password_hash" in columns
    assert [] == [name for name in columns if SECRET_QUESTIONS.search(name)]
