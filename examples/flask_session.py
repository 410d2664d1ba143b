"""Flask's own session, sealed: one line more in an ordinary application.

Run it with ``flask --app examples/flask_session.py run`` and look at the cookie in your browser: it tells nothing.
"""

import os
import secrets

from flask import Flask, session

from hardtack.adapters.flask import SealedSessionInterface

app = Flask(__name__)
# Without a SECRET_KEY of its own, each start makes a new one, and the sessions end with the process.
app.secret_key = os.environ.get("SECRET_KEY") or secrets.token_hex(32)
app.session_interface = SealedSessionInterface()


@app.get("/")
def count() -> str:
    """Count the visits of one browser."""
    session["visits"] = session.get("visits", 0) + 1
    return f"This is your visit number {session['visits']}.\n"
