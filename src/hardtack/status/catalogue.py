"""``Status``: every registered code with what is known and what can be said about it.

It joins the facts (``facts.py``) with the words (``texts/``), and finds a code by number, by its present or former
phrase, or by its Chinese name. It decides nothing about a request, and a code that is not in the IANA registry has no
``Status``: a client treats such a code as the x00 of its class (RFC 9110 §15), which ``class_of`` returns.
"""

from __future__ import annotations

import re
from enum import IntEnum
from functools import cache

from hardtack.errors import MisuseError
from hardtack.status.facts import FACTS, Cache, DecidedBy, Facts, Standing
from hardtack.status.texts import TEXTS, Words


class Status(IntEnum):
    """One registered status code; ``Status(404)``, iterable in the order of the numbers.

    Raises:
        MisuseError: the number is not registered.
    """

    CONTINUE = 100
    SWITCHING_PROTOCOLS = 101
    PROCESSING = 102
    EARLY_HINTS = 103
    UPLOAD_RESUMPTION_SUPPORTED = 104
    OK = 200
    CREATED = 201
    ACCEPTED = 202
    NON_AUTHORITATIVE_INFORMATION = 203
    NO_CONTENT = 204
    RESET_CONTENT = 205
    PARTIAL_CONTENT = 206
    MULTI_STATUS = 207
    ALREADY_REPORTED = 208
    IM_USED = 226
    MULTIPLE_CHOICES = 300
    MOVED_PERMANENTLY = 301
    FOUND = 302
    SEE_OTHER = 303
    NOT_MODIFIED = 304
    USE_PROXY = 305
    UNUSED_306 = 306
    TEMPORARY_REDIRECT = 307
    PERMANENT_REDIRECT = 308
    BAD_REQUEST = 400
    UNAUTHORIZED = 401
    PAYMENT_REQUIRED = 402
    FORBIDDEN = 403
    NOT_FOUND = 404
    METHOD_NOT_ALLOWED = 405
    NOT_ACCEPTABLE = 406
    PROXY_AUTHENTICATION_REQUIRED = 407
    REQUEST_TIMEOUT = 408
    CONFLICT = 409
    GONE = 410
    LENGTH_REQUIRED = 411
    PRECONDITION_FAILED = 412
    CONTENT_TOO_LARGE = 413
    URI_TOO_LONG = 414
    UNSUPPORTED_MEDIA_TYPE = 415
    RANGE_NOT_SATISFIABLE = 416
    EXPECTATION_FAILED = 417
    UNUSED_418 = 418
    MISDIRECTED_REQUEST = 421
    UNPROCESSABLE_CONTENT = 422
    LOCKED = 423
    FAILED_DEPENDENCY = 424
    TOO_EARLY = 425
    UPGRADE_REQUIRED = 426
    PRECONDITION_REQUIRED = 428
    TOO_MANY_REQUESTS = 429
    REQUEST_HEADER_FIELDS_TOO_LARGE = 431
    UNAVAILABLE_FOR_LEGAL_REASONS = 451
    INTERNAL_SERVER_ERROR = 500
    NOT_IMPLEMENTED = 501
    BAD_GATEWAY = 502
    SERVICE_UNAVAILABLE = 503
    GATEWAY_TIMEOUT = 504
    HTTP_VERSION_NOT_SUPPORTED = 505
    VARIANT_ALSO_NEGOTIATES = 506
    INSUFFICIENT_STORAGE = 507
    LOOP_DETECTED = 508
    NOT_EXTENDED = 510
    NETWORK_AUTHENTICATION_REQUIRED = 511

    @classmethod
    def _missing_(cls, value: object) -> None:
        raise MisuseError(
            f"{value!r} is not a registered status code",
            f"registered are {len(FACTS)} codes from {min(FACTS)} to {max(FACTS)}; Status.find() looks up names",
        )

    @property
    def _facts(self) -> Facts:
        return FACTS[self.value]

    def _words(self, language: str) -> Words:
        return TEXTS[self.value][language_of(language)]

    @property
    def code(self) -> int:
        """The number."""
        return self.value

    @property
    def phrase(self) -> str:
        """The registered English phrase; ``(Unused)`` for 306 and 418."""
        return self._facts.phrase

    @property
    def slug(self) -> str:
        """The phrase as one lower-case word with hyphens, such as ``not-found``; unique."""
        return self.name.lower().replace("_", "-")

    def phrase_in(self, language: str) -> str:
        """Return the English phrase or the Chinese name."""
        return self._facts.name if language_of(language) == "zh" else self._facts.phrase

    def summary(self, language: str = "en") -> str:
        """Return what the code means, in one sentence."""
        return self._words(language).summary

    def describe(self, language: str = "en") -> str:
        """Return what the code means, when a server sends it and what a client does next: two to four sentences."""
        words = self._words(language)
        return f"{words.summary}{'' if language_of(language) == 'zh' else ' '}{words.more}"

    def explain_to_visitor(self, language: str = "en") -> str:
        """Return what to tell a person who meets the error; ``""`` for codes that are no errors."""
        return self._words(language).visitor

    def advise_visitor(self, language: str = "en") -> str:
        """Return what that person can do next; ``""`` for codes that are no errors."""
        return self._words(language).advice

    @property
    def headers_required(self) -> tuple[str, ...]:
        """Names of the header fields without which the answer is wrong.

        A 206 of several ranges carries its ``Content-Range`` in each part of ``multipart/byteranges``.
        """
        return self._facts.required

    @property
    def headers_kept(self) -> tuple[str, ...]:
        """Names of the fields that must stay if a 200 would have had them (RFC 9110 §15.3.7, §15.4.5)."""
        return self._facts.kept

    @property
    def headers_recommended(self) -> tuple[str, ...]:
        """Names of the header fields that the RFC or good custom asks for."""
        return self._facts.recommended

    @property
    def content_allowed(self) -> bool:
        """Whether an answer to GET may have content (RFC 9110 §6.4.1)."""
        return self._facts.content

    @property
    def cache(self) -> Cache:
        """How a cache may treat the answer: ``heuristic``, ``explicit`` or ``never``."""
        return self._facts.cache

    @property
    def heuristically_cacheable(self) -> bool:
        """Whether a cache may store the answer without a lifetime (RFC 9110 §15.1, RFC 7725 §3)."""
        return self._facts.cache == "heuristic"

    @property
    def may_be_stored(self) -> bool:
        """Whether a cache may store the answer at all; it may not for 428, 429, 431 and 511 (RFC 6585)."""
        return self._facts.cache != "never"

    @property
    def decided_by(self) -> DecidedBy:
        """Who can find out that the code applies; ``never`` where only an author's own wish sends it."""
        return self._facts.decided_by

    @property
    def standing(self) -> Standing:
        """Where the registration stands; anything but ``current`` and ``future`` should not be sent."""
        return self._facts.standing

    @property
    def may_be_sent(self) -> bool:
        """Whether a server may send the code today: not the deprecated 305, nor 102, 104, 306, 418, 510."""
        return self._facts.standing in ("current", "future")

    @property
    def reference(self) -> str:
        """The defining section, such as ``RFC 9110 §15.5.5``."""
        return self._facts.reference

    @property
    def reference_url(self) -> str:
        """The address of the defining section."""
        rfc = re.fullmatch(r"RFC (\d+) §([\d.]+)", self._facts.reference)
        if rfc is None:
            return f"https://datatracker.ietf.org/doc/{self._facts.reference}/"
        return f"https://www.rfc-editor.org/rfc/rfc{rfc[1]}.html#section-{rfc[2]}"

    @property
    def aliases(self) -> tuple[str, ...]:
        """English phrases that the code once had or is called by."""
        return self._facts.aliases

    @property
    def in_note(self) -> bool:
        """Whether the note that the project started from lists the code."""
        return self._facts.note is not None

    @property
    def note_phrase(self) -> str | None:
        """The phrase that the note has for the code, or ``None``."""
        return self._facts.note

    def correction(self, language: str = "en") -> str:
        """Return where the note's wording is out of date, or ``""``."""
        return self._words(language).correction

    @property
    def is_error(self) -> bool:
        """Whether the code is one of 4xx or 5xx."""
        return self.value >= 400

    @classmethod
    def find(cls, text: str) -> list[Status]:
        """Return the codes that *text* names, in the order of the numbers; empty if it names none.

        Args:
            text: a number, a present or former phrase, a slug or a Chinese name; case, spaces and hyphens don't matter.
        """
        return list(_names().get(_key(text), ()))

    @classmethod
    def family(cls, digit: int) -> list[Status]:
        """Return the registered codes whose first digit is *digit*."""
        return [status for status in cls if status.value // 100 == digit]


def family_name(code: int) -> str:
    """Return the name of the family of *code*, as templates have it: ``4xx``."""
    return f"{code // 100}xx"


def language_of(tag: str) -> str:
    """Return ``"zh"`` for any Chinese language tag or locale, ``"en"`` for everything else."""
    return "zh" if re.split("[-_.]", tag.lower(), maxsplit=1)[0] == "zh" else "en"


def class_of(code: int) -> Status:
    """Return the ``Status`` of *code*, or of the x00 that a client treats an unregistered code as (RFC 9110 §15).

    Raises:
        MisuseError: *code* is not between 100 and 599.
    """
    if code in FACTS:
        return Status(code)
    if not 100 <= code <= 599:
        raise MisuseError(f"{code} is not a status code", "status codes are from 100 to 599 (RFC 9110 §15)")
    return Status(code // 100 * 100)


def _key(text: str) -> str:
    # Letters and digits only: "Request Time-out", "request timeout" and "REQUEST_TIMEOUT" are one name.
    return re.sub(r"[\W_]+", "", text.casefold())


@cache
def _names() -> dict[str, tuple[Status, ...]]:
    names: dict[str, tuple[Status, ...]] = {}
    for status in Status:
        facts = FACTS[status.value]
        calls = (str(status.value), status.name, facts.phrase, facts.name, *facts.aliases, *facts.names)
        for key in dict.fromkeys(_key(call) for call in calls):
            names[key] = (*names.get(key, ()), status)
    return names
