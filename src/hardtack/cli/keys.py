"""``hardtack keys``: make a keyring, look at it, and change its keys.

What becomes of a key is decided by ``hardtack.seal.rotation``, what a keyring must look like by
``hardtack.seal.keytext``, how a file is changed by ``hardtack.seal.keyfile``, what the database holds under a key by
``hardtack.store.sealed``; their complaints pass through. ``keys_place`` says which keyring and database are meant.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import click

from hardtack.cli import voice
from hardtack.cli.keys_place import SAY, Place, show
from hardtack.errors import MisuseError
from hardtack.seal import Keyring, keyfile, keytext, rotation
from hardtack.seal.key import ACTIVE, ANNOUNCED, REVOKED
from hardtack.session.lifetimes import KEPT_ABSOLUTE, Lifetimes
from hardtack.store import Database, DatabaseError, StoreUnavailable, feed, sealed

DAY = 86_400

_identifier = click.argument("identifier", metavar="ID")
_path = click.argument("path", required=False, type=click.Path(path_type=Path))
_data = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="The data folder, where the file is called hardtack.key.  [default: hardtack-data]",
)
_env = click.option("--env", is_flag=True, help="Print what to set HARDTACK_KEYRING to, instead of changing a file.")

_database = click.option(
    "--database", "url", metavar="URL", help="The database.  [default: the one of the service with this data folder]"
)


def _on_a_place(function: Callable[..., None]) -> Callable[..., None]:
    return _path(_data(_env(function)))


@click.group(name="keys")
def command() -> None:
    """Make, show and change the keys that seal cookies and links."""


@command.command()
@_path
@_data
def new(path: Path | None, data: Path | None) -> None:
    """Make a new keyring with one key in the file PATH.

    Its folder is made too; an existing file is never overwritten. Prints the key as `list` does.
    """
    where = Place(path, data).file
    _make_folder(where.parent)
    ring = keyfile.create(where)
    say = SAY[voice.language()]
    voice.say(say["made"].format(path=where))
    voice.hint(say["keep"])
    show(ring)


@command.command(name="list")
@_path
@_data
def list_(path: Path | None, data: Path | None) -> None:
    """Print the id and the state of each key in the file PATH.

    And since when it has that state, or for an announced key when it becomes active; never a secret. Without PATH
    and --data, a keyring in the environment variable HARDTACK_KEYRING is shown, as the service uses it.
    """
    show(Place(path, data).read())


@command.command()
@_on_a_place
@click.option(
    "--delay",
    type=click.IntRange(1, 366 * DAY),
    metavar="SECONDS",
    help=f"How long every server has to take the new key up before it seals.  [default: {rotation.PROPAGATION}]",
)
@click.option("--now", "at_once", is_flag=True, help="Seal under the new key, or the one announced before, at once.")
def rotate(path: Path | None, data: Path | None, env: bool, delay: int | None, at_once: bool) -> None:
    """Announce a new key in the file PATH; nobody is signed out.

    It becomes active after a delay, and the key before it goes on opening. Prints the keys as `list` does.
    """
    say = SAY[voice.language()]
    if at_once and delay is not None:
        raise click.UsageError(say["two-times"])
    wait = 0 if at_once else delay or rotation.PROPAGATION
    ring = Place(path, data, env).change(lambda keys, now: rotation.announce(keys, now, wait))
    state = ACTIVE if at_once else ANNOUNCED
    new_key = next(key for key in ring.keys if key.state == state)
    voice.say(say[state].format(new=new_key.id, time=keytext.moment(new_key.since or 0)))
    if not (env or at_once):
        voice.hint(say["announced-hint"])
    voice.hint(say["backup"])


@command.command()
@_identifier
@_on_a_place
@_database
@click.option(
    "--longest",
    type=click.IntRange(1, 3660),
    metavar="DAYS",
    help="How long a token may live.  [default: as long as a person may be kept signed in]",
)
@click.option("--sign-people-out", is_flag=True, help="Retire it although tokens under it may not have ended.")
def retire(
    identifier: str,
    path: Path | None,
    data: Path | None,
    env: bool,
    url: str | None,
    longest: int | None,
    sign_people_out: bool,
) -> None:
    """Take the key ID out of the file PATH once nobody can need it.

    Refuses while tokens under it may not have ended, or the database holds anything under it. Prints the keys as
    `list` does.
    """
    place = Place(path, data, env, url)
    say = SAY[voice.language()]
    seconds = 0 if sign_people_out else _longest(place) if longest is None else longest * DAY

    def retired(keys: rotation.Keys, now: int) -> rotation.Keys:
        after = rotation.retire(keys, identifier, now, seconds)
        if count := _values_under(place, identifier):
            raise MisuseError(say["needed"].format(count=count, id=identifier), say["needed-hint"])
        return after

    place.change(retired)
    voice.say(say["retired"].format(id=identifier))
    if sign_people_out:
        voice.say(say["signed-out"])
    voice.hint(say["backup"])


@command.command()
@_identifier
@_on_a_place
@_database
@click.option("--yes", is_flag=True, help="Do not ask.")
def revoke(identifier: str, path: Path | None, data: Path | None, env: bool, url: str | None, yes: bool) -> None:
    """Revoke the stolen key ID in the file PATH.

    No token under it opens any more, on any server. If it was the active one, an announced or a new key takes its
    place at once. The servers that share the database learn of it there, and what the database holds is sealed
    anew. Prints the keys as `list` does.
    """
    place = Place(path, data, env, url)
    say = SAY[voice.language()]
    ring = place.read()
    # Whatever is wrong with the id or the file is said before the question.
    states = {key.id: key.state for key in ring.keys}
    if identifier not in states:
        raise rotation.UnknownKey
    if states[identifier] == REVOKED:
        voice.say(say["revoked-again"].format(id=identifier))
    else:
        if not yes:
            click.confirm(f"hardtack: {say['confirm'].format(id=identifier)}", abort=True, err=True)
        ring = place.change(lambda keys, now: rotation.revoke(keys, identifier, now))
        voice.say(say["revoked"].format(id=identifier))
        if not env:
            voice.hint(say["revoked-hint"])
        voice.hint(say["backup"])
    try:
        with place.database() as database:
            _tell(place, database, identifier)
            _name_exposed(database, identifier)
            # Not under a key that nobody has yet but who reads the terminal.
            if database is not None and not env:
                _reseal(database, ring)
    except (DatabaseError, StoreUnavailable) as error:
        problem = error.problem if isinstance(error, DatabaseError) else error.reason
        raise MisuseError(say["untold"].format(problem=problem), say["untold-hint"]) from None


@command.command()
@_on_a_place
@_database
def reseal(path: Path | None, data: Path | None, env: bool, url: str | None) -> None:
    """Seal what the database holds anew under the active key.

    That is the one of the file PATH. Worth doing after a rotation, so that the key before it can be retired;
    `revoke` does it by itself.
    """
    place = Place(path, data, env, url)
    ring = place.read()
    with place.database() as database:
        if database is None:
            say = SAY[voice.language()]
            raise MisuseError(say["no-database-here"].format(folder=place.folder_of_service), say["no-database-hint"])
        _reseal(database, ring)


@command.command()
@_path
@_data
@click.pass_context
def check(context: click.Context, path: Path | None, data: Path | None) -> None:
    """Say everything that is wrong with the keyring in the file PATH.

    Exit status 1 if anything is. Without PATH and --data, a keyring in the environment variable HARDTACK_KEYRING is
    checked, as the service uses it.
    """
    place = Place(path, data)
    if place.in_environment:
        source = keyfile.VARIABLE
        wrong = keytext.complaints(keyfile.environment(), source)
    else:
        source = str(place.file)
        wrong = keyfile.complaints(place.file)
    for error in wrong:
        voice.say(error.problem)
        voice.hint(error.hint)
    voice.say(SAY[voice.language()]["wrong" if wrong else "good"].format(source=source, count=len(wrong)))
    context.exit(1 if wrong else 0)


def _longest(place: Place) -> int:
    """Return how long a token may live, in seconds, in the service and in an application that says nothing else."""
    return max(KEPT_ABSOLUTE, place.settings().kept_absolute_timeout) + Lifetimes().leeway


def _values_under(place: Place, identifier: str) -> int:
    """Return how many values the database holds under a key."""
    with place.database() as database:
        if database is None:
            return 0
        with database.read() as connection:
            return sealed.under(connection).get(identifier, 0)


def _tell(place: Place, database: Database | None, identifier: str) -> None:
    """Let every server that shares the database refuse a key."""
    say = SAY[voice.language()]
    if database is None:
        voice.hint(say["no-database"].format(folder=place.folder_of_service))
        return
    with database.write() as connection:
        feed.revoke_key(connection, key_id=bytes.fromhex(identifier), at=keyfile.clock())
    voice.say(say["told"])


def _name_exposed(database: Database | None, identifier: str) -> None:
    """Say who should set up their authenticator app anew: the thief may have its secret."""
    if database is None:
        return
    with database.read() as connection:
        exposed = sealed.owners_of_secrets_under(connection, bytes.fromhex(identifier))
    if exposed:
        say = SAY[voice.language()]
        voice.say(say["exposed"].format(count=len(exposed), names=", ".join(exposed)))
        voice.hint(say["exposed-hint"])


def _reseal(database: Database, ring: Keyring) -> None:
    """Seal what the database holds anew, and say how much that was."""
    say = SAY[voice.language()]
    active = next(key.id for key in ring.keys if key.state == ACTIVE)
    with database.read() as connection:
        total = sum(count for identifier, count in sealed.under(connection).items() if identifier != active)
    so_far = sealed.Resealed(0, 0)
    with click.progressbar(length=total, file=sys.stderr, hidden=not (total and sys.stderr.isatty())) as bar:
        for now in sealed.reseal(database, ring):
            bar.update(sum(now) - sum(so_far))
            so_far = now
    voice.say(say["resealed"].format(count=so_far.done, id=active))
    if so_far.unreadable:
        voice.say(say["unreadable"].format(count=so_far.unreadable))
        voice.hint(say["unreadable-hint"])


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        say = SAY[voice.language()]
        reason = (error.strerror or str(error)).lower()
        raise MisuseError(say["folder"].format(folder=folder, reason=reason), say["folder-hint"]) from None
