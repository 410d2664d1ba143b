"""Roles: words that applications go by, and that mean nothing to us.

A role is one to 32 of ``a-z 0-9 -``, and an account has at most 32 of them. ``administrator`` is none: whether somebody
may administer is a mark of its own, so that no list of roles that comes from somewhere can ever contain it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from hardtack.errors import Refused

MOST = 32
"""Roles that one account may have."""

ADMINISTRATOR = "administrator"

_ROLE = re.compile(r"[a-z0-9-]{1,32}", re.ASCII)
_BETWEEN = re.compile(r"[\s,，、;；]+")

_TEXTS = {
    "word": {
        "en": "A role is one word of small letters a to z, digits and hyphens, of at most 32 characters.",
        "zh": "每个角色是一个词，由小写字母 a 到 z、数字和连字符组成，最多 32 个字符。",
    },
    "many": {"en": f"An account can have at most {MOST} roles.", "zh": f"一个账户最多可以有 {MOST} 个角色。"},
    "administrator": {
        "en": "Administrator is no role. Whether somebody may administer is said separately.",
        "zh": "administrator 不是角色。能否管理本站须另行指定。",
    },
}


class BadRoles(Refused):
    """What was given cannot be the roles of an account."""

    status = 422
    slug = "bad-roles"

    def __init__(self, reason: str) -> None:
        text = _TEXTS[reason]
        super().__init__(text, reason=f"bad-roles-{reason}", fields={"roles": text})


def checked(roles: Iterable[str]) -> tuple[str, ...]:
    """Return *roles* in alphabetical order, each once.

    Raises:
        BadRoles: one of them can be none, or there are too many; and nothing else, whatever words are given.
    """
    found = sorted(set(roles))
    if ADMINISTRATOR in found:
        raise BadRoles("administrator")
    if not all(_ROLE.fullmatch(role) for role in found):
        raise BadRoles("word")
    if len(found) > MOST:
        raise BadRoles("many")
    return tuple(found)


def typed(text: str) -> tuple[str, ...]:
    """Return the roles that somebody typed, with spaces or commas between them.

    Raises:
        BadRoles: as for ``checked``.
    """
    # Before any other work: nobody's roles are longer (attack 15).
    if len(text) > MOST * 40:
        raise BadRoles("many")
    return checked(word for word in _BETWEEN.split(text) if word)
