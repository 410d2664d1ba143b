"""The deadline of a handler, where it and the answer meet."""

from __future__ import annotations

import asyncio

import pytest

from hardtack.adapters.asgi.deadline import Deadline


async def _handle(*, answers: bool) -> bool:
    """Run past a deadline, and say whether it has cancelled the handler."""

    async def late(waiting: list[object]) -> bool:
        assert waiting == []
        return answers

    deadline = Deadline(0, late)
    try:
        await asyncio.sleep(0.05)
    except asyncio.CancelledError:
        return deadline.has_cancelled()
    finally:
        await deadline.end()
    return False


@pytest.mark.parametrize("answers", [True, False])
def test_a_handler_is_cancelled_only_if_it_was_answered_for(answers: bool) -> None:
    """One whose answer began in the moment between keeps on answering."""
    assert asyncio.run(_handle(answers=answers)) is answers


def test_a_cancellation_by_somebody_else_is_not_the_deadlines() -> None:
    """A client that goes away, a server that stops."""

    async def run() -> bool:
        async def handle() -> bool:
            async def late(_: list[object]) -> bool:
                raise AssertionError("the time was not over")

            deadline = Deadline(60, late)
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                return deadline.has_cancelled()
            finally:
                await deadline.end()
            return True

        task = asyncio.create_task(handle())
        await asyncio.sleep(0)
        task.cancel()
        return await task

    assert asyncio.run(run()) is False
