"""A program of a node that is in the middle of writing, holding everybody's turn, when something happens to it.

``python -m tests.nodes.holding URL`` says ``ready``, begins when a line comes, says ``holding`` once it holds it, goes
on when another line comes, and says how that ended and how many seconds it took.
"""

from __future__ import annotations

import json
import sys
import time

from hardtack.store import Database, StoreUnavailable, feed


def main() -> None:
    """Begin, wait, and go on."""
    database = Database.connect(sys.argv[1])
    with database.read():
        pass
    told = "written"
    print("ready", flush=True)  # noqa: T201 - the parent waits for it
    sys.stdin.readline()
    began = time.monotonic()
    try:
        with database.write() as connection:
            feed.next_change(connection)
            print("holding", flush=True)  # noqa: T201 - the parent waits for it
            sys.stdin.readline()
            began = time.monotonic()
            feed.next_change(connection)
    except StoreUnavailable as error:
        told = error.reason
    finally:
        database.close()
    print(json.dumps({"told": told, "seconds": round(time.monotonic() - began, 2)}))  # noqa: T201 - what was found


if __name__ == "__main__":
    main()
