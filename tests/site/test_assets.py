"""The style sheet and the mark: how they are served, and whether everybody can read what they colour."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

import hardtack.site
from hardtack.errors import MisuseError
from hardtack.site import Settings, assets, headers
from hardtack.site.assets import OURS
from hardtack.status import error_page
from tests.site.conftest import MakeWorld, Page, World
from tests.site.forward_auth.doors import APP, PORTAL, START, Person, portal
from tests.site.pictures import SVG, WEBP, png

CSS = (Path(hardtack.site.__file__).parent / "static" / "site.css").read_text(encoding="utf-8")
TEXT = 4.5
EDGE = 3.0
"""WCAG 2.2, success criteria 1.4.3 and 1.4.11."""

PAIRS = [
    ("ink", "ground", TEXT),
    ("ink", "card", TEXT),
    ("quiet", "ground", TEXT),
    ("quiet", "card", TEXT),
    ("accent", "card", TEXT),
    ("accent", "ground", TEXT),
    ("accent", "note-ground", TEXT),
    ("accent", "wrong-ground", TEXT),
    ("accent-strong", "ground", TEXT),
    ("on-accent", "accent", TEXT),
    ("on-accent", "accent-strong", TEXT),
    ("wrong", "card", TEXT),
    ("wrong", "wrong-ground", TEXT),
    ("ink", "wrong-ground", TEXT),
    ("note", "note-ground", TEXT),
    ("ink", "note-ground", TEXT),
    ("on-accent", "wrong", TEXT),
    ("edge", "card", EDGE),
    ("accent", "card", EDGE),
]


def colours(scheme: str) -> dict[str, tuple[int, int, int]]:
    """Return the variables of the light or the dark scheme."""
    light, dark = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)
    found = re.findall(r"--([a-z-]+): #([0-9a-f]{6});", light if scheme == "light" else dark)
    return {name: (int(code[:2], 16), int(code[2:4], 16), int(code[4:], 16)) for name, code in found}


def luminance(colour: tuple[int, int, int]) -> float:
    """Return the relative luminance of *colour* (WCAG 2.2)."""
    parts = [value / 255 for value in colour]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_every_colour_can_be_told_from_what_is_behind_it(scheme: str, front: str, back: str, least: float) -> None:
    """Contrast at level AA, in light and dark."""
    known = colours(scheme)
    lighter, darker = sorted((luminance(known[front]), luminance(known[back])), reverse=True)

    assert (lighter + 0.05) / (darker + 0.05) >= least


def test_both_schemes_have_the_same_colours() -> None:
    """A colour that is missing in the dark would be the light one."""
    assert set(colours("light")) == set(colours("dark"))


def test_every_colour_that_is_used_is_one_of_the_variables() -> None:
    """What the test above cannot see, nobody checks."""
    rules = re.sub(r":root \{.*?\}", "", CSS, flags=re.DOTALL)

    assert [] == re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(", rules)
    assert set() == set(re.findall(r"var\(--([a-z-]+)\)", CSS)) - set(re.findall(r"--([a-z-]+):", CSS))


def test_the_style_sheet_loads_nothing() -> None:
    """No font, picture or style from anywhere."""
    assert [] == re.findall(r"url\(|@import|@font-face", CSS)


@pytest.mark.parametrize(
    ("path", "name", "content_type"),
    [
        (OURS.css.path, "site.css", "text/css; charset=utf-8"),
        (OURS.js.path, "field.js", "text/javascript; charset=utf-8"),
        (OURS.mark.path, "mark.svg", "image/svg+xml"),
    ],
)
def test_an_asset_is_served_under_the_hash_of_its_content(
    world: World, path: str, name: str, content_type: str
) -> None:
    """So that it can be kept for a year: another content has another address (RFC 8246)."""
    content = (Path(hardtack.site.__file__).parent / "static" / name).read_bytes()
    response = world.browser().get(path)

    assert (200, content_type, content) == (response.status, response.get("content-type"), response.body)
    assert hashlib.sha256(content).hexdigest()[:16] in path


def links(world: World, address: str = "/sign-in") -> tuple[str, str]:
    """Return the addresses of the mark and of the style sheet that a page names."""
    mark, css = (link["href"] or "" for link in Page(world.browser().get(address).body.decode()).all("link"))
    return mark, css


@pytest.fixture(params=[(".svg", SVG, "image/svg+xml"), (".PNG", png(), "image/png"), (".webp", WEBP, "image/webp")])
def logo(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, str]:
    """Return a logo of each kind, and the type that it is served with."""
    ending, content, content_type = request.param
    path = tmp_path / f"logo{ending}"
    path.write_bytes(content)
    return path, content_type


class TestLogo:
    """The operator's picture in the place of our mark."""

    def test_it_stands_in_the_header_and_is_the_icon(self, make_world: MakeWorld, logo: tuple[Path, str]) -> None:
        """As an image and as nothing else, in every page, errors too."""
        path, content_type = logo
        world = make_world(logo=str(path), brand="Ship's <Stores>")
        for address in ("/", "/sign-in", "/none"):
            page = Page(world.browser().get(address).body.decode())
            icon = page.all("link")[0]
            assert ("icon", content_type) == (icon["rel"], icon["type"])
            assert [{"src": icon["href"], "alt": ""}] == page.all("img")
            assert not {"svg", "object", "embed", "iframe"} & {tag for tag, _ in page.elements}

    def test_it_is_served_as_it_is_under_the_hash_of_its_bytes(
        self, make_world: MakeWorld, logo: tuple[Path, str]
    ) -> None:
        """Immutable, with its type; whoever opens it by itself runs nothing of it."""
        path, content_type = logo
        world = make_world(logo=str(path), csp_reports="https://reports.example.org/")
        answer = world.browser().get(links(world)[0])
        assert (200, content_type, path.read_bytes()) == (answer.status, answer.get("content-type"), answer.body)
        assert (headers.IMMUTABLE, None) == (answer.get("cache-control"), answer.get("vary"))
        assert "nosniff" == answer.get("x-content-type-options")
        assert headers.PICTURE_POLICY == answer.get("content-security-policy")
        assert hashlib.sha256(path.read_bytes()).hexdigest()[:16] in links(world)[0]
        assert not world.site.has(OURS.mark.path)

    def test_it_is_read_once(self, make_world: MakeWorld, tmp_path: Path) -> None:
        """What becomes of the file later is seen after a start; another site has another."""
        path = tmp_path / "logo.svg"
        path.write_bytes(SVG)
        world = make_world(logo=str(path))
        path.write_bytes(SVG + b"\n")
        assert SVG == world.browser().get(links(world)[0]).body
        assert links(world)[0] != links(make_world(logo=str(path)))[0]
        assert OURS.mark.path == links(make_world())[0]
        path.unlink()
        with pytest.raises(MisuseError, match="logo: there is no file"):
            make_world(logo=str(path))

    def test_it_is_on_the_hosts_of_applications_as_well(self, make_world: MakeWorld, tmp_path: Path) -> None:
        """Where the page that says to begin again is shown; the portal's own addresses are not there."""
        path = tmp_path / "logo.svg"
        path.write_bytes(SVG)
        world = portal(make_world, logo=str(path), accent="#a3311f")
        browser = Person(world.site).on(APP)
        page = Page(browser.get("/.hardtack/enter?code=x").body.decode())
        mark, css = (link["href"] or "" for link in page.all("link"))
        assert [{"src": mark, "alt": ""}] == page.all("img")
        assert all(each.startswith("/.hardtack/assets/") for each in (mark, css))
        assert (SVG, headers.PICTURE_POLICY) == (
            (found := browser.get(mark)).body,
            found.get("content-security-policy"),
        )
        assert b"#a3311f" in browser.get(css).body
        portals = Person(world.site).on(PORTAL)
        for each in (mark, css):
            own = each.removeprefix("/.hardtack")
            assert (421, 200) == (browser.get(own).status, portals.get(own).status)
        assert 404 == portals.get(START).status

    def test_no_page_may_borrow_its_policy(self) -> None:
        """It is for what runs nothing: no script is allowed by it, and no form."""
        assert "default-src 'none'" in headers.PICTURE_POLICY
        assert "sandbox" in headers.PICTURE_POLICY.split("; ")
        assert "script" not in headers.PICTURE_POLICY


class TestAccent:
    """The operator's colour in the place of ours."""

    def test_it_stands_at_the_end_of_the_one_style_sheet(self, make_world: MakeWorld) -> None:
        """Whose address changes with it."""
        world = make_world(accent="#a3311f", accent_dark="#ffcc00")
        css = links(world)[1]
        sheet = world.browser().get(css).body.decode()
        assert hashlib.sha256(sheet.encode()).hexdigest()[:16] in css
        assert sheet.startswith(CSS)
        light, dark = re.findall(r":root \{(.*?)\}", sheet.removeprefix(CSS))
        assert "--accent: #a3311f;" in light
        assert "--accent: #ffcc00;" in dark
        assert not world.site.has(OURS.css.path)

    @pytest.mark.parametrize("settings", [{"accent": "#a3311f"}, {"accent_dark": "#ffcc00"}])
    def test_one_of_the_two_is_enough(self, settings: dict[str, str]) -> None:
        """Both stand there, since what stands last goes before what is above."""
        made = assets.Assets.of(Settings.given("a test", settings))
        assert 2 == made.css.content.decode().removeprefix(CSS).count("--accent:")

    def test_without_one_the_style_sheet_is_ours(self) -> None:
        """Byte for byte, whatever else is said."""
        assert OURS.css == assets.Assets.of(Settings(brand="Ship's Stores")).css
        assert CSS.encode() == OURS.css.content


def test_no_address_leads_to_a_file_of_another_site(make_world: MakeWorld) -> None:
    """A cache that two sites share holds the right one for each."""
    plain, own = make_world(), make_world(accent="#a3311f")
    assert 404 == own.browser().get(OURS.css.path).status
    assert 404 == plain.browser().get(links(own)[1]).status
    assert all(200 == own.browser().get(each).status for each in links(own))


def test_the_settings_alone_load_no_template_and_no_database() -> None:
    """The command line reads them for every command."""
    code = (
        "import sys; from hardtack.site import Settings; "
        "print(sorted({'jinja2', 'sqlalchemy', 'argon2', 'alembic'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[]" == done.stdout.strip()


def test_the_room_has_no_other_names() -> None:
    """A wrong name is an error at the line that writes it."""
    with pytest.raises(AttributeError, match="Sight"):
        _ = hardtack.site.Sight


def test_the_page_of_an_error_that_stands_by_itself_has_the_same_colours() -> None:
    """One look, whether an answer comes from these pages or from the layer below any application."""
    own = set(re.findall(r"#[0-9a-f]{6}", error_page.STYLE))
    assert own
    assert set() == own - set(re.findall(r"#[0-9a-f]{6}", CSS))


def test_nothing_moves() -> None:
    """So that whoever wants less motion has it without asking (WCAG 2.2, 2.3.3)."""
    assert not re.search(r"transition|animation|scroll-behavior|@keyframes", CSS + error_page.STYLE)
