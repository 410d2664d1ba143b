"""What the parent of the story's forks imports first: the clock, from which whatever is loaded later takes its time."""

from __future__ import annotations

from tests.story import clock

clock.keep()
