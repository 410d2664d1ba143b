"""The tables of the documents: an extension of ``docs/_ext``, loaded as Sphinx would, and what its directive draws."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from docutils import nodes  # type: ignore[import-untyped]  # docutils has no types
from docutils.core import publish_doctree  # type: ignore[import-untyped]  # likewise
from docutils.parsers.rst import directives  # type: ignore[import-untyped]  # likewise

DOCS = Path(__file__).parents[1] / "docs"
sys.path.append(str(DOCS / "_ext"))  # where they find what they have in common


def extension(name: str) -> ModuleType:
    """Return a module of ``docs/_ext`` and let its directive be known: of ``lint_table`` it is ``lint-table``."""
    spec = importlib.util.spec_from_file_location(name, DOCS / "_ext" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    kind = getattr(module, "".join(word.capitalize() for word in name.split("_")))
    directives.register_directive(name.replace("_", "-"), kind)
    return module


def drawn(source: str) -> nodes.document:
    """Return what reStructuredText becomes; a warning is an error."""
    return publish_doctree(source, settings_overrides={"halt_level": 2, "report_level": 2})


def cells(source: str) -> list[list[str]]:
    """Return the text of every cell of the tables in *source*, by row, heads among them."""
    return [[entry.astext() for entry in row.findall(nodes.entry)] for row in drawn(source).findall(nodes.row)]
