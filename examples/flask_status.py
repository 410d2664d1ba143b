"""The status layer in Flask: an edit that cannot overwrite somebody else's.

Run it with ``flask --app examples/flask_status.py run``, and try ``curl -i localhost:5000/notes/1 -X PUT -d new``: 428,
say which version you mean. With ``-H 'If-Match: "old"'`` 412: it is another one now. A new note, ``/notes/2``, with
``-H 'If-None-Match: *'`` 201. ``-X POST`` 405, with every method of the address.
"""

from flask import Flask, Response, make_response, request

from hardtack.adapters.flask import Status
from hardtack.status import NotFound
from hardtack.status.rules import rules
from hardtack.status.validators import ETag, etag_of

app = Flask(__name__)
Status(app)
NOTES = {1: b"Biscuits keep for years.\n"}


def version(number: int) -> ETag | None:
    """Return the tag of the note as it is now, or nothing where there is none."""
    return etag_of(NOTES[number]) if number in NOTES else None


@app.get("/notes/<int:number>")
@rules(etag=version)
def read(number: int) -> Response:
    """Show a note."""
    if number not in NOTES:
        raise NotFound({"en": "There is no such note.", "zh": "没有这条笔记。"})
    return make_response(NOTES[number], 200, {"Content-Type": "text/plain", "ETag": str(version(number))})


@app.put("/notes/<int:number>")
@rules(etag=version, protect=True, max_body=1000)
def write(number: int) -> Response:
    """Replace a note, if the visitor has seen what it replaces."""
    status, NOTES[number] = 200 if number in NOTES else 201, request.get_data()
    return make_response("", status, {"Location": f"/notes/{number}", "ETag": str(version(number))})
