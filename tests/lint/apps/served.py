"""A folder with a file that is as old everywhere, so that what is found does not change from day to day."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

CONTENT = b"0123456789" * 100
MODIFIED = 1_000_000_000

FOLDER = Path(tempfile.mkdtemp())
FILE = FOLDER / "file.txt"
FILE.write_bytes(CONTENT)
os.utime(FILE, (MODIFIED, MODIFIED))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
