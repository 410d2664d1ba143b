"""A sign-in in Bottle, and so in any WSGI application: one line around it.

Run ``hardtack keys new`` once, then ``gunicorn --pythonpath examples bottle_app:app``, and open http://localhost:8000.
"""
# mypy: disable-error-code="import-untyped, untyped-decorator"

from bottle import Bottle, redirect, request, template

from hardtack.adapters.sign_in import SignIn
from hardtack.adapters.wsgi import Hardtack

shop = Bottle()
shop.config["catchall"] = False  # errors are the layer's, which makes pages of them
HOME = """<!doctype html><title>Ship's log</title><p>{{name}}: {{notes}}
<form method="post" action="/notes"><input type="hidden" name="csrf_token" value="{{token}}">
<input name="note"><button>Note</button></form><a href="/scuttle">Scuttle the ship</a>"""


@shop.get("/")
def home() -> str:
    """Show a form to whoever is signed in, and lead others to the sign-in page and back."""
    visit = request.environ["hardtack.visit"]
    name, notes = visit.require().display_name, visit.session.get("notes", [])
    return str(template(HOME, name=name, notes=notes, token=visit.csrf_token()))


@shop.post("/notes")
def note() -> None:
    """Keep a note in the session; no other site's form comes this far."""
    request.environ["hardtack.session"].setdefault("notes", []).append(request.forms.note)
    redirect("/")


@shop.get("/scuttle")
def scuttle() -> str:
    """Do what cannot be undone, for whoever has given the password in the last five minutes."""
    return f"{request.environ['hardtack.visit'].require_recent(300).name} may scuttle the ship.\n"


app = Hardtack(shop, session=SignIn(application="shop", keyring="hardtack-data/hardtack.key"), status={})
