"""``python -m hardtack`` is the same as ``hardtack``."""

from __future__ import annotations

from hardtack.cli import main

if __name__ == "__main__":
    main()
