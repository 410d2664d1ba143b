"""The frame that every page stands in: templates and the words around them, rendered to text.

Templates escape whatever is put into them, and a name that was never given is an error instead of an empty string
(Jinja's autoescape and StrictUndefined). The shell renders; it reads no cookie and decides no status.

A site may have templates of its own: a file of the same name as one of ours takes its place, and ours stays within
reach as ``hardtack/NAME``, to be extended. They are compiled once, at start, so that a mistake that can be seen without
a visitor is; for any other there is ``plain``, the same shell with our templates alone.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PrefixLoader,
    StrictUndefined,
    meta,
    select_autoescape,
)
from jinja2.exceptions import TemplateSyntaxError

from hardtack.errors import MisuseError, Refused, text_in
from hardtack.login.passwords import MIN_LENGTH
from hardtack.site import assets
from hardtack.site.assets import Assets
from hardtack.site.settings import Settings
from hardtack.site.texts import OURS, TAGS, Texts
from hardtack.status import saying

TEXT = "mail/letter.txt"
"""The one template that is no HTML: what a mail says as text."""

PREFIX = "hardtack"
"""Below which our own templates are found by their names, whatever stands in their place."""


def _environment(loader: BaseLoader, *, reload: bool = False) -> Environment:
    return Environment(
        loader=loader,
        # All but the text of a mail, which is no markup.
        autoescape=select_autoescape(disabled_extensions=("txt",), default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=reload,
    )


_TEMPLATES = FileSystemLoader(Path(__file__).parent / "templates")
_PLAIN = _environment(_TEMPLATES)


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong and what to do about it, in the visitor's language.

    Args:
        detail: what went wrong.
        advice: what to do next and when; empty where the detail says that as well.
        fields: what is wrong with each field, by its name.
    """

    detail: str
    advice: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, error: Refused, language: str) -> Problem:
        """Return the texts of *error* in *language*, as every other form of the answer says them."""
        fields = {name: text_in(text, language) or "" for name, text in error.fields.items()}
        says = saying.of(error.status, error, language)
        return cls(says.explanation, says.advice, fields)


class Shell:
    """The templates, texts and files of one site.

    Args:
        texts: what the pages say.
        templates: a folder with templates that take the place of ours; ``None`` without any.
        reload: whether a template that changes is read again without a restart.
        files: the style sheet, the scripts and the mark.

    Raises:
        MisuseError: there is no such folder, or a template in it is none.
    """

    __slots__ = ("_environment", "files", "plain", "texts")

    plain: Shell
    """The same with our own templates; the shell itself if it has no others."""

    def __init__(
        self,
        texts: Texts = OURS,
        templates: str | os.PathLike[str] | None = None,
        *,
        reload: bool = False,
        files: Assets = assets.OURS,
    ) -> None:
        self.texts: Texts = texts
        self.files: Assets = files
        if templates is None:
            self._environment = _PLAIN
            self.plain = self
        else:
            self._environment = _with_own(Path(templates).absolute(), reload=reload)
            self.plain = Shell(texts, files=files)

    @classmethod
    def of(
        cls,
        settings: Settings,
        *,
        templates: str | os.PathLike[str] | None = None,
        texts: Mapping[str, Mapping[str, str]] | None = None,
    ) -> Shell:
        """Return the shell as the settings say, with their brand, logo and accent.

        Args:
            settings: what the operator set.
            templates: a folder with templates that take the place of ours; ``None`` without any.
            texts: texts that take the place of ours, by language and id.

        Raises:
            MisuseError: a template or a text cannot take the place of ours, or the logo cannot be used.
        """
        words = Texts(texts, brand=settings.brand)
        return cls(words, templates, reload=settings.development, files=Assets.of(settings))

    def prepare(self, *templates: str) -> None:
        """Read *templates* now, so that a page of them needs no file any more."""
        for template in templates:
            self._environment.get_template(template)

    def render(
        self,
        template: str,
        language: str,
        *,
        url: Callable[[str], str],
        home: str,
        csrf_token: Callable[[], str],
        path: str | None,
        switch_url: str,
        status_url: str,
        signed_in: bool,
        cookie_problem: str = "",
        **values: Any,
    ) -> str:
        """Return the page *template* in *language*.

        Args:
            template: the file's name in ``templates/``.
            language: ``en`` or ``zh``.
            url: makes an address of ours out of a path.
            home: the address of the start page.
            csrf_token: makes the hidden token of a form; called only where a form is.
            path: the page's own path, or ``None`` where nobody's sign-in was looked at.
            switch_url: the address that changes the language and comes back.
            status_url: the address of the list of status codes; ``""`` where there is none.
            signed_in: whether the visitor is.
            cookie_problem: what is wrong with the sign-in that the browser sent, if something is.
            values: what the page itself shows.
        """
        texts, files = self.texts, self.files
        return self._environment.get_template(template).render(
            t=partial(texts.text, language),
            moment=partial(texts.moment, language),
            span=partial(texts.span, language),
            language=language,
            tag=TAGS[language],
            css_path=files.css.path,
            js_path=files.js.path,
            passkey_js_path=files.passkey_js.path,
            conditional_js_path=files.conditional_js.path,
            mark_path=files.mark.path,
            mark_type=files.mark.content_type,
            logo=files.has_logo,
            url=url,
            home=home,
            brand=texts.text(language, "site.brand"),
            csrf_token=csrf_token,
            path=path,
            switch_url=switch_url,
            status_url=status_url,
            signed_in=signed_in,
            cookie_problem=cookie_problem,
            **{"problem": None, "password_least": MIN_LENGTH, **values},
        )

    def letter(self, template: str, language: str, **values: Any) -> str:
        """Return a part of a mail, made of *template* in *language*.

        Args:
            template: the file's name in ``templates/``; one that ends in ``.txt`` escapes nothing.
            language: ``en`` or ``zh``.
            values: what it says.
        """
        texts = self.texts
        return self._environment.get_template(template).render(
            t=partial(texts.text, language),
            moment=partial(texts.moment, language),
            span=partial(texts.span, language),
            tag=TAGS[language],
            brand=texts.text(language, "site.brand"),
            accent=self.files.accent,
            **values,
        )


def _with_own(folder: Path, *, reload: bool) -> Environment:
    """Return an environment in which the templates in *folder* go before ours.

    Raises:
        MisuseError: there is no such folder, or a template in it is none.
    """
    if not folder.is_dir():
        raise MisuseError(
            f"templates: there is no folder {folder}", "name a folder with templates of your own, or leave it out"
        )
    own = FileSystemLoader(folder)
    # Ours first: nothing in the folder can take the place of what is asked for by that name.
    environment = _environment(ChoiceLoader([PrefixLoader({PREFIX: _TEMPLATES}), own, _TEMPLATES]), reload=reload)
    there = environment.list_templates()
    for name in own.list_templates():
        # Any other text may be a note of the author's to themselves.
        if name.endswith(".html") or name == TEXT:
            _check(environment, name, folder / name, there)
    return environment


def _check(environment: Environment, name: str, path: Path, there: Sequence[str]) -> None:
    """Compile the template *name*, and look whether those that it names are *there*.

    Raises:
        MisuseError: it is none, or one of them is not.
    """
    try:
        environment.get_template(name)
        source = path.read_text(encoding="utf-8")
        wanted = [each for each in meta.find_referenced_templates(environment.parse(source)) if each not in there]
    except TemplateSyntaxError as error:
        raise MisuseError(
            f"templates: {path}, line {error.lineno}: {error.message}",
            "correct it; the folder is for templates of these pages alone",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise MisuseError(
            f"templates: {path} cannot be read: {type(error).__name__}", "write it in UTF-8, readable for this process"
        ) from None
    # Whatever is computed (None here) is for the visitor's request to find out.
    for missing in filter(None, wanted):
        near = difflib.get_close_matches(missing, there, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"ours are {PREFIX}/shell.html, {PREFIX}/form.html and so on"
        raise MisuseError(f"templates: {path} names {missing!r}, which there is not", hint)


PLAIN = Shell()
"""Our templates with our texts."""
