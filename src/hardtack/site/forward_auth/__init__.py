"""Sign-in before any application: what a reverse proxy asks before it lets a request through (DESIGN §7).

``original`` reads what was asked of the proxy, ``rules`` decide who may, ``people`` knows who an account is, ``answer``
says it in the words of each proxy, and ``auth`` is the page ``/auth`` that puts them together.
"""
