"""What another server answers to the gateway: read whole and within its bounds, or not understood; nothing else."""

from __future__ import annotations

import asyncio

from hardtack.message import Request
from hardtack.playground import client, hops
from hardtack.status.errors import is_field

OUTCOMES = {"content", "empty", "not-understood"}

# The reader waits for nothing here, since all octets are there before it is asked; so its loop never runs.
_LOOP = asyncio.new_event_loop()
_LOOP.close()


def check(data: bytes) -> str:
    """Read, pass on, and take remarks out; every field can be sent, and no content is longer than what came."""
    reader = asyncio.StreamReader(limit=client.MOST_HEAD, loop=_LOOP)
    reader.feed_data(data)
    reader.feed_eof()
    reading = client.answer(reader)
    try:
        reading.send(None)
    except StopIteration as done:
        answer: client.Answer = done.value
    except client.NotUnderstood:
        return "not-understood"
    else:
        raise AssertionError("it waits for more than there is")
    assert 200 <= answer.status <= 599
    assert len(answer.content) <= min(client.MOST_CONTENT, len(data))
    passed = hops.passed_on(answer)
    changed = hops.without_remarks(Request(method="GET", path="/"), passed)
    assert all(is_field(name, value) for name, value in [*passed.headers, *changed.headers])
    assert (changed.status == 203) == (changed.body != passed.body) or answer.status == 203
    assert not {name.lower() for name, _ in changed.headers} & (hops.ENDS_HERE | {"set-cookie", "content-length"})
    return "content" if answer.content else "empty"
