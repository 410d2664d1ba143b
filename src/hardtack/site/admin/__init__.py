"""``/admin``: what administrators look after, one file per page.

Every page asks ``asking.administrator`` first, whatever the method. Who acts follows from the sign-in alone; a form
names only what is acted on, by its number. Nothing changes by GET, and whoever changes something has proved who they
are a moment ago. No page shows or takes a password. Every page speaks JSON as well.
"""
