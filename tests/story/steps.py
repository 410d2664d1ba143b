"""The story in its order: forty steps in four chapters, the same through every adapter."""

from __future__ import annotations

from tests.story import answering, ending, proving, visiting
from tests.story.telling import Step

STEPS: tuple[Step, ...] = (*visiting.CHAPTER, *answering.CHAPTER, *ending.CHAPTER, *proving.CHAPTER)
