"""What people type to be called: a name, a name that is shown, roles, or a refusal that says which field it is about.

The input is the text, in UTF-8 or, where it is none, in Latin-1.
"""

from __future__ import annotations

import unicodedata

from hardtack.login import given_names, names, roles
from hardtack.login.given_names import BadDisplayName
from hardtack.login.names import MAX_LENGTH, BadName, Name
from hardtack.login.roles import MOST, BadRoles

OUTCOMES = {"name", "shown", "roles", "refused"}


def check(data: bytes) -> str:
    """Read *data* as each of them; what comes out is the same when it is read again."""
    try:
        text = data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    found = [outcome for outcome in (_name(text), _shown(text), _roles(text)) if outcome]
    return found[0] if found else "refused"


def _name(text: str) -> str:
    try:
        folded, name = names.fold(text), Name.of(text)
    except BadName as refused:
        return "" if refused.reason else "refused without a reason"
    assert folded == name.canonical == names.fold(name.canonical) == names.fold(name.display)
    assert name.canonical in name.forms
    assert 0 < len(name.canonical) <= MAX_LENGTH
    assert not any(unicodedata.category(each)[0] in "CZ" for each in name.canonical + name.display)
    assert Name.of(name.canonical).forms == name.forms
    for_address = given_names.for_address(f"{text}@example.org")
    assert Name.of(for_address.canonical) == for_address
    return "name"


def _shown(text: str) -> str:
    try:
        shown = given_names.display(text)
    except BadDisplayName as refused:
        return "" if set(refused.fields) == {"display_name"} else "another field named"
    assert shown == given_names.display(shown)
    assert shown.encode("utf-8") is not None
    return "shown"


def _roles(text: str) -> str:
    try:
        given = roles.typed(text)
    except BadRoles as refused:
        return "" if set(refused.fields) == {"roles"} else "another field named"
    assert given == roles.checked(given)
    assert len(given) <= MOST
    assert "administrator" not in given
    return "roles"
