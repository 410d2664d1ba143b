"""What each setting does, in one line for each language, and how a setting in force is shown and written.

``settings.toml`` comes with the package; the command line and the documentation are both made of it, and a test holds
it to the Struct. Where a setting follows from others while nobody has said it, what follows is worked out here as the
properties of ``Settings`` have it. No password in a URL is ever shown.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from hardtack.site import colours
from hardtack.site.asvs import Said
from hardtack.site.configured import Gathered
from hardtack.site.mistakes import Place, masked
from hardtack.site.settings import Settings
from hardtack.site.texts import LANGUAGES, OURS


class About(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What there is to say of one setting.

    Args:
        en: what it does, in English; code stands in backticks.
        zh: the same in Chinese.
        unit: what its number counts.
        none: what holds where nobody has said anything.
        page: the page of the documentation that says more.
    """

    en: str
    zh: str
    unit: Said | None = None
    none: Said | None = None
    page: str = ""

    def line(self, language: str) -> str:
        """Return what it does, as a line for a terminal."""
        return (self.zh if language == "zh" else self.en).replace("`", "").replace("*", "")

    def counts(self, language: str) -> str:
        """Return its unit, ``""`` where it has none."""
        return "" if self.unit is None else self.unit.as_dict()[language]


FOLLOWS: Mapping[str, Callable[[Settings], Any]] = {
    "database": lambda settings: settings.database_url,
    "sign_up": lambda settings: "open" if settings.sign_up_open else "invitation",
    "sign_up_by": lambda settings: "email" if settings.by_email else "name",
    "mail": lambda settings: settings.mail_url,
    "mail_from": lambda settings: settings.sender,
    "brand": lambda settings: OURS.text(LANGUAGES[0], "site.brand"),
    "accent": lambda settings: colours.accent(settings).light,
    "accent_dark": lambda settings: colours.accent(settings).dark,
    "password_filter": lambda settings: None if (path := settings.password_filter_path) is None else str(path),
}
"""What holds while nobody has said it."""


class InForce(msgspec.Struct, frozen=True):
    """One setting as it is in force.

    Args:
        name: its name.
        value: of plain types; ``None`` where there is nothing.
        place: where it comes from.
        about: what it does.
    """

    name: str
    value: Any
    place: Place
    about: About

    @property
    def written(self) -> str:
        """Its value as TOML has it; ``""`` where there is none. An array of tables takes several lines."""
        return _toml(self.name, self.value)


@cache
def settings_described() -> dict[str, About]:
    """Return what there is to say of each setting, by its name."""
    text = files("hardtack.site").joinpath("settings.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, About])


def in_force(gathered: Gathered[Settings]) -> Iterator[InForce]:
    """Yield every setting as it is in force, in the order of ``Settings``."""
    settings = gathered.settings
    for name in Settings.__struct_fields__:
        value = getattr(settings, name)
        if value is None and name in FOLLOWS:
            value = FOLLOWS[name](settings)
        plain = msgspec.json.decode(msgspec.json.encode(value))
        hidden = masked(plain) if isinstance(plain, str) else plain
        yield InForce(name, hidden, gathered.place(name), settings_described()[name])


def _toml(name: str, value: Any) -> str:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "\n".join("\n".join([f"[[{name}]]", *_pairs(table)]) for table in value)
    return "" if value is None else f"{name} = {_value(value)}"


def _pairs(table: dict[str, Any]) -> Iterator[str]:
    for key, value in table.items():
        if value is not None:
            yield f"{key} = {_value(value)}"


def _value(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    # A string of JSON is one of TOML, but for the one control that JSON leaves as it is.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
