"""The accent: what can be read, what is refused, and what follows from it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardtack.errors import MisuseError
from hardtack.site import Settings, colours
from hardtack.site.colours import Accent

COLOURS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)
ENDS = ["#000000", "#010101", "#111111", "#0000ff", "#ff0000", "#00ff00", "#777777", "#ffff00", "#fefefe", "#ffffff"]


def refused(name: str, colour: str) -> MisuseError:
    """Return what is said of a colour that is refused."""
    with pytest.raises(MisuseError) as caught:
        Settings.given("a test", {name: colour})
    return caught.value


def readable(front: str, *, dark: bool) -> bool:
    """Return whether a colour can be read on every ground of a scheme."""
    return all(colours.contrast(front, colours.ours()[dark][ground]) >= 4.5 for ground in colours.GROUNDS)


class TestContrast:
    """The ratio of WCAG 2.2."""

    @pytest.mark.parametrize(
        ("one", "other", "ratio"),
        [
            ("#000000", "#ffffff", 21.0),
            ("#ffffff", "#ffffff", 1.0),
            ("#767676", "#ffffff", 4.54),
            ("#777777", "#ffffff", 4.48),
            ("#ff0000", "#ffffff", 4.0),
        ],
    )
    def test_it_is_that_of_the_known_pairs(self, one: str, other: str, ratio: float) -> None:
        """Whichever of the two is in front."""
        assert ratio == pytest.approx(colours.contrast(one, other), abs=0.005)
        assert colours.contrast(one, other) == colours.contrast(other, one)

    def test_the_grounds_are_those_of_the_style_sheet(self) -> None:
        """Both schemes have each of them, and our own accent can be read there."""
        assert all(set(colours.GROUNDS) < set(palette) for palette in colours.ours())
        assert readable(colours.ours()[0]["accent"], dark=False)
        assert readable(colours.ours()[1]["accent"], dark=True)


class TestRefused:
    """At start, with the contrast and a colour that would do."""

    def test_one_that_cannot_be_read_is_told_its_contrast_and_a_near_one(self) -> None:
        """Which is taken then."""
        error = refused("accent", "#ffcc00")
        assert error.problem == (
            "accent: the contrast of #ffcc00 with #fdeeeb, on which it stands in light pages, is 1.33, "
            "and text needs 4.5 (WCAG 2.2)"
        )
        assert error.hint == 'write accent = "#866b00", the nearest of its hue that can be read'
        assert "#866b00" == Settings(accent="#866b00").accent

    def test_the_other_is_looked_at_on_dark_pages(self) -> None:
        """Where what is good on light ones is not."""
        error = refused("accent_dark", "#1C5570")
        assert "accent_dark: the contrast of #1C5570" in error.problem
        assert "in dark pages" in error.problem
        assert "#ffcc00" == Settings(accent_dark="#ffcc00").accent_dark

    def test_what_is_just_too_little_is_not_rounded_up(self) -> None:
        """4.499 looks as if it were enough."""
        close = [f"#{grey:02x}{grey:02x}{grey:02x}" for grey in range(256)]
        bad = [colour for colour in close if not readable(colour, dark=False)]
        assert bad
        for colour in bad:
            assert float(re.search(r" is ([\d.]+),", refused("accent", colour).problem)[1]) < 4.5  # type: ignore[index]

    @pytest.mark.parametrize("name", ["accent", "accent_dark"])
    @pytest.mark.parametrize(
        "written",
        [
            "",
            "red",
            "1c5570",
            "#abc",
            "#1c55700",
            "#1c557g",
            "#1c5570;}",
            " #1c5570",
            "#1c5570\n",
            "#１c5570",
            "#" * 99,
        ],
    )
    def test_what_is_no_colour_is_refused(self, name: str, written: str) -> None:
        """Nothing else ever gets into a style sheet."""
        error = refused(name, written)
        assert error.problem.startswith(f"{name}: ")
        assert error.problem.endswith("is no colour")
        assert re.fullmatch(rf'write it as #rrggbb, such as {name} = "#[0-9a-f]{{6}}"', error.hint)


class TestWhatFollows:
    """Whatever is not refused can be read everywhere."""

    @given(st.one_of(COLOURS, st.sampled_from(ENDS)), st.booleans())
    def test_the_near_colour_the_stronger_shade_and_what_stands_on_them_can_be_read(
        self, colour: str, dark: bool
    ) -> None:
        """The near colour is the colour itself where that is good; its shade is another one."""
        near = colours.near(colour, dark=dark)
        shade = colours.stronger(near, dark=dark)
        above = colours.ours()[dark]["on-accent"]
        assert readable(near, dark=dark)
        assert readable(shade, dark=dark)
        assert min(colours.contrast(above, near), colours.contrast(above, shade)) >= 4.5
        assert (near == colour) == readable(colour, dark=dark)
        assert colours.contrast(near, shade) >= 1.1

    @pytest.mark.parametrize("colour", ENDS)
    @pytest.mark.parametrize("dark", [False, True])
    def test_the_ends_of_the_scale_have_one_too(self, colour: str, dark: bool) -> None:
        """Black has no darker shade, and white no lighter one."""
        near = colours.near(colour, dark=dark)
        assert near != colours.stronger(near, dark=dark)

    def test_the_dark_one_follows_from_the_light_one(self) -> None:
        """Of its hue; at the contrast of level AAA."""
        assert Accent("#a3311f", "#eca59a") == colours.accent(Settings(accent="#A3311F"))
        dark = colours.ours()[1]
        assert 7 <= min(colours.contrast("#eca59a", dark[ground]) for ground in colours.GROUNDS)

    def test_what_is_not_said_stays_ours(self) -> None:
        """All of it, or the light one."""
        assert Accent("#1c5570", "#8fc8e6") == colours.accent(Settings())
        assert Accent("#1c5570", "#ffcc00") == colours.accent(Settings(accent_dark="#FFCC00"))
        assert Accent("#a3311f", "#ffcc00") == colours.accent(Settings(accent="#a3311f", accent_dark="#ffcc00"))

    def test_the_rules_are_for_light_and_dark(self) -> None:
        """In the order in which the later goes before."""
        light, dark = re.findall(r":root \{(.*?)\}", Accent("#a3311f", "#eca59a").rules())
        assert " --accent: #a3311f; --accent-strong: #772417; " == light
        assert " --accent: #eca59a; --accent-strong: #f4c9c2; " == dark
