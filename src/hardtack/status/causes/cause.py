"""The shape of a natural cause: what one does so that a code arises by itself, and how it is told.

Nothing in a cause names the code that it leads to: neither its address, nor a form's field, nor the command.
"""

from __future__ import annotations

from typing import NamedTuple


class Form(NamedTuple):
    """What a person can do in a browser.

    Args:
        path: where it leads, as :attr:`Cause.commands` have it without the origin.
        label: language → what stands on the button or the link.
        method: ``"get"`` (a link, where there are no fields) or ``"post"``.
        fields: names of fields that are sent along → their values.
    """

    path: str
    label: dict[str, str]
    method: str = "get"
    fields: dict[str, str] = {}  # noqa: RUF012 - never written to


class Cause(NamedTuple):
    """How one code arises from what somebody does.

    Args:
        name: the cause in one word with hyphens, such as ``stale-edit``; unique.
        title: language → a line of at most 40 characters, such as "An edit that comes too late".
        story: language → what is there, what one does, and why the code is the right word: two to four sentences.
        commands: lines for a POSIX shell with curl; they run one after the other, in one shell, when pasted together.
            ``{origin}`` stands for the origin (``http://localhost:8000``), ``{host}`` for ``localhost:8000``. The last
            answer that they print is the code's own (with ``curl -i``, or ``-w '%{{http_code}}'``). Braces of the
            shell's own are doubled, as for ``str.format``. Nothing is needed but a shell and curl.
        decided: how it stands in ``Hardtack-Trace``, such as ``precondition/if-match=changed``; ``""`` where the HTTP
            server alone answers, so that no layer of ours can say why.
        form: how to do it in a browser; ``None`` where a browser cannot.
    """

    name: str
    title: dict[str, str]
    story: dict[str, str]
    commands: tuple[str, ...]
    decided: str
    form: Form | None = None
