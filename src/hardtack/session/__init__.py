"""What is remembered between requests: sealed cookies, who is signed in, and an application's data.

``cookie`` reads and writes the two fields, ``policy`` decides names and flags, ``lifetimes`` when a session ends,
``identity`` and ``data`` what the two cookies carry, ``sealed`` how one of them is read and written, ``revocation``
what must be known from outside, ``sessions`` opens and saves a ``Session``, and ``csrf`` tells our own pages' requests
from others'. ``lost`` notices updates that undo each other, ``server_side`` keeps the values on the server instead,
and ``caching`` says what caches must be told.

For the author: ``typed`` gives part of a session a type, ``flash`` leaves messages for the next page, ``testing`` opens
and edits a session in a test. This room reads no clock, no file and no socket: ``now`` is an argument everywhere.
"""

from __future__ import annotations

from hardtack.session import cookie, csrf, policy
from hardtack.session.cookie import CookieTooLarge
from hardtack.session.csrf import CrossSiteRequest
from hardtack.session.identity import Identity
from hardtack.session.lifetimes import Lifetimes
from hardtack.session.policy import CookiePolicy
from hardtack.session.revocation import Revocations, SupersededSession
from hardtack.session.server_side import ServerSide, SessionConflict
from hardtack.session.session import Session
from hardtack.session.sessions import Sessions

__all__ = [
    "CookiePolicy",
    "CookieTooLarge",
    "CrossSiteRequest",
    "Identity",
    "Lifetimes",
    "Revocations",
    "ServerSide",
    "Session",
    "SessionConflict",
    "Sessions",
    "SupersededSession",
    "cookie",
    "csrf",
    "policy",
]
