"""The ring of keys: which key seals, which key opens, and what is kept to do it fast.

Tokens are sealed under the one active key and opened under the key whose id they carry, never by trial; a revoked key
opens no token, and is kept for ``columns`` alone. Another set of keys is another ring (``rotation`` says which states
follow from the time, ``followed`` when another ring takes the place of one); all that can happen to a ring itself is
that a key of it is revoked. What a ring keeps between calls only saves time and is bounded; a derived key is kept for
opening only after a tag under it held, so that junk cannot push out what is needed (``derived`` says when a prefix is
drawn anew). There is no clock here and no lock: each shared step is a single operation of a C-level dict or iterator,
and a lost race costs a derivation, never a nonce.

A secret leaves the ring in no representation, error text or pickle.
"""

from __future__ import annotations

import hmac
import os
from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import replace
from os import PathLike
from typing import NoReturn, TypeVar

from cryptography.exceptions import InvalidTag

from hardtack.errors import MisuseError
from hardtack.seal import token as form
from hardtack.seal.derived import Open, PurposeKey
from hardtack.seal.host_secret import keys_from
from hardtack.seal.key import (
    ACTIVE,
    ANNOUNCED,
    REVOKED,
    STATES,
    Key,
    KeyInfo,
    KeyringError,
    NoActiveKey,
)
from hardtack.seal.token import (
    EXPIRY_SIZE,
    HEAD_SIZE,
    KEY_ID_SIZE,
    MAX_DATA,
    MAX_TOKEN,
    MIN_TOKEN,
    NONCE_END,
    SUFFIX_SIZE,
    SealError,
    decode,
    encode,
    expiry_field,
)

PEPPER_SIZE = 32
MAX_OPENERS = 4096
MAX_BINDINGS = 1024
MAX_PURPOSE_KEYS = 4096

# The parts of a token and of a plaintext, made once: written out, Python makes each slice anew for every token.
_HEAD, _SUFFIX, _SEALED = slice(HEAD_SIZE), slice(HEAD_SIZE, NONCE_END), slice(NONCE_END, None)
_EXPIRY, _DATA = slice(EXPIRY_SIZE), slice(EXPIRY_SIZE, None)
_number = int.from_bytes

_K = TypeVar("_K")
_V = TypeVar("_V")


class _Binding:
    """What every token of one purpose and context shares: the key that seals it and the associated data by key."""

    __slots__ = ("aad", "aads", "context", "purpose", "sealing")

    def __init__(self, purpose: bytes, context: tuple[str, ...], sealing: PurposeKey, aad: bytes) -> None:
        self.purpose = purpose
        self.context = context
        self.sealing = sealing
        self.aad = aad
        self.aads = OrderedDict([(sealing, aad)])


class _NoKey(PurposeKey):
    """What seals where no key may: it raises instead."""

    __slots__ = ()

    def __init__(self) -> None:
        self.turns = iter(())

    def draw(self) -> NoReturn:
        raise NoActiveKey from None


_NO_KEY = _NoKey()


class Keyring:
    """Seal bytes into tokens that nobody else can read or make, and open them again.

    Make one with ``generate`` (in memory), ``load`` (a file), ``from_env`` or ``from_host_secret``. It may be shared by
    threads, and by processes across a fork.

    Args:
        keys: the keys, exactly one of them active; an announced key opens, however its time may have come.
        pepper: 32 random bytes for ``lookup_hash``; ``None`` if the ring has none.

    Raises:
        KeyringError: if they do not make a ring.
    """

    __slots__ = ("_active", "_bindings", "_infos", "_openers", "_pepper", "_purpose_keys", "_revoked", "_secrets")

    def __init__(self, keys: Sequence[Key], pepper: bytes | None) -> None:
        if pepper is not None:
            _require_random("pepper", pepper, PEPPER_SIZE)
        ids: set[bytes] = set()
        for key in keys:
            _require_random("secret", key.secret, form.SECRET_SIZE)
            if key.state not in STATES:
                raise KeyringError(f"the state of a key must be one of {', '.join(STATES)}")
            if key.id in ids:
                raise KeyringError(
                    f"two keys of the ring have the id {key.id.hex()}", "keep one of them: the id alone chooses the key"
                )
            ids.add(key.id)
        active = [key.id for key in keys if key.state == ACTIVE]
        if len(active) != 1:
            raise KeyringError(
                f"a ring needs exactly one active key, not {len(active)}", "make one key active, the others opening"
            )
        self._secrets = {key.id: key.secret for key in keys if key.state != REVOKED}
        self._revoked = {key.id: key.secret for key in keys if key.state == REVOKED}
        self._active: bytes | None = active[0]
        self._pepper = pepper
        self._infos = tuple(KeyInfo(key.id.hex(), key.state, key.since) for key in keys)
        self._bindings: OrderedDict[tuple[str, Sequence[str]], _Binding] = OrderedDict()
        self._purpose_keys: OrderedDict[tuple[bytes, bytes], PurposeKey] = OrderedDict()
        self._openers: OrderedDict[bytes, tuple[Open, PurposeKey]] = OrderedDict()

    # Where a ring comes from ------------------------------------------------------------------------------------------

    @classmethod
    def generate(cls) -> Keyring:
        """Return a new ring with one random key, which nobody keeps; for tests and trials."""
        return cls([Key(os.urandom(form.SECRET_SIZE))], os.urandom(PEPPER_SIZE))

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Keyring:
        """Return the ring in the file at *path*, as ``hardtack keys new`` makes it, in the states of this moment.

        It stays as it is; ``keyfile.follow`` gives one that takes up what changes.

        Raises:
            KeyringError: if the file cannot be read, is open to others, or does not hold a ring.
        """
        from hardtack.seal import keyfile  # noqa: PLC0415 - keyfile builds on this module

        return keyfile.read(path)

    @classmethod
    def from_env(cls, name: str = "HARDTACK_KEYRING") -> Keyring:
        """Return the ring in the environment variable *name*: the text of a keyring file, ``;`` for its line ends.

        It is in the states of this moment; in one of ``keyfile.follow_environment`` an announced key begins to seal.

        Raises:
            KeyringError: if the variable is missing or does not hold a ring.
        """
        from hardtack.seal import keyfile  # noqa: PLC0415 - keyfile builds on this module

        return keyfile.from_environment(name)

    @classmethod
    def from_host_secret(cls, framework: str, secrets: Sequence[str | bytes]) -> Keyring:
        """Return a ring derived from a web framework's own secrets, so that a drop-in needs no key of its own.

        Such a ring has no pepper: the framework's secret may rotate, and look-up hashes must not.

        Args:
            framework: its name, such as ``flask``; rings of two frameworks with one secret have nothing in common.
            secrets: the present secret, which seals, then the fallbacks, which only open.

        Raises:
            KeyringError: if there is no secret, or an empty one.
        """
        return cls(keys_from(framework, secrets), None)

    # What a ring does -------------------------------------------------------------------------------------------------

    def seal(self, data: bytes, *, purpose: str, context: Sequence[str] = (), expires_at: int | None = None) -> str:
        """Return a token that holds *data*, unreadable and unforgeable.

        Args:
            data: at most ``token.MAX_DATA`` bytes.
            purpose: what the token is for: one of ``Purpose``, or an application's ``app-…``.
            context: what else it is bound to, such as the cookie's name and the realm; a tuple is quickest.
            expires_at: the Unix time in seconds from which on it is refused; ``None`` for never.

        Raises:
            MisuseError: if an argument is of the wrong type or outside its bounds.
            NoActiveKey: if the key that sealed was revoked and there is no other yet.
        """
        try:
            binding = self._bindings[purpose, context]
        except (KeyError, TypeError):
            binding = None
        if binding is None:
            binding = self._bind(purpose, context)
        if type(data) is not bytes or len(data) > MAX_DATA:
            raise MisuseError(f"what is sealed must be bytes, at most {MAX_DATA} of them")
        plaintext = expiry_field(expires_at) + data
        try:
            encrypt, head = next(binding.sealing.turns)
        except StopIteration:
            encrypt, head = binding.sealing.draw()
        suffix = os.urandom(SUFFIX_SIZE)
        return encode(head + suffix + encrypt(suffix, plaintext, binding.aad))

    def open(self, token: str, *, purpose: str, context: Sequence[str] = (), now: int) -> bytes:
        """Return the data in *token*.

        Whatever text *token* is, this returns what was sealed or raises ``SealError``, never anything else.

        Args:
            token: the text that came in.
            purpose: the purpose that it must have been sealed for.
            context: the context that it must have been sealed in.
            now: Unix time in seconds.

        Raises:
            SealError: if it does not open; ``reason`` is ``malformed``, ``unknown-key``, ``forged`` or ``expired``.
            MisuseError: if an argument is of the wrong type, or the purpose or context could not be sealed either.
        """
        try:
            binding = self._bindings[purpose, context]
        except (KeyError, TypeError):
            binding = None
        if binding is None:
            binding = self._bind(purpose, context)
        if not isinstance(token, str):
            raise MisuseError("a token must be a string")
        if not isinstance(now, int):
            raise MisuseError("now must be a whole number of seconds", "write int(time.time())")
        if not MIN_TOKEN <= len(token) <= MAX_TOKEN:
            raise SealError("malformed")
        try:
            raw = decode(token)
        except ValueError:
            raise SealError("malformed") from None
        try:
            decrypt, key = self._openers[raw[_HEAD]]
            # The derived key that is kept may serve another purpose; then its associated data is not here either.
            aad = binding.aads[key]
            plaintext = decrypt(raw[_SUFFIX], raw[_SEALED], aad)
        except KeyError:
            plaintext = self._open_first(raw, binding)
        except InvalidTag:
            raise SealError("forged") from None
        expires_at = _number(plaintext[_EXPIRY])
        if expires_at and expires_at <= now:
            raise SealError("expired")
        return plaintext[_DATA]

    def lookup_hash(self, data: bytes, *, purpose: str) -> bytes:
        """Return a keyed hash (32 bytes, HMAC-SHA256) by which *data* can be looked up but not guessed from a copy.

        It lies under the pepper, which does not rotate, so stored hashes stay good.

        Args:
            data: what to find again, in its canonical form.
            purpose: 1 to 32 of ``[a-z0-9-]``; hashes of different purposes have nothing in common.

        Raises:
            MisuseError: if an argument is of the wrong type, or the ring has no pepper.
        """
        if self._pepper is None:
            raise MisuseError(
                "a ring made of a framework's secret has no pepper for look-up hashes",
                "make a keyring with `hardtack keys new`",
            )
        if not isinstance(data, bytes):
            raise MisuseError("what is hashed must be bytes")
        return hmac.digest(self._pepper, form.length_prefixed(form.purpose_name(purpose)) + data, "sha256")

    def revoke(self, identifiers: Collection[bytes]) -> None:
        """Let no token open under these keys any more, and none be sealed, in every thread, before this returns.

        It is for a theft that others have told of; ``hardtack keys revoke`` writes one down. Where the active key is
        among them, an announced one takes its place at once; without one, ``seal`` raises ``NoActiveKey``.

        Args:
            identifiers: ids of keys, 4 bytes each; those of other rings mean nothing here.
        """
        revoked = [identifier for identifier in identifiers if identifier in self._secrets]
        if not revoked:
            return
        names = {identifier.hex() for identifier in revoked}
        infos = [replace(info, state=REVOKED, since=None) if info.id in names else info for info in self._infos]
        if self._active in revoked:
            place = next((place for place, info in enumerate(infos) if info.state == ANNOUNCED), None)
            if place is not None:
                infos[place] = replace(infos[place], state=ACTIVE)
            self._active = None if place is None else bytes.fromhex(infos[place].id)
        self._infos = tuple(infos)
        for identifier in revoked:
            self._revoked[identifier] = self._secrets.pop(identifier)
        # Last: whoever keeps something now that was begun before looks again whether it still holds.
        self._bindings, self._purpose_keys, self._openers = OrderedDict(), OrderedDict(), OrderedDict()

    @property
    def seals(self) -> bool:
        """Whether there is a key to seal with; only a revocation takes it away."""
        return self._active is not None

    def column_key(self, identifier: bytes | None = None) -> PurposeKey | None:
        """Return the key for what a database holds, or ``None`` if it is not in the ring; for ``columns``.

        Args:
            identifier: the key's id, also that of a revoked one; ``None`` for the active key.
        """
        wanted = self._active if identifier is None else identifier
        if wanted is None:
            return _NO_KEY
        secret = self._secrets.get(wanted) or self._revoked.get(wanted)
        return None if secret is None else self._purpose_key(wanted, secret, form.COLUMN)

    @property
    def keys(self) -> tuple[KeyInfo, ...]:
        """What may be shown of each key."""
        return self._infos

    def __repr__(self) -> str:
        return f"<Keyring {', '.join(f'{info.id} {info.state}' for info in self._infos)}>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise MisuseError("a keyring cannot be pickled or copied", "load it in each process, or share it across a fork")

    # What a ring keeps ------------------------------------------------------------------------------------------------

    def _bind(self, purpose: str, context: Sequence[str]) -> _Binding:
        name = form.token_purpose(purpose)
        active = self._active
        aad = form.associated_data(active or bytes(KEY_ID_SIZE), name, context)
        place = (purpose, tuple(context))
        binding = self._bindings.get(place)
        if binding is None:
            secret = None if active is None else self._secrets.get(active)
            sealing = _NO_KEY if active is None or secret is None else self._purpose_key(active, secret, name)
            binding = _Binding(name, place[1], sealing, aad)
            _keep(self._bindings, place, binding, MAX_BINDINGS)
            if self._active is not active:
                self._bindings.pop(place, None)
        return binding

    def _purpose_key(self, identifier: bytes, secret: bytes, purpose: bytes) -> PurposeKey:
        key = self._purpose_keys.get((identifier, purpose))
        if key is None:
            key = PurposeKey(identifier, secret, purpose)
            _keep(self._purpose_keys, (identifier, purpose), key, MAX_PURPOSE_KEYS)
        return key

    def _open_first(self, raw: bytes, binding: _Binding) -> bytes:
        """Return the plaintext of a token for whose head nothing is kept yet, and keep it if the tag held."""
        identifier = raw[1 : 1 + KEY_ID_SIZE]
        if raw[:1] != form.VERSION:
            raise SealError("malformed") from None
        secret = self._secrets.get(identifier)
        if secret is None:
            raise SealError("unknown-key") from None
        key = self._purpose_key(identifier, secret, binding.purpose)
        aad = binding.aads.get(key) or form.associated_data(identifier, binding.purpose, binding.context)
        head = raw[:HEAD_SIZE]
        decrypt = key.cipher(head[1 + KEY_ID_SIZE :]).decrypt
        try:
            plaintext = decrypt(raw[HEAD_SIZE:NONCE_END], raw[NONCE_END:], aad)
        except InvalidTag:
            raise SealError("forged") from None
        _keep(binding.aads, key, aad, MAX_PURPOSE_KEYS)
        _keep(self._openers, head, (decrypt, key), MAX_OPENERS)
        if identifier not in self._secrets:
            self._openers.pop(head, None)
            raise SealError("unknown-key")
        return plaintext


def _require_random(name: str, value: bytes, size: int) -> None:
    if type(value) is not bytes or len(value) != size:
        raise KeyringError(f"a {name} must be {size} random bytes", f"write os.urandom({size})")


def _keep(kept: OrderedDict[_K, _V], key: _K, value: _V, most: int) -> None:
    """Put *value* into *kept* and drop the oldest above *most*; each step is one operation of the dict, so no lock."""
    kept[key] = value
    if len(kept) > most:
        kept.popitem(last=False)
