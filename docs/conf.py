"""The documentation's build: MyST Markdown, two language trees, nothing loaded from another host."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import hardtack

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "Hardtack"
author = "The Hardtack developers"
project_copyright = "The Hardtack developers, Apache-2.0"
version = release = hardtack.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
extensions += ["commands_reference", "walk_log"]
extensions += ["status_table", "peers_table", "conformance_table", "servers_table", "story_table", "causes_table"]
extensions += ["lint_table", "import_graph", "attacks_table", "threats_table", "licences_table", "side_channels_table"]
extensions += ["outside_table", "proof", "versions_table"]
source_suffix = {".md": "markdown"}
exclude_patterns: list[str] = []
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
nitpicky = True
# Types in signatures are other projects', or names of ours that are no page's business.
nitpick_ignore_regex = [("py:class", ".*")]
autodoc_typehints = "signature"
autodoc_member_order = "bysource"

html_theme = "furo"
html_title = "Hardtack"
html_theme_options = {"source_repository": "", "top_of_page_buttons": []}
html_copy_source = False
html_static_path = ["_static"]
html_css_files = ["story.css", "tables.css", "looks.css"]


def _say_language(_app: Any, page: str, _template: str, context: dict[str, Any], _doctree: Any) -> None:
    """Write the language of a page into it, for screen readers, fonts and line breaks."""
    context["language"] = "zh-Hans" if page.startswith(("zh/", "status/zh/")) else "en"


def setup(app: Any) -> None:
    """Let every page say its language."""
    app.connect("html-page-context", _say_language)
