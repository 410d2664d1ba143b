"""The time of day of a service that is attacked: the machine's, and as many seconds later as a file says.

Python reads this in every process that is started with this folder in ``PYTHONPATH``, so in all workers, before
anything else of them. ``time.monotonic`` stays as it is, as on a machine whose clock is set.
"""

import mmap
import os
import time

SIZE = 16
"""Octets of the file; it is never shorter, and written in one piece."""

_machine = time.time
_file = os.open(os.environ["ATTACKS_CLOCK"], os.O_RDONLY)
_ahead = mmap.mmap(_file, SIZE, access=mmap.ACCESS_READ)
os.close(_file)
time.time = lambda: _machine() + int(_ahead[:SIZE])
