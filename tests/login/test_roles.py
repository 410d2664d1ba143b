"""Roles: which words can be one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardtack.login.roles import MOST, BadRoles, checked, typed


def test_roles_are_words_in_alphabetical_order_each_once() -> None:
    """However they are given: as words, or typed with spaces and commas between."""
    assert ("a", "editor", "z-9") == checked(["z-9", "a", "editor", "a"])
    assert ("editor", "member") == typed(" member, editor ,member\n")
    assert ("editor", "member") == typed("member、editor；member")
    assert () == typed("  ,, ")
    assert MOST == len(checked(f"role-{number}" for number in range(MOST)))
    assert ("x" * 32,) == typed("x" * 32)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Editor", "word"),
        ("edi_tor", "word"),
        ("éditeur", "word"),
        ("编辑", "word"),
        ("x" * 33, "word"),
        ("a\0b", "word"),
        ("١", "word"),
        ("administrator", "administrator"),
        ("editor administrator", "administrator"),
        (" ".join(f"r{number}" for number in range(MOST + 1)), "many"),
        ("x" * 100_000, "many"),
    ],
)
def test_what_can_be_no_role_is_refused_and_the_field_named(text: str, reason: str) -> None:
    """In both languages."""
    with pytest.raises(BadRoles) as caught:
        typed(text)
    assert (422, f"bad-roles-{reason}") == (caught.value.status, caught.value.reason)
    assert {"en", "zh"} == set(caught.value.fields["roles"])


@given(st.text())
def test_any_text_gives_roles_or_a_refusal(text: str) -> None:
    """And nothing else: whoever typed it gets their page back."""
    try:
        found = typed(text)
    except BadRoles:
        return
    assert found == typed(" ".join(found))
