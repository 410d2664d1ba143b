"""The story in its order: thirty-odd steps in three chapters, the same through every adapter."""

from __future__ import annotations

from tests.story import answering, ending, visiting
from tests.story.telling import Step

STEPS: tuple[Step, ...] = (*visiting.CHAPTER, *answering.CHAPTER, *ending.CHAPTER)
