"""What a new password must be here: the rules that everybody has, and the words and lists that this service adds.

One object for the whole store, made once, so that every way to set a password (sign-up, the first administrator's link,
a change, a reset, the command line) refuses the same ones. In this order, the cheapest first: its size; what is left of
it without the words that belong to this account or service (ASVS 6.2.11); whether it is made of so few and so common
parts that it is guessed easily; whether it is on a list of leaked and common passwords, in a simplified form (6.2.4,
6.2.12). No rule asks for kinds of characters (6.2.5). It never looks at a password that somebody already has: that one
is verified as it is, so that a rule can become stricter without locking anybody out.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Self

from hardtack.login import common, meter, passwords, plain
from hardtack.login.filters import PasswordFilter
from hardtack.login.passwords import CONTEXT_WORDS, LEFT_OVER, BadPassword

SHORTEST = 4
"""Characters of the shortest word that is refused; shorter ones stand in too many others."""


@dataclass(frozen=True, slots=True)
class PasswordRules:
    """The rules for a new password.

    Args:
        words: what an attacker would try first against this service, such as its brand; they come to the words that
            belong to an account.
        listed: a filter of passwords that are refused besides those that come with the package.
    """

    words: tuple[str, ...] = ()
    listed: PasswordFilter | None = None

    @classmethod
    def of(cls, *, words: Iterable[str] = (), listed: str | os.PathLike[str] | None = None) -> Self:
        """Return the rules with the filter in the file *listed*.

        Raises:
            MisuseError: it is no filter.
        """
        return cls(tuple(words), None if listed is None else PasswordFilter.open(listed))

    def as_new(self, password: str, *, context: Collection[str] = (), beside: bool = False) -> bytes:
        """Return the bytes of a password that somebody wants to use from now on.

        Args:
            password: exactly as typed.
            context: words that an attacker would try first against this account, such as its name.
            beside: whether a second factor is asked for beside it: then it may be shorter, and easier to guess for who
                has a copy of the database, but not made of the account's own words, and on no list.

        Raises:
            BadPassword: it cannot be used; and nothing else.
            MisuseError: the file of a filter was damaged after it was opened.
        """
        secret = passwords.as_bytes(password)
        if len(password) < (passwords.MIN_LENGTH_BESIDE if beside else passwords.MIN_LENGTH):
            raise BadPassword("too-short-beside" if beside else "too-short")
        own = words_of((*context, *self.words))
        left = plain.fold(password)
        for word in sorted(own, key=len, reverse=True):
            left = left.replace(word, "")
        if len(left) < LEFT_OVER:
            raise BadPassword("guessable")
        strength = meter.estimate(password, own)
        if strength.bits < (meter.ENOUGH_BESIDE if beside else meter.ENOUGH):
            raise BadPassword("guessable" if strength.because == "own" else "common", strength.weak)
        for listed in filter(None, (common.leaked(), self.listed)):
            if common.is_listed(password, listed, secret):
                raise BadPassword("common")
        return secret

    def random(self) -> str:
        """Return a password of 192 random bits that these rules take, for what nobody has to remember.

        The list is wrong about one in 256 random texts, so now and then another one is drawn.
        """
        while True:
            drawn = secrets.token_urlsafe(24)
            try:
                self.as_new(drawn)
            except BadPassword:
                continue
            return drawn


def words_of(context: Iterable[str]) -> set[str]:
    """Return the words of *context* that are refused, folded: each as a whole and its parts, and those of the product.

    Args:
        context: names, addresses, origins and the like.
    """
    whole = {plain.fold(word) for word in (*context, *CONTEXT_WORDS)}
    parts = {part for word in whole for part in re.split(r"[^\w]+|_+", word)}
    return {word for word in whole | parts if len(word) >= SHORTEST}
