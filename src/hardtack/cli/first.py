"""What ``hardtack`` by itself says: the five things that people come for, in the terminal's language.

It decides no command and runs none; ``--help`` shows them all.
"""

from __future__ import annotations

import hardtack

EXAMPLES = {
    "hardtack serve": {"en": "run the service, on http://localhost:8000", "zh": "运行服务：http://localhost:8000"},
    "hardtack demo": {"en": "see how a sign-in works, step by step", "zh": "一步一步看懂登录是怎么回事"},
    "hardtack status 416": {"en": "read what a status code means", "zh": "查一个状态码是什么意思"},
    "hardtack keys new": {"en": "make the key that your own application needs", "zh": "生成你自己的应用所需的密钥"},
    "hardtack proxy --help": {"en": "put a sign-in before any other application", "zh": "给任何别的应用前面加上登录"},
}
"""What people type, and what it does; the help of ``hardtack`` ends with them, too."""
_AROUND = {
    "en": ("sealed cookie sessions, a sign-in, and the status code that fits", "all commands: hardtack --help"),
    "zh": ("密封的 cookie 会话、登录，以及恰当的状态码", "全部命令：hardtack --help"),
}


def text(language: str) -> str:
    """Return what is shown.

    Args:
        language: ``"en"`` or ``"zh"``.
    """
    head, foot = _AROUND[language]
    width = max(len(command) for command in EXAMPLES)
    lines = [f"  {command:{width}}   {said[language]}" for command, said in EXAMPLES.items()]
    return "\n".join([f"hardtack {hardtack.__version__}: {head}", "", *lines, "", foot])
