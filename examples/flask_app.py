"""A Flask application with a sign-in: from nothing to signed in.

Run ``hardtack keys new`` once, then ``flask --app examples/flask_app.py run``, and open http://localhost:5000.
"""

from flask import Flask, redirect, render_template_string, request, session
from werkzeug.wrappers import Response

from hardtack.adapters.flask import Hardtack, current_account, recent_sign_in_required, sign_in_required

app = Flask(__name__)
Hardtack(app, keyring="hardtack-data/hardtack.key")  # in production also origin="https://shop.example"
HOME = """<!doctype html><title>Ship's log</title>
{% if current_account %}<p>Welcome aboard, {{ current_account.display_name }}.
<form method="post" action="/notes">{{ csrf_field() }}<input name="note"><button>Note</button></form>
<ul>{% for note in session.notes %}<li>{{ note }}{% endfor %}</ul><a href="/scuttle">Scuttle the ship</a>
<form method="post" action="{{ hardtack.url('/sign-out') }}">{{ csrf_field() }}<button>Sign out</button></form>
{% else %}<a href="{{ hardtack.url('/sign-up') }}">Sign up</a> or <a href="/notes">sign in</a>{% endif %}"""


@app.get("/")
def home() -> str:
    """Show who is aboard."""
    return render_template_string(HOME)


@app.route("/notes", methods=["GET", "POST"])
@sign_in_required
def notes() -> Response:
    """Keep a note in the session, which only its owner's browser brings back."""
    if request.method == "POST":
        session.setdefault("notes", []).append(request.form["note"])
    return redirect("/")


@app.get("/scuttle")
@recent_sign_in_required(max_age=300)
def scuttle() -> str:
    """Do what cannot be undone, for whoever has given the password in the last five minutes."""
    return f"{current_account.name} may scuttle the ship.\n"
